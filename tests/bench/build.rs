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

/// Releases are static, with musl (release.yml). Its standard library is not everywhere, the GNU one is: this is its static
/// form. Without the relocations of a position independent executable, as those are work at every start.
const STATIC: &str = "-C target-feature=+crt-static -C relocation-model=static";

impl Build {
    /// Makes it, if cargo is to.
    pub(crate) fn make(wanted: &Wanted) -> Self {
        let target = workspace().join("target");
        match wanted {
            Wanted::Static => {
                // A folder of its own: cargo tells builds apart by target, not by these flags.
                let folder = target.join("static");
                let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
                cargo(&["--target", &triple, "--target-dir", &folder.to_string_lossy()], Some(STATIC));
                Self { name: "static".into(), folder: folder.join(triple).join("release") }
            }
            Wanted::Dynamic => {
                cargo(&["--target-dir", &target.to_string_lossy()], None);
                Self { name: "dynamic".into(), folder: target.join("release") }
            }
            Wanted::Made(name, folder) => {
                let folder = fs::canonicalize(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
                Self { name: name.clone(), folder }
            }
        }
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

/// One package at a time, as releases are made: features of one program never reach the other.
fn cargo(arguments: &[&str], flags: Option<&str>) {
    for package in [Program::CredentialProcess, Program::OtelHelper] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--release", "--locked", "--package", &package.to_string()]).args(arguments);
        cargo.current_dir(workspace()).envs(flags.map(|flags| ("RUSTFLAGS", flags)));
        let status = cargo.status().expect("cargo can be started");
        assert!(status.success(), "{package} cannot be built");
    }
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a folder of the workspace").to_owned()
}
