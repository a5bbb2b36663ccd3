//! The administrator's own folder, `~/.ccwb`, and the failures of what is in it.

use ccwb_admin::{AdminError, AdminFolder, ProfileName, StoredProfile};
use ccwb_config::Places;

use crate::failure::{Failure, TELL_US, exit};
use crate::surroundings::Surroundings;

/// `~/.ccwb`.
pub(crate) fn folder(surroundings: &Surroundings) -> Result<AdminFolder, Failure> {
    let home = surroundings.get("HOME").map(std::path::PathBuf::from).or_else(|| Places::default().home());
    let home = home.ok_or_else(|| {
        Failure::new("no-home", exit::CONFIG, "this user's home folder could not be found", "set HOME")
    })?;
    Ok(AdminFolder::new(home.join(".ccwb")))
}

/// The profile that is meant: the named one, else the active one, else the only one.
pub(crate) fn profile(surroundings: &Surroundings, named: Option<&str>) -> Result<StoredProfile, Failure> {
    let folder = folder(surroundings)?;
    let name = folder.choose(named)?;
    Ok(folder.load(&name)?)
}

pub(crate) fn invalid(name: &ProfileName, problem: &str) -> Failure {
    let message = format!("profile \"{name}\": {problem}");
    Failure::new("profile-invalid", exit::CONFIG, message, format!("run ccwb init --profile {name}"))
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        let (code, exit, hint) = match &error {
            AdminError::Name { .. } => ("usage", exit::USAGE, "choose another name".to_owned()),
            AdminError::NotFound { .. } | AdminError::NoneActive { .. } => {
                ("profile-missing", exit::CONFIG, "run ccwb init, or name a profile with --profile".to_owned())
            }
            AdminError::NotDeployed { profile, .. } => {
                ("not-deployed", exit::CONFIG, format!("run ccwb deploy --profile {profile}"))
            }
            AdminError::Invalid { profile, .. } => {
                ("profile-invalid", exit::CONFIG, format!("run ccwb init --profile {profile}"))
            }
            _ => ("profile-file", exit::STORE, TELL_US.to_owned()),
        };
        Self::new(code, exit, error.to_string(), hint)
    }
}
