//! Finding credential-process and otel-helper, or building them where the demo was started with `cargo run` in a fresh clone.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::stage::not_started;
use crate::failure::{Failure, exit};
use crate::screen::{Screen, Spinner};
use crate::surroundings::Surroundings;

/// The program beside this one, built anew if cargo started us.
pub(crate) async fn find(screen: &Screen, surroundings: &Surroundings) -> Result<PathBuf, Failure> {
    if let Some(build) = Build::of(surroundings) {
        build.run(screen).await?;
    }
    beside(surroundings.executable()).ok_or_else(missing)
}

/// credential-process in the folder of this executable.
pub(crate) fn beside(executable: &Path) -> Option<PathBuf> {
    let program = executable.with_file_name(format!("credential-process{}", std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

fn missing() -> Failure {
    Failure::new(
        "credential-process-missing",
        exit::CONFIG,
        "credential-process is not beside ccwb",
        "in a clone of the project, run: cargo run --release -p ccwb -- demo",
    )
}

/// How cargo made this executable, so that the programs come to lie beside it.
#[derive(Debug, PartialEq, Eq)]
struct Build {
    cargo: PathBuf,
    manifest: PathBuf,
    target_folder: Option<PathBuf>,
    /// Set if the executable was built for a named target: `target/<triple>/<profile>/`.
    triple: Option<String>,
    profile: String,
}

impl Build {
    /// `None` unless `cargo run` started us from a clone (it tells by `CARGO` and `CARGO_MANIFEST_DIR`).
    fn of(surroundings: &Surroundings) -> Option<Self> {
        let cargo = PathBuf::from(surroundings.get("CARGO")?);
        let package = PathBuf::from(surroundings.get("CARGO_MANIFEST_DIR")?);
        let crates = package.parent()?;
        if package.file_name()? != "ccwb" || !crates.join("credential-process/Cargo.toml").is_file() {
            return None;
        }
        let folder = surroundings.executable().parent()?;
        // Cargo marks its target folder as one that backups should leave out.
        let target_folder = folder.ancestors().skip(1).find(|folder| folder.join("CACHEDIR.TAG").is_file());
        let triple = folder.parent().filter(|parent| Some(*parent) != target_folder && target_folder.is_some());
        Some(Self {
            cargo,
            manifest: crates.parent()?.join("Cargo.toml"),
            target_folder: target_folder.map(Path::to_owned),
            triple: triple.and_then(|triple| Some(triple.file_name()?.to_str()?.to_owned())),
            profile: match folder.file_name()?.to_str()? {
                "debug" => "dev".to_owned(),
                name => name.to_owned(),
            },
        })
    }

    fn arguments(&self) -> Vec<String> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let mut arguments = vec!["build".to_owned(), "--profile".to_owned(), self.profile.clone()];
        arguments.extend(["--manifest-path".to_owned(), path(&self.manifest)]);
        arguments.extend(["-p", "credential-process", "-p", "otel-helper"].map(str::to_owned));
        if let Some(folder) = &self.target_folder {
            arguments.extend(["--target-dir".to_owned(), path(folder)]);
        }
        if let Some(triple) = &self.triple {
            arguments.extend(["--target".to_owned(), triple.clone()]);
        }
        arguments
    }

    /// Shows cargo's newest line while it works, and all of them if it fails.
    async fn run(&self, screen: &Screen) -> Result<(), Failure> {
        let spinner = Spinner::start("building the programs (the first time takes a minute or two)");
        let mut cargo = Command::new(&self.cargo);
        cargo
            .args(self.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = cargo.spawn().map_err(|error| not_started("cargo", &error))?;
        let mut said = Vec::new();
        if let Some(stderr) = child.stderr.take() {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                spinner.say(&format!("building: {}", line.trim()));
                said.push(line);
            }
        }
        let status = child.wait().await.map_err(|error| not_started("cargo", &error))?;
        if status.success() {
            return Ok(());
        }
        spinner.pause(|| said.iter().for_each(|line| screen.quote(line)));
        Err(Failure::new(
            "build-failed",
            exit::UNEXPECTED,
            "cargo could not build credential-process and otel-helper",
            format!("see the lines above; the command was: cargo {}", self.arguments().join(" ")),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Clone(tempfile::TempDir);

    impl Clone {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            for file in ["crates/credential-process/Cargo.toml", "crates/ccwb/Cargo.toml", "target/CACHEDIR.TAG"] {
                let file = root.path().join(file);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, "").unwrap();
            }
            Self(root)
        }

        fn build(&self, executable: &str) -> Option<Build> {
            let package = self.0.path().join("crates/ccwb");
            let environment = [("CARGO", "/bin/cargo"), ("CARGO_MANIFEST_DIR", package.to_str().unwrap())];
            let executable = self.0.path().join(executable);
            Build::of(&Surroundings::for_test(executable.to_str().unwrap(), &environment))
        }
    }

    #[test]
    fn it_is_built_with_the_profile_and_for_the_target_of_this_program() {
        let clone = Clone::new();
        let what = |executable| clone.build(executable).map(|build| (build.profile, build.triple));
        assert_eq!(what("target/release/ccwb"), Some(("release".to_owned(), None)));
        assert_eq!(what("target/debug/ccwb"), Some(("dev".to_owned(), None)));
        let musl = "x86_64-unknown-linux-musl";
        assert_eq!(what(&format!("target/{musl}/release/ccwb")), Some(("release".to_owned(), Some(musl.to_owned()))));
    }

    #[test]
    fn outside_of_cargo_and_of_this_project_nothing_is_built() {
        assert_eq!(Build::of(&Surroundings::for_test("/usr/bin/ccwb", &[])), None);
        let elsewhere = [("CARGO", "/bin/cargo"), ("CARGO_MANIFEST_DIR", "/home/me/other")];
        assert_eq!(Build::of(&Surroundings::for_test("/usr/bin/ccwb", &elsewhere)), None);
    }

    #[test]
    fn the_program_is_looked_for_beside_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let ccwb = folder.path().join("ccwb");
        assert_eq!(beside(&ccwb), None);
        let program = folder.path().join(format!("credential-process{}", std::env::consts::EXE_SUFFIX));
        std::fs::write(&program, "").unwrap();
        assert_eq!(beside(&ccwb), Some(program));
    }
}
