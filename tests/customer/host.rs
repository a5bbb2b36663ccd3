//! The computer of a hosting company.

use std::fs::{self, File};
use std::path::PathBuf;

use ccwb_tests::{Home, LIMIT, Output, run};
use serde_json::Value;

pub(crate) struct Host {
    pub(crate) home: Home,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self { home: Home::new() }
    }

    /// `ccwb customer ARGUMENTS`.
    pub(crate) fn customer(&self, arguments: &[&str]) -> Output {
        let arguments: Vec<&str> = ["customer"].iter().chain(arguments).copied().collect();
        run(&mut self.home.ccwb(&arguments), LIMIT).expect("it ends in time")
    }

    /// The same, with something to read on standard input.
    pub(crate) fn customer_given(&self, arguments: &[&str], input: &str) -> Output {
        let arguments: Vec<&str> = ["customer"].iter().chain(arguments).copied().collect();
        let file = tempfile::NamedTempFile::new().expect("there is room");
        fs::write(file.path(), input).expect("it can be written");
        let mut command = self.home.ccwb(&arguments);
        command.stdin(File::open(file.path()).expect("it was just written"));
        run(&mut command, LIMIT).expect("it ends in time")
    }

    /// Adds a customer whose form is this, and whose secret is that.
    #[track_caller]
    pub(crate) fn add(&self, form: &str, secret: &str, more: &[&str]) -> Value {
        let path = self.home.write("form.yaml", form);
        let path = path.to_string_lossy();
        let arguments: Vec<&str> = ["add", "--json", "--form", &path].iter().chain(more).copied().collect();
        let output = self.customer_given(&arguments, secret).success();
        fs::remove_file(&*path).expect("it is there");
        output.json()["added"].clone()
    }

    /// The folder of a customer.
    pub(crate) fn folder(&self, id: &str) -> PathBuf {
        self.home.path().join(".ccwb/customers").join(id)
    }
}

/// A form with this method.
pub(crate) fn form(id: &str, method: &str) -> String {
    format!(
        "id: {id}\norganisation: Organisation {id}\ncontact: {{name: Jo Doe, email: jo@{id}.example}}\n\
         account: '123456789012'\nregion: eu-west-1\nfallback_region: eu-central-1\nmodel: sonnet-4-5\n\
         method: {method}\ntokens: {{input: 2M, output: 1M}}\ncompliance: [gdpr]\n"
    )
}

pub(crate) const ROLE: &str = "{kind: cross-account-role, role_arn: 'arn:aws:iam::123456789012:role/ccwb'}";
pub(crate) const USER: &str = "{kind: iam-user-keys, access_key_id: AKIA0123456789ABCDEF}";
pub(crate) const API_KEY: &str = "bedrock-api-key";

/// A failed command, by its exit code and the code of its error.
#[track_caller]
pub(crate) fn is_error(output: &Output, exit: i32, code: &str) {
    assert_eq!(output.code, Some(exit), "{}{}", output.stdout, output.stderr);
    assert!(output.stderr.starts_with(&format!("error[{code}]: ")), "{}", output.stderr);
}
