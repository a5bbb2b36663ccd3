//! The newest package, and whether what is deployed would still make the same configuration.

use std::path::{Path, PathBuf};

use ccwb_admin::{AdminProfile, Outputs};
use serde_json::{Map, Value, json};

use crate::screen::Screen;

/// The newest folder with a config.json.
pub(crate) struct NewestPackage {
    pub(crate) folder: PathBuf,
    pub(crate) made_from: MadeFrom,
}

/// How its configuration relates to the profile.
pub(crate) enum MadeFrom {
    /// What would be written now.
    This,
    /// Something else: keys that differ.
    Other(Vec<String>),
    /// It cannot be said.
    Unknown(String),
}

/// Looks below `dist/<profile>`, whose folders are named for the time.
pub(crate) fn newest(dist: &Path, profile: &AdminProfile, outputs: &Outputs) -> Option<NewestPackage> {
    let entries = std::fs::read_dir(dist.join(profile.name.as_str())).ok()?;
    let folder = entries.flatten().map(|entry| entry.path()).filter(|path| path.join("config.json").is_file()).max()?;
    let made_from = compare(&folder.join("config.json"), profile, outputs);
    Some(NewestPackage { folder, made_from })
}

/// How the config.json of a package relates to a profile.
pub(crate) fn compare(file: &Path, profile: &AdminProfile, outputs: &Outputs) -> MadeFrom {
    let packaged = std::fs::read_to_string(file).map_err(|error| error.to_string());
    let packaged = packaged.and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()));
    let packaged = match packaged {
        Ok(value) => value,
        Err(problem) => return MadeFrom::Unknown(format!("{}: {problem}", file.display())),
    };
    let now = match profile.user_config(outputs) {
        Ok(now) => now,
        Err(error) => return MadeFrom::Unknown(error.to_string()),
    };
    let name = profile.name.as_str();
    let none = Map::new();
    let packaged = packaged.pointer(&format!("/profiles/{name}")).or_else(|| packaged.get(name));
    let packaged = packaged.and_then(Value::as_object).unwrap_or(&none);
    let mut keys: Vec<&String> = packaged.keys().chain(now.keys()).collect();
    keys.sort();
    keys.dedup();
    let differs: Vec<String> = keys.into_iter().filter(|key| packaged.get(*key) != now.get(*key)).cloned().collect();
    if differs.is_empty() { MadeFrom::This } else { MadeFrom::Other(differs) }
}

impl NewestPackage {
    pub(crate) fn show(&self, screen: &Screen) {
        let folder = self.folder.display().to_string();
        match &self.made_from {
            MadeFrom::This => screen.done("newest", &format!("{folder} is current")),
            MadeFrom::Other(keys) => {
                screen.failed("newest", &format!("{folder} is out of date ({}): run ccwb package", keys.join(", ")));
            }
            MadeFrom::Unknown(problem) => {
                screen.skipped("newest", &format!("{folder}; whether it is current: {problem}"));
            }
        }
    }

    pub(crate) fn json(&self) -> Value {
        let (current, differs, problem) = match &self.made_from {
            MadeFrom::This => (Some(true), &[][..], None),
            MadeFrom::Other(keys) => (Some(false), keys.as_slice(), None),
            MadeFrom::Unknown(problem) => (None, &[][..], Some(problem)),
        };
        json!({"folder": self.folder, "current": current, "differs": differs, "problem": problem})
    }
}

#[cfg(test)]
mod tests {
    use ccwb_admin::{ProfileDocument, ProfileName};

    use super::*;

    fn profile() -> AdminProfile {
        let text = json!({"provider_domain": "a.okta.com", "client_id": "0oa1", "credential_storage": "session",
            "aws_region": "us-east-1", "federation_type": "direct", "monitoring_enabled": false})
        .to_string();
        let name = ProfileName::parse("P").unwrap();
        AdminProfile::parse(&name, &ProfileDocument::parse(Path::new("p"), &text).unwrap()).unwrap()
    }

    fn role(name: &str) -> Outputs {
        let arn = format!("arn:aws:iam::123456789012:role/{name}");
        Outputs { federated_role_arn: Some(arn), ..Outputs::default() }
    }

    #[test]
    fn the_newest_package_is_current_until_what_is_deployed_changes() {
        let dist = tempfile::tempdir().unwrap();
        assert!(newest(dist.path(), &profile(), &role("R")).is_none());
        for time in ["2026-01-01-000000", "2026-01-02-000000"] {
            let folder = dist.path().join("P").join(time);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("config.json"), profile().user_config_text(&role("R")).unwrap()).unwrap();
        }
        std::fs::create_dir_all(dist.path().join("P/2026-01-03-000000")).unwrap(); // Not finished.
        let package = newest(dist.path(), &profile(), &role("R")).unwrap();
        assert!(package.folder.ends_with("2026-01-02-000000"));
        assert!(matches!(package.made_from, MadeFrom::This));
        let package = newest(dist.path(), &profile(), &role("Other")).unwrap();
        assert!(matches!(package.made_from, MadeFrom::Other(keys) if keys == ["federated_role_arn"]));
    }
}
