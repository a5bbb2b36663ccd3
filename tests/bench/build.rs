//! The programs that are measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ccwb_tests::Program;

use crate::arguments::Wanted;

/// Two programs in a folder.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) name: String,
    folder: PathBuf,
}

/// Flags that a profile has no place for: releases have them.
const RELEASE_CONFIG: &str = ".cargo/release.toml";

impl Build {
    /// Makes it, if cargo is to.
    pub(crate) fn make(wanted: &Wanted) -> Self {
        match wanted {
            // Releases are static, with musl (release.yml). Its standard library is not everywhere, the GNU one is: this is its
            // static form.
            Wanted::Static => Self::with_cargo("static", &["-C", "target-feature=+crt-static"]),
            Wanted::Dynamic => Self::with_cargo("dynamic", &[]),
            Wanted::Made(name, folder) => {
                let folder = fs::canonicalize(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
                Self { name: name.clone(), folder }
            }
        }
    }

    /// In a folder of its own: cargo tells builds apart by target, not by flags.
    fn with_cargo(name: &str, flags: &[&str]) -> Self {
        let folder = workspace().join("target").join(name);
        let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        // One package at a time, as releases are made: features of one program never reach the other.
        for package in [Program::CredentialProcess, Program::OtelHelper] {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["build", "--release", "--locked", "--package", &package.to_string(), "--target", &triple]);
            cargo.args(["--config", RELEASE_CONFIG, "--config", &format!("target.{triple}.rustflags={flags:?}")]);
            cargo.arg("--target-dir").arg(&folder).current_dir(workspace());
            let status = cargo.status().expect("cargo can be started");
            assert!(status.success(), "{package} cannot be built");
        }
        Self { name: name.to_owned(), folder: folder.join(triple).join("release") }
    }

    pub(crate) fn path(&self, program: Program) -> PathBuf {
        self.folder.join(program.to_string())
    }

    /// Bytes.
    pub(crate) fn size(&self, program: Program) -> f64 {
        let path = self.path(program);
        let metadata = path.metadata().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        f64::from(u32::try_from(metadata.len()).expect("less than 4 GB"))
    }
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a folder of the workspace").to_owned()
}
