//! What the stacks come to: the snapshots of `ccwb-deploy`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

pub(crate) struct Agreed {
    /// Such as `auth-okta-direct-aws`.
    pub(crate) name: String,
    pub(crate) document: Value,
}

impl Agreed {
    /// All of them.
    pub(crate) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ccwb-deploy/tests/snapshots");
        let files =
            fs::read_dir(folder).expect("the snapshots are there").map(|file| file.expect("it can be read").path());
        let all: Vec<Self> = files
            .map(|path| Self {
                name: path.file_stem().expect("a file has a name").display().to_string(),
                document: serde_json::from_str(&fs::read_to_string(&path).expect("it can be read"))
                    .expect("it is JSON"),
            })
            .collect();
        assert!(all.len() > 30, "{}", all.len());
        all
    }

    pub(crate) fn named(name: &str) -> Self {
        Self::all().into_iter().find(|agreed| agreed.name == name).expect("there is such a snapshot")
    }

    /// A region of its partition.
    pub(crate) fn region(&self) -> &'static str {
        match &self.name {
            name if name.ends_with("-aws-us-gov") => "us-gov-west-1",
            name if name.ends_with("-aws-cn") => "cn-north-1",
            _ => "us-east-1",
        }
    }

    /// As a template without parameters, conditions and functions: what CloudFormation itself would send to the services.
    pub(crate) fn template(&self) -> String {
        json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": self.document["Resources"]}).to_string()
    }

    /// Names and values of parameters.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let parameters = self.document["Parameters"].as_object().expect("there are parameters");
        parameters.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
    }

    /// Properties of resources of one type, by logical name.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<(&str, &Value)> {
        let resources = self.document["Resources"].as_object().expect("there are resources");
        let all = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
        all.map(|(name, resource)| (name.as_str(), &resource["Properties"])).collect()
    }
}
