//! What can be wrong with profiles and their folder.

use std::path::PathBuf;

use ccwb_store::StoreError;

/// One value that is missing or not of its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, as in the profile's file.
    pub key: String,
    /// What is wrong, a clause that follows the key; never the value of a secret.
    pub problem: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

/// A profile or a folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A name that no profile may have.
    #[error("\"{name}\" cannot be a profile's name: 1 to 64 letters, digits and hyphens")]
    Name {
        /// The name.
        name: String,
    },
    /// There is no such profile.
    #[error("there is no profile \"{name}\" in {}; {}", .folder.display(), there_are(.available))]
    NotFound {
        /// The name.
        name: String,
        /// Where it would be.
        folder: PathBuf,
        /// The profiles that exist.
        available: Vec<String>,
    },
    /// No profile was named and none is active.
    #[error("no profile is active in {}; {}", .folder.display(), there_are(.available))]
    NoneActive {
        /// Where profiles are.
        folder: PathBuf,
        /// The profiles that exist.
        available: Vec<String>,
    },
    /// The file is not a JSON object.
    #[error("{} is not a profile: {problem}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column where JSON itself is broken.
        problem: String,
    },
    /// The file cannot be read.
    #[error("could not read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Values are missing or wrong.
    #[error("profile \"{profile}\": {}", listed(.problems))]
    Invalid {
        /// The profile.
        profile: String,
        /// All of them, in the order of the keys.
        problems: Vec<Problem>,
    },
    /// Somebody else saved the file since it was read.
    #[error("{} was changed by somebody else in the meantime, so it was not overwritten", .path.display())]
    ChangedMeanwhile {
        /// The file.
        path: PathBuf,
    },
    /// Another process is saving, for longer than that takes.
    #[error("another ccwb holds {}", .path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// What only a deployed stack tells is not known.
    #[error("profile \"{profile}\": {what} is not known yet")]
    NotDeployed {
        /// The profile.
        profile: String,
        /// What is missing.
        what: &'static str,
    },
    /// A file could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn there_are(names: &[String]) -> String {
    match names {
        [] => "there are none yet".to_owned(),
        names => format!("there are {}", names.join(", ")),
    }
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; ")
}
