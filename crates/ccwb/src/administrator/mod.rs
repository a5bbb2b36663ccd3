//! The administrator's side: where profiles are, and the commands that look at them.

mod arguments;
pub(crate) mod config;
pub(crate) mod context;

use ccwb_admin::{AdminError, AdminFolder, ProfileName, StoredProfile};

pub(crate) use arguments::{ConfigCommand, ContextCommand};

use crate::failure::{Failure, exit};
use crate::surroundings::Surroundings;

/// `~/.ccwb`.
pub(crate) fn folder(surroundings: &Surroundings) -> Result<AdminFolder, Failure> {
    let home = surroundings.home().ok_or_else(|| {
        Failure::new("no-home", exit::CONFIG, "could not find your home folder", "set HOME to its path")
    })?;
    Ok(AdminFolder::new(home.join(".ccwb")))
}

/// The profile that is meant: the named one, else the active one, else the only one.
pub(crate) fn profile(surroundings: &Surroundings, named: Option<&str>) -> Result<StoredProfile, Failure> {
    let folder = folder(surroundings)?;
    Ok(folder.load(&folder.choose(named)?)?)
}

/// A profile that is of its form and cannot be used all the same.
pub(crate) fn invalid(name: &ProfileName, problem: &str) -> Failure {
    let message = format!("profile \"{name}\": {problem}");
    Failure::new("profile-value", exit::CONFIG, message, format!("run ccwb init --profile {name}"))
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        let message = error.to_string();
        let (code, exit, hint) = match error {
            AdminError::Name { .. } => ("profile-name", exit::USAGE, "choose another name".to_owned()),
            AdminError::NotFound { .. } => ("profile-unknown", exit::CONFIG, "ccwb context list shows them".to_owned()),
            AdminError::NoneActive { .. } => {
                ("profile-unknown", exit::CONFIG, "name one with --profile, or make one with ccwb init".to_owned())
            }
            AdminError::Malformed { path, .. } => {
                ("profile-malformed", exit::CONFIG, format!("mend {} in an editor", path.display()))
            }
            AdminError::Invalid { profile, .. } => {
                ("profile-value", exit::CONFIG, format!("run ccwb init --profile {profile}"))
            }
            AdminError::NotDeployed { profile, .. } => {
                ("not-deployed", exit::CONFIG, format!("run ccwb deploy --profile {profile}"))
            }
            AdminError::ChangedMeanwhile { .. } => {
                ("profile-changed", exit::CONFIG, "run the command again: it starts from what is there now".to_owned())
            }
            AdminError::Busy { .. } => {
                ("profile-busy", exit::STORE, "wait for the other ccwb to end, then run the command again".to_owned())
            }
            AdminError::Unreadable { .. } => ("store-file", exit::STORE, "mend the permissions of the file".to_owned()),
            AdminError::Store(error) => return error.into(),
        };
        Self::new(code, exit, message, hint)
    }
}
