//! Where the programs come from.

use std::path::{Path, PathBuf};

use ccwb_package::{Builder, CHECKSUMS_FILE, PackageError, Platform, Program, Programs};

use super::PackageArguments;
use crate::failure::{Failure, exit};
use crate::screen::Spinner;
use crate::surroundings::Surroundings;

/// What cargo and Docker need of the environment.
const FOR_BUILDS: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "CC",
    "AR",
    "SDKROOT",
    "DEVELOPER_DIR",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SystemRoot",
    "SystemDrive",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramData",
];

/// From the release that was named; else built, where that was asked for; else from the release that this program is part
/// of; else built in the checkout that this program was built in.
pub(crate) fn gather(
    arguments: &PackageArguments,
    surroundings: &Surroundings,
    platforms: &[Platform],
    wanted: &[Program],
) -> Result<Programs, Failure> {
    if let Some(release) = &arguments.binaries {
        return Programs::from_release(release, platforms, wanted).map_err(|error| failure(&error));
    }
    let asked_to_build = arguments.build || arguments.source.is_some() || arguments.docker;
    let own_folder = surroundings.executable().parent().filter(|folder| folder.join(CHECKSUMS_FILE).is_file());
    if let Some(release) = own_folder.filter(|_| !asked_to_build) {
        return Programs::from_release(release, platforms, wanted).map_err(|error| failure(&error));
    }
    let source = arguments.source.clone().or_else(|| checkout(surroundings)).ok_or_else(nowhere)?;
    if !is_checkout(&source) {
        let message = format!("{} is not a checkout of this project", source.display());
        return Err(Failure::new("source-missing", exit::CONFIG, message, HOW));
    }
    let builder = Builder {
        cargo: surroundings.get("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from),
        target_folder: source.join("target"),
        docker: arguments.docker.then(|| PathBuf::from("docker")),
        environment: surroundings.pick(FOR_BUILDS).collect(),
        source,
    };
    let spinner = Spinner::start("building the programs (the first time takes some minutes)");
    Ok(builder.build(platforms, wanted, &mut |line| spinner.say(line)))
}

const HOW: &str = "download a release and name its folder with --binaries, or name a checkout with --source";

fn nowhere() -> Failure {
    let message = "there is no release beside ccwb and no checkout to build from";
    Failure::new("programs-missing", exit::CONFIG, message, HOW)
}

/// The checkout that cargo runs this program in, or in whose target folder it lies.
pub(crate) fn checkout(surroundings: &Surroundings) -> Option<PathBuf> {
    let by_cargo = surroundings.get("CARGO_MANIFEST_DIR").and_then(|package| Path::new(package).ancestors().nth(2));
    let around = || surroundings.executable().ancestors().skip(1).find(|folder| is_checkout(folder));
    by_cargo.filter(|folder| is_checkout(folder)).or_else(around).map(Path::to_owned)
}

fn is_checkout(folder: &Path) -> bool {
    folder.join("Cargo.lock").is_file() && folder.join("crates/credential-process/Cargo.toml").is_file()
}

/// Somebody named a platform that cannot be had.
pub(crate) fn incomplete(programs: &Programs) -> Failure {
    let reasons: Vec<String> =
        programs.missing().iter().map(|missing| format!("{}: {}", missing.platform, missing.reason)).collect();
    Failure::new(
        "platform-missing",
        exit::CONFIG,
        format!("no package was written: {}", reasons.join("; ")),
        "take a release that has it (--binaries), or leave it out of --platform",
    )
}

pub(crate) fn failure(error: &PackageError) -> Failure {
    let (code, exit, hint) = match error {
        PackageError::File { .. } => {
            ("package-file", exit::STORE, "free some space or mend the permissions".to_owned())
        }
        PackageError::NotARelease { .. } => ("release-unreadable", exit::CONFIG, HOW.to_owned()),
        PackageError::NoChecksums { path } => (
            "release-unverified",
            exit::CONFIG,
            format!(
                "download the release's SHA256SUMS too; to vouch for programs of your own: \
                 (cd '{}' && sha256sum credential-process-* otel-helper-* > SHA256SUMS)",
                path.display()
            ),
        ),
        PackageError::BadChecksums { .. } | PackageError::WrongChecksum { .. } | PackageError::Unlisted { .. } => {
            ("release-damaged", exit::CONFIG, "download the release again, and do not use these files".to_owned())
        }
        PackageError::WrongProgram { .. } => {
            ("release-damaged", exit::CONFIG, "put the right program under this name".to_owned())
        }
        PackageError::NoPrograms => (
            "programs-missing",
            exit::CONFIG,
            "see the reasons with --platform, or take a release with --binaries".to_owned(),
        ),
    };
    Failure::new(code, exit, error.to_string(), hint)
}
