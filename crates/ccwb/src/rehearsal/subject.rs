//! Which package is tried.

use std::path::{Path, PathBuf};

use ccwb_admin::{AdminProfile, ProfileDocument, ProfileName};
use ccwb_config::{Config, Profile};
use ccwb_package::{CHECKSUMS_FILE, Checksums, Platform, Program, Programs, Unpacked, sha256};
use ccwb_sandbox::{Federation, Options, Sandbox};
use serde_json::Value;
use tempfile::TempDir;

use super::TestArguments;
use crate::administrator;
use crate::demo::program;
use crate::failure::{Failure, exit};
use crate::home::private_folder;
use crate::package;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

/// A package, and what it is tried against.
#[derive(Debug)]
pub(crate) struct Subject {
    unpacked: Unpacked,
    /// As the person knows it.
    pub(crate) origin: PathBuf,
    /// The profile that the package installs.
    pub(crate) config: Profile,
    /// The profile that it was made from, if that is known.
    pub(crate) profile: Option<AdminProfile>,
    /// What stands in for the identity provider and AWS.
    pub(crate) sandbox: Option<Sandbox>,
    _made: Option<TempDir>,
}

impl Subject {
    pub(crate) async fn of(
        arguments: &TestArguments,
        screen: &Screen,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let profile = admin_profile(arguments, surroundings)?;
        let package = match (&arguments.package, &profile) {
            (Some(package), _) => Some(package.clone()),
            (None, Some(profile)) => newest(&arguments.output.join(profile.name.as_str())),
            (None, None) => None,
        };
        // Programs are started in the throw-away home, where a relative path leads nowhere.
        let package = package.map(|package| std::path::absolute(&package).unwrap_or(package));
        if arguments.sandbox {
            return Self::for_sandbox(package.as_deref(), profile.as_ref(), screen, surroundings).await;
        }
        let package = package.ok_or_else(|| {
            let below = profile.as_ref().map(|profile| arguments.output.join(profile.name.as_str()));
            let message = format!("there is no package below {}", below.unwrap_or_default().display());
            Failure::new("package-missing", exit::CONFIG, message, "run ccwb package, or name one with --package")
        })?;
        let unpacked = Unpacked::open(&package).map_err(|error| package::programs::failure(&error))?;
        let config = read_config(unpacked.folder(), profile.as_ref().map(|profile| profile.name.as_str()))?;
        Ok(Self { unpacked, origin: package, config, profile, sandbox: None, _made: None })
    }

    /// A package for a sandbox: with the programs of the one that is there, else with those beside ccwb.
    async fn for_sandbox(
        package: Option<&Path>,
        profile: Option<&AdminProfile>,
        screen: &Screen,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let host = Platform::host().ok_or_else(|| {
            Failure::new("platform-unknown", exit::CONFIG, "no package serves this computer", "try it on another one")
        })?;
        let made = private_folder("ccwb-test-package-")?;
        let opened = package.map(Unpacked::open).transpose().map_err(|error| package::programs::failure(&error))?;
        let with_host =
            opened.filter(|opened| opened.folder().join(Program::CredentialProcess.file_name(host)).is_file());
        let (release, origin) = match (&with_host, package) {
            (Some(opened), Some(package)) => (opened.folder().to_owned(), package.to_owned()),
            _ => {
                let program = program::find(screen, surroundings).await?;
                let beside = program.parent().unwrap_or(Path::new(".")).to_owned();
                (release_of(&beside, &made.path().join("release"), host)?, beside)
            }
        };
        let monitoring = release.join(Program::OtelHelper.file_name(host)).is_file();
        let programs = Programs::from_release(&release, &[host], Program::wanted(monitoring));
        let programs = programs.map_err(|error| package::programs::failure(&error))?;

        let port = free_port()?;
        let options = Options {
            auto_approve: true,
            redirect_uris: vec![format!("http://localhost:{port}/callback")],
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).await?;
        let federation = match profile.and_then(AdminProfile::oidc).map(|oidc| oidc.federation) {
            Some(ccwb_admin::FederationKind::Direct) => Federation::Direct,
            _ => Federation::Cognito,
        };
        let profile = sandbox_profile(&sandbox, federation, port, monitoring)?;
        let folder = made.path().join("package");
        package::write_folder(&profile, &programs, &folder)?;
        let unpacked = Unpacked::open(&folder).map_err(|error| package::programs::failure(&error))?;
        let config = read_config(&folder, Some(profile.name.as_str()))?;
        Ok(Self { unpacked, origin, config, profile: Some(profile), sandbox: Some(sandbox), _made: Some(made) })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.unpacked.folder()
    }

    /// Where the package keeps secrets.
    pub(crate) fn storage(&self) -> &'static str {
        self.config.storage.name()
    }

    /// Every file of the package is what it was when it was packed.
    pub(crate) fn verify(&self) -> Result<String, Failure> {
        let files = self.unpacked.verify().map_err(|error| package::programs::failure(&error))?;
        let host = Platform::host().map(|host| Program::CredentialProcess.file_name(host));
        if let Some(name) = host.filter(|name| !self.folder().join(name).is_file()) {
            let message = format!("the package holds no program for this computer ({name})");
            return Err(Failure::new("platform-missing", exit::CONFIG, message, "add it: ccwb package --platform"));
        }
        Ok(format!("{files} files are as SHA256SUMS says"))
    }

    /// Claude Code's settings in it, and whether they are the machine's.
    pub(crate) fn settings(&self) -> (Value, bool) {
        let read = |name: &str| std::fs::read(self.folder().join("claude-settings").join(name)).ok();
        let (bytes, managed) = match read("settings.json") {
            Some(bytes) => (Some(bytes), false),
            None => (read("managed-settings.json"), true),
        };
        (bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default(), managed)
    }
}

/// The profile that is meant. Whoever names a package, or has a sandbox, needs none.
fn admin_profile(arguments: &TestArguments, surroundings: &Surroundings) -> Result<Option<AdminProfile>, Failure> {
    let loaded = administrator::profile(surroundings, arguments.profile.as_deref())
        .and_then(|stored| stored.profile().map_err(Failure::from));
    match loaded {
        Ok(profile) => Ok(Some(profile)),
        Err(_) if arguments.profile.is_none() && (arguments.package.is_some() || arguments.sandbox) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The newest finished package: folders are named for the time.
pub(crate) fn newest(below: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(below).ok()?;
    entries.flatten().map(|entry| entry.path()).filter(|path| path.join(CHECKSUMS_FILE).is_file()).max()
}

fn read_config(folder: &Path, name: Option<&str>) -> Result<Profile, Failure> {
    let file = folder.join("config.json");
    let wrong =
        |message: String| Failure::new("package-config", exit::CONFIG, message, "make the package again: ccwb package");
    let text = std::fs::read_to_string(&file).map_err(|error| wrong(format!("{}: {error}", file.display())))?;
    let config = Config::from_text(&file, text);
    let names = config.profile_names().map_err(|error| wrong(error.to_string()))?;
    // A package that was named may be one of another profile than the active one.
    let name = match name.filter(|name| names.iter().any(|known| known == name)) {
        Some(name) => name.to_owned(),
        None => config.default_profile().map_err(|error| wrong(error.to_string()))?,
    };
    config.profile(&name).map_err(|error| wrong(error.to_string()))
}

/// The programs in a folder under the names of a release.
fn release_of(beside: &Path, release: &Path, host: Platform) -> Result<PathBuf, Failure> {
    let failed = |error: std::io::Error| {
        let message = format!("could not copy the programs in {}: {error}", beside.display());
        Failure::new("temporary-folder", exit::STORE, message, "free some space, or set TMPDIR")
    };
    std::fs::create_dir_all(release).map_err(failed)?;
    let mut sums = Checksums::default();
    for program in Program::wanted(true) {
        let from = beside.join(format!("{}{}", program.name(), std::env::consts::EXE_SUFFIX));
        if from.is_file() {
            let (name, bytes) = (program.file_name(host), std::fs::read(&from).map_err(failed)?);
            std::fs::write(release.join(&name), &bytes).map_err(failed)?;
            sums.insert(&name, sha256(&bytes));
        }
    }
    std::fs::write(release.join(CHECKSUMS_FILE), sums.to_text()).map_err(failed)?;
    Ok(release.to_owned())
}

/// Where the sandbox's users go while its region, us-east-1, is down.
const FALLBACK: &str = "us-west-2";

/// An administrator's profile for a sandbox.
fn sandbox_profile(
    sandbox: &Sandbox,
    federation: Federation,
    port: u16,
    monitoring: bool,
) -> Result<AdminProfile, Failure> {
    let mut values = sandbox.config_json(federation, "session")["ClaudeCode"].take();
    // Discovery knows more endpoints than a profile can name: that of revocation.
    for key in ["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"] {
        values[key] = Value::Null;
    }
    values["redirect_port"] = port.into();
    values["cross_region_profile"] = "us".into();
    values["bedrock_fallback_region"] = FALLBACK.into();
    values["monitoring_enabled"] = monitoring.into();
    values["otel_collector_endpoint"] = sandbox.otlp_url().as_str().into();
    let name = ProfileName::parse("ClaudeCode")?;
    let document = ProfileDocument::parse(Path::new("sandbox"), &values.to_string())?;
    Ok(AdminProfile::parse(&name, &document)?)
}

/// A port for the callback, so that a sign-in of the person's own is not in the way.
fn free_port() -> Result<u16, Failure> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| {
        let message = format!("loopback has no free port: {error}");
        Failure::new("sandbox-port", exit::NETWORK, message, "check that this computer has the address 127.0.0.1")
    })
}
