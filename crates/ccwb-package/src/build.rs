//! Programs built here by cargo, from a checkout of the project: for this machine, and for every other platform whose
//! target is installed or that Docker can build for.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::kind;
use crate::platform::Platform;
use crate::programs::{Found, Missing, Program, Programs, Provenance};

/// The oldest glibc that a Linux program is linked against where cargo-zigbuild can choose one: that of RHEL 7 and
/// Amazon Linux 2.
const GLIBC_FLOOR: &str = "2.17";

/// Flags that a profile has no place for, in the checkout.
const RELEASE_CONFIG: &str = ".cargo/release.toml";

/// The image in which Docker builds: Alpine, so that the programs need no C library of the user's machine.
const IMAGE: &str = "docker.io/library/rust:1-alpine";

/// Is told what is under way, a line at a time.
pub type Progress<'a> = dyn FnMut(&str) + 'a;

/// How programs are built here.
#[derive(Clone, Debug)]
pub struct Builder {
    /// `cargo`.
    pub cargo: PathBuf,
    /// The checkout: the folder of the workspace's `Cargo.toml`.
    pub source: PathBuf,
    /// Where cargo puts what it makes.
    pub target_folder: PathBuf,
    /// `docker`, where an administrator has it and wants it used.
    pub docker: Option<PathBuf>,
    /// The environment of the build.
    pub environment: BTreeMap<OsString, OsString>,
}

impl Builder {
    /// Builds what can be built. A platform that cannot be built for here is missing, with the reason; none is skipped
    /// in silence.
    pub fn build(&self, platforms: &[Platform], wanted: &[Program], progress: &mut Progress<'_>) -> Programs {
        let mut programs = Programs::default();
        for &platform in platforms {
            match self.build_for(platform, wanted, progress) {
                Ok(found) => programs.found.push(found),
                Err(reason) => programs.missing.push(Missing { platform, reason }),
            }
        }
        programs.sort();
        programs
    }

    fn build_for(&self, platform: Platform, wanted: &[Program], progress: &mut Progress<'_>) -> Result<Found, String> {
        let mut reasons = Vec::new();
        for target in self.installed_targets(platform) {
            match self.with_cargo(platform, &target, wanted, progress) {
                Ok(files) => return Ok(Found { platform, provenance: built(&target, false), files }),
                Err(reason) => reasons.push(reason),
            }
        }
        if let Some(docker) = self.docker_for(platform) {
            let target = platform.targets()[0];
            match self.with_docker(docker, platform, target, wanted, progress) {
                Ok(files) => return Ok(Found { platform, provenance: built(target, true), files }),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(match reasons.is_empty() {
            false => reasons.join("; "),
            true => format!("no Rust target for it is installed here (rustup target add {})", platform.targets()[0]),
        })
    }

    /// The targets whose standard library is installed, the best first; the host's own C library last.
    fn installed_targets(&self, platform: Platform) -> Vec<String> {
        let is_installed = |target: &&&str| {
            let mut rustc = self.command("rustc");
            rustc.args(["--print", "target-libdir", "--target", target]);
            let printed = rustc.stderr(Stdio::null()).output().ok().filter(|output| output.status.success());
            printed.is_some_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
        };
        platform.targets().iter().filter(is_installed).map(|target| (*target).to_owned()).collect()
    }

    fn with_cargo(
        &self,
        platform: Platform,
        target: &str,
        wanted: &[Program],
        progress: &mut Progress<'_>,
    ) -> Result<Vec<(Program, PathBuf)>, String> {
        let zig = target.ends_with("linux-gnu") && self.has_zigbuild();
        let folder = self.target_folder.join(target).join("release");
        for program in wanted {
            let mut cargo = self.command(&self.cargo);
            cargo.args([if zig { "zigbuild" } else { "build" }, "--release", "--locked", "--package", program.name()]);
            cargo.args(["--config", RELEASE_CONFIG]);
            let floor = format!("{target}.{GLIBC_FLOOR}");
            cargo.args(["--target", if zig { floor.as_str() } else { target }]);
            cargo.arg("--target-dir").arg(&self.target_folder);
            run(&mut cargo, &format!("{} for {target}", program.name()), progress)?;
        }
        collect(platform, wanted, |program| folder.join(format!("{}{}", program.name(), platform.suffix())))
    }

    /// Only Linux programs: an image of another system does not exist.
    fn docker_for(&self, platform: Platform) -> Option<&Path> {
        let linux = matches!(platform, Platform::LinuxX64 | Platform::LinuxArm64);
        self.docker.as_deref().filter(|_| linux)
    }

    fn with_docker(
        &self,
        docker: &Path,
        platform: Platform,
        target: &str,
        wanted: &[Program],
        progress: &mut Progress<'_>,
    ) -> Result<Vec<(Program, PathBuf)>, String> {
        let out = self.target_folder.join("docker").join(platform.name());
        std::fs::create_dir_all(&out).map_err(|error| format!("could not create {}: {error}", out.display()))?;
        let packages: String = wanted.iter().map(|program| format!(" --package {}", program.name())).collect();
        let script = format!(
            "apk add --no-cache musl-dev >/dev/null && cd /source && \
             cargo build --release --locked --config {RELEASE_CONFIG} --target {target} --target-dir /out{packages}"
        );
        let mut command = self.command(docker);
        let machine = if platform == Platform::LinuxArm64 { "linux/arm64" } else { "linux/amd64" };
        command.args(["run", "--rm", "--platform", machine]);
        command.arg("--volume").arg(volume(&self.source, "/source:ro"));
        command.arg("--volume").arg(volume(&out, "/out"));
        command.args([IMAGE, "sh", "-c", &script]);
        run(&mut command, &format!("programs for {target} in Docker"), progress)?;
        let folder = out.join(target).join("release");
        collect(platform, wanted, |program| folder.join(program.name()))
    }

    fn has_zigbuild(&self) -> bool {
        let mut cargo = self.command(&self.cargo);
        cargo.args(["zigbuild", "--help"]).stdout(Stdio::null()).stderr(Stdio::null());
        cargo.status().is_ok_and(|status| status.success())
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment).current_dir(&self.source).stdin(Stdio::null());
        command
    }
}

fn built(target: &str, docker: bool) -> Provenance {
    Provenance::Built { target: target.to_owned(), docker }
}

fn volume(host: &Path, inside: &str) -> OsString {
    let mut volume = host.as_os_str().to_owned();
    volume.push(":");
    volume.push(inside);
    volume
}

/// The files that were made, each of them looked at.
fn collect(
    platform: Platform,
    wanted: &[Program],
    path: impl Fn(Program) -> PathBuf,
) -> Result<Vec<(Program, PathBuf)>, String> {
    let look = |program: &Program| {
        let path = path(*program);
        let bytes = std::fs::read(&path).map_err(|error| format!("{} was not made: {error}", path.display()))?;
        kind::check(&bytes, platform).map_err(|problem| format!("{}: {problem}", path.display()))?;
        Ok((*program, path))
    };
    wanted.iter().map(look).collect()
}

/// Runs a build to its end; the error is the first thing that it calls an error, else the last that it says.
fn run(command: &mut Command, what: &str, progress: &mut Progress<'_>) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("could not start {name}: {error}"))?;
    let (mut complaint, mut last) = (None, String::new());
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let line = line.trim();
            if line.starts_with("error") && complaint.is_none() {
                complaint = Some(line.to_owned());
            }
            if !line.is_empty() {
                progress(&format!("{what}: {line}"));
                line.clone_into(&mut last);
            }
        }
    }
    let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{what}: {}", complaint.unwrap_or(last))) }
}
