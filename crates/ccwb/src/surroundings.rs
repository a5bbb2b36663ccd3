//! What this process knows of its surroundings, read once: environment, arguments, own path.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The surroundings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    environment: BTreeMap<OsString, OsString>,
    arguments: Vec<OsString>,
    executable: PathBuf,
}

impl Surroundings {
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub(crate) fn from_process() -> Self {
        Self {
            environment: std::env::vars_os().collect(),
            arguments: std::env::args_os().collect(),
            executable: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("ccwb")),
        }
    }

    /// The command line, the program's name first.
    pub(crate) fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// This program's file.
    pub(crate) fn executable(&self) -> &Path {
        &self.executable
    }

    /// A variable; one that is set to nothing counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable, if it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }

    /// The home folder.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        let named = if cfg!(windows) { self.get("USERPROFILE") } else { self.get("HOME") };
        named.map(PathBuf::from).or_else(|| directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()))
    }

    /// Those of the named variables that are set.
    pub(crate) fn pick<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (OsString, OsString)> + 'a {
        names.iter().filter_map(|name| Some((OsString::from(name), self.get(name)?.to_owned())))
    }

    /// Those that are set and begin so.
    pub(crate) fn starting_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (OsString, OsString)> + 'a {
        let begins = move |name: &OsStr| name.to_str().is_some_and(|name| name.starts_with(prefix));
        self.environment
            .iter()
            .filter(move |(name, value)| begins(name) && !value.is_empty())
            .map(|(name, value)| (name.clone(), value.clone()))
    }

    /// How the person can start this program again.
    pub(crate) fn own_command(&self) -> &'static str {
        if self.get("CARGO_MANIFEST_DIR").is_some() { "cargo run --release -p ccwb --" } else { "ccwb" }
    }

    /// Whether a browser window could be seen here. WSL opens the one of Windows.
    pub(crate) fn has_display(&self) -> bool {
        cfg!(any(windows, target_os = "macos"))
            || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].iter().any(|name| self.get(name).is_some())
    }
}

/// This machine's clock, in Unix seconds.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub(crate) fn unix_time() -> i64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
impl Surroundings {
    /// The surroundings of a test.
    pub(crate) fn for_test(executable: &str, environment: &[(&str, &str)]) -> Self {
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { environment, arguments: Vec::new(), executable: executable.into() }
    }
}
