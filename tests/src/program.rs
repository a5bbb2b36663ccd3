use std::env;
use std::fmt;
use std::path::PathBuf;

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
