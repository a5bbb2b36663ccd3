use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

static ORDINAL: AtomicU32 = AtomicU32::new(0);

/// A program that `cargo build --workspace` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Prints AWS credentials.
    CredentialProcess,
    /// Prints who the user is, for telemetry.
    OtelHelper,
    /// The administrator's command.
    Ccwb,
    /// `$BROWSER` of the hermetic tests.
    FakeBrowser,
}

impl Program {
    /// Where it was built: the target directory of the running test.
    ///
    /// # Panics
    ///
    /// If it was not built.
    pub fn path(self) -> PathBuf {
        let test = env::current_exe().expect("a running program has a path");
        let profile = test.ancestors().nth(2).expect("tests run from target/<profile>/deps");
        let path = profile.join(format!("{self}{}", env::consts::EXE_SUFFIX));
        assert!(path.is_file(), "{} is missing: run `cargo build --workspace` first", path.display());
        path
    }

    /// The built program without its debug symbols, which are most of it and would be read and copied in each test; as it
    /// was built where `strip` is not there.
    pub fn without_symbols(self) -> PathBuf {
        let (built, name) = (self.path(), format!("{self}.stripped"));
        let stripped = built.with_file_name(&name);
        let age = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
        if age(&stripped).is_some_and(|stripped| Some(stripped) >= age(&built)) {
            return stripped;
        }
        // Beside and renamed: another test may use it at this moment.
        let ordinal = ORDINAL.fetch_add(1, Ordering::Relaxed);
        let new = built.with_file_name(format!("{name}.{}-{ordinal}", std::process::id()));
        let strip = Command::new("strip").arg("-o").arg(&new).arg(&built).status();
        match strip.is_ok_and(|status| status.success()) && fs::rename(&new, &stripped).is_ok() {
            true => stripped,
            false => built,
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CredentialProcess => "credential-process",
            Self::OtelHelper => "otel-helper",
            Self::Ccwb => "ccwb",
            Self::FakeBrowser => "fake-browser",
        })
    }
}
