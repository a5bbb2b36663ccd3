//! Where things are on disk.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use crate::error::ConfigError;
use crate::identity::IdentityDigest;
use crate::profile::file_stem;

const FOLDER: &str = "claude-code-with-bedrock";

/// What a binary knows about its surroundings: two environment variables and its own path.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `CCWB_CONFIG`: the only file that is tried if set.
    pub config_override: Option<PathBuf>,
    /// `CCWB_STATE_DIR`.
    pub state_override: Option<PathBuf>,
    /// The running program.
    pub executable: Option<PathBuf>,
    /// The home folder, where it is not to be asked from the operating system (tests).
    pub home_override: Option<PathBuf>,
}

impl Places {
    /// Places under a folder of a test.
    #[cfg(test)]
    pub(crate) fn for_tests(home: &Path) -> Self {
        Self { home_override: Some(home.to_owned()), ..Self::default() }
    }

    /// The files that may be the configuration, in the order in which they are tried.
    pub(crate) fn config_candidates(&self) -> Result<Vec<PathBuf>, ConfigError> {
        if let Some(path) = &self.config_override {
            return Ok(vec![path.clone()]);
        }
        let beside = self.executable.as_deref().and_then(Path::parent).map(|folder| folder.join("config.json"));
        let installed = self.home().map(|home| home.join(FOLDER).join("config.json"));
        let mut candidates: Vec<PathBuf> = beside.into_iter().chain(installed).collect();
        candidates.dedup();
        if candidates.is_empty() { Err(ConfigError::NoHome) } else { Ok(candidates) }
    }

    /// The folder for locks, caches and session files: `CCWB_STATE_DIR`, else the platform's own
    /// (`~/.local/state` or `XDG_STATE_HOME`, `~/Library/Application Support`, `%LOCALAPPDATA%`).
    pub fn state_dir(&self) -> Result<StateDir, ConfigError> {
        if let Some(path) = &self.state_override {
            return Ok(StateDir { root: path.clone() });
        }
        if let Some(home) = &self.home_override {
            return Ok(StateDir { root: home.join(".local/state").join(FOLDER) });
        }
        let dirs = BaseDirs::new().ok_or(ConfigError::NoHome)?;
        let base = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Ok(StateDir { root: base.join(FOLDER) })
    }

    /// The home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.home_override.clone().or_else(|| BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()))
    }
}

/// The state folder and the names of what is in it.
#[derive(Clone, Debug)]
pub struct StateDir {
    root: PathBuf,
}

impl StateDir {
    /// The folder itself; it may not exist yet.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Secrets of a profile whose storage is `session`.
    pub fn session_file(&self, profile: &str) -> PathBuf {
        self.file(profile, "session.json")
    }

    /// Which storage is in use instead of a keyring that failed, and why.
    pub fn storage_note(&self, profile: &str) -> PathBuf {
        self.file(profile, "storage.json")
    }

    /// The last error, for people whose caller swallowed it.
    pub fn last_error(&self, profile: &str) -> PathBuf {
        self.file(profile, "last-error.json")
    }

    /// The lock of one identity.
    pub fn lock(&self, profile: &str, identity: &IdentityDigest) -> PathBuf {
        self.file(profile, &format!("{}.lock", identity.as_str()))
    }

    /// The running or latest sign-in of one identity, and the sign-in budget.
    pub fn sign_in(&self, profile: &str, identity: &IdentityDigest) -> PathBuf {
        self.file(profile, &format!("{}.sign-in.json", identity.as_str()))
    }

    /// Provider metadata and keys, cached for a day.
    pub fn provider_cache(&self, profile: &str) -> PathBuf {
        self.file(profile, "provider.json")
    }

    /// An empty file whose time is that of the last renewal ahead of need.
    pub fn renewal_attempt(&self, profile: &str) -> PathBuf {
        self.file(profile, "renewal")
    }

    /// How the latest renewal of one identity failed.
    pub fn renewal_failure(&self, profile: &str, identity: &IdentityDigest) -> PathBuf {
        self.file(profile, &format!("{}.renewal.json", identity.as_str()))
    }

    /// Headers for telemetry.
    pub fn telemetry_headers(&self, profile: &str) -> PathBuf {
        self.file(profile, "otel-headers.json")
    }

    /// When the quota was last checked.
    pub fn quota_check(&self, profile: &str) -> PathBuf {
        self.file(profile, "quota.json")
    }

    /// What an install wrote into other programs' files. It is of this account, not of a profile.
    pub fn install_record(&self) -> PathBuf {
        self.root.join("install.json")
    }

    /// Every file of a profile has the profile's stem before a `.`-separated rest.
    fn file(&self, profile: &str, rest: &str) -> PathBuf {
        self.root.join(format!("{}.{rest}", file_stem(profile)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_the_program_comes_before_the_installed_one() {
        let places =
            Places { executable: Some("/opt/x/credential-process".into()), ..Places::for_tests("/h".as_ref()) };
        assert_eq!(
            places.config_candidates().unwrap(),
            [PathBuf::from("/opt/x/config.json"), "/h/claude-code-with-bedrock/config.json".into()]
        );
    }

    #[test]
    fn an_explicit_file_is_the_only_one_that_is_tried() {
        let places = Places { config_override: Some("/c.json".into()), ..Places::for_tests("/h".as_ref()) };
        assert_eq!(places.config_candidates().unwrap(), [PathBuf::from("/c.json")]);
    }
}
