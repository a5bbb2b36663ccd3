//! What this process knows of its surroundings, read once: environment, arguments, clock, own path.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use ccwb_config::Places;
use chrono::{DateTime, TimeZone, Utc};

/// The surroundings.
#[derive(Debug)]
pub(crate) struct World {
    env: BTreeMap<String, String>,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) executable: PathBuf,
    /// When this process started.
    pub(crate) started: DateTime<Utc>,
}

impl World {
    #[expect(clippy::disallowed_methods, reason = "the one place where environment and clock are read")]
    pub(crate) fn from_process() -> Self {
        // Windows does not tell `Path` from `PATH`.
        let as_known = |name: String| if cfg!(windows) { name.to_ascii_uppercase() } else { name };
        let env = std::env::vars_os()
            .filter_map(|(name, value)| Some((as_known(name.into_string().ok()?), value.into_string().ok()?)));
        Self {
            env: env.collect(),
            arguments: std::env::args_os().collect(),
            executable: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("credential-process")),
            started: Self::now(),
        }
    }

    /// The time.
    #[expect(clippy::disallowed_methods, reason = "the one place where environment and clock are read")]
    pub(crate) fn now() -> DateTime<Utc> {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Utc.timestamp_nanos(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
    }

    /// A variable; one that is set to nothing counts as not set.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        let value = if cfg!(windows) { self.env.get(&name.to_ascii_uppercase()) } else { self.env.get(name) };
        value.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The first of several variables that is set.
    pub(crate) fn first_var(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.var(name))
    }

    /// Whether a variable says yes.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.var(name).is_some_and(|value| ["1", "true", "yes"].contains(&value.to_ascii_lowercase().as_str()))
    }

    /// The names of all variables that start so.
    pub(crate) fn names_starting_with(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.env.keys().map(String::as_str).filter(move |name| name.starts_with(prefix))
    }

    pub(crate) fn places(&self) -> Places {
        Places {
            config_override: self.var("CCWB_CONFIG").map(PathBuf::from),
            state_override: self.var("CCWB_STATE_DIR").map(PathBuf::from),
            executable: Some(self.executable.clone()),
            home_override: None,
        }
    }

    /// The same surroundings for the program at another place, with the config.json of that place or the named one.
    pub(crate) fn for_program_at(&self, executable: PathBuf, config: Option<&std::path::Path>) -> Self {
        let mut env = self.env.clone();
        match config {
            Some(config) => drop(env.insert("CCWB_CONFIG".to_owned(), config.to_string_lossy().into_owned())),
            None => drop(env.remove("CCWB_CONFIG")),
        }
        Self { env, arguments: self.arguments.clone(), executable, started: self.started }
    }

    /// The command line of another command of this program, to be shown to a person.
    pub(crate) fn command_line(&self, profile: Option<&str>, arguments: &[&str]) -> String {
        let mut words = vec![self.executable.to_string_lossy().into_owned()];
        if let Some(profile) = profile {
            words.extend(["--profile".to_owned(), profile.to_owned()]);
        }
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        let quoted = words.iter().map(|word| shlex::try_quote(word).map_or_else(|_| word.clone(), Into::into));
        quoted.collect::<Vec<_>>().join(" ")
    }
}
