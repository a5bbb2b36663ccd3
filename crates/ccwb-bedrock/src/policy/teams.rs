//! Teams, and what each of them may call from where.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{CannotBeMade, Selection, cannot};

/// The file `teams.yaml` or `teams.toml`, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// By name.
    pub teams: BTreeMap<String, Team>,
}

/// One row of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// As in [`Selection::models`].
    pub models: Vec<String>,
    /// As in [`Selection::regions`].
    pub regions: Vec<String>,
    /// As in [`Selection::prefix`].
    #[serde(default)]
    pub prefix: Option<String>,
}

impl Matrix {
    /// Adds `NAME=MODEL,MODEL@REGION,REGION`.
    pub fn add(&mut self, text: &str) -> Result<(), CannotBeMade> {
        let parts = text.split_once('=').and_then(|(name, rest)| Some((name, rest.split_once('@')?)));
        let list = |text: &str| -> Vec<String> {
            text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
        };
        let Some((name, (models, regions))) = parts else {
            let hint = "write NAME=MODEL,MODEL@REGION,REGION, such as backend=sonnet,haiku@us-east-1";
            return Err(cannot(format!("\"{text}\" is no team"), hint));
        };
        let team = Team { models: list(models), regions: list(regions), prefix: None };
        match self.teams.insert(name.trim().to_owned(), team) {
            None => Ok(()),
            Some(_) => Err(cannot(format!("team {} is there twice", name.trim()), "give each team once")),
        }
    }

    /// Names go into names of policies and values of tags.
    pub fn check(&self) -> Result<(), CannotBeMade> {
        let is_name = |name: &str| {
            (1..=64).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        if self.teams.is_empty() {
            return Err(cannot("there is no team", "name at least one"));
        }
        match self.teams.keys().find(|name| !is_name(name)) {
            Some(name) => Err(cannot(format!("\"{name}\" cannot be a team's name"), "use letters, digits, - _ and .")),
            None => Ok(()),
        }
    }
}

impl Team {
    /// What the team may call.
    pub fn selection(&self, us_only: bool) -> Selection {
        Selection { models: self.models.clone(), regions: self.regions.clone(), prefix: self.prefix.clone(), us_only }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_is_given_in_one_word() {
        let mut matrix = Matrix::default();
        matrix.add("backend=sonnet, haiku@us-east-1,us-west-2").unwrap();
        assert_eq!(matrix.teams["backend"].models, ["sonnet", "haiku"]);
        assert_eq!(matrix.teams["backend"].regions, ["us-east-1", "us-west-2"]);
        assert!(matrix.add("backend=opus@us-east-1").is_err(), "twice");
        assert!(matrix.add("backend=opus").is_err() && matrix.add("opus@us-east-1").is_err());
        assert!(matrix.check().is_ok() && Matrix::default().check().is_err());
        matrix.add("data team=opus@us-east-1").unwrap();
        assert!(matrix.check().is_err());
    }
}
