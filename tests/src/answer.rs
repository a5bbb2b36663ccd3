//! Answers of `credential-process`, checked as strictly as contracts.md has them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{Output, Running, eventually};

/// What the default command printed, in the one form that contracts.md allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `ASIA...`.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token.
    pub session_token: String,
    /// `2026-01-01T00:00:00Z`.
    pub expiration: String,
}

impl Credentials {
    /// Exactly one line, its keys in order, `Expiration` in UTC with `Z` and no fraction.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    #[track_caller]
    pub fn of(output: &Output) -> Self {
        let found = Self::read(output, &output.clone().success().json());
        let Self { access_key_id, secret_access_key, session_token, expiration } = &found;
        let line = format!(
            r#"{{"Version":1,"AccessKeyId":"{access_key_id}","SecretAccessKey":"{secret_access_key}","SessionToken":"{session_token}","Expiration":"{expiration}"}}"#
        );
        assert_eq!(output.stdout, line + "\n");
        found
    }

    /// The same in the form of `export`.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    #[track_caller]
    pub fn of_export(output: &Output) -> Self {
        let found = Self::read(output, &output.clone().success().json()["Credentials"]);
        let Self { access_key_id, secret_access_key, session_token, expiration } = &found;
        let line = format!(
            r#"{{"Credentials":{{"AccessKeyId":"{access_key_id}","SecretAccessKey":"{secret_access_key}","SessionToken":"{session_token}","Expiration":"{expiration}"}}}}"#
        );
        assert_eq!(output.stdout, line + "\n");
        found
    }

    #[track_caller]
    fn read(output: &Output, value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_else(|| panic!("no {name}: {output}")).to_owned();
        let found = Self {
            access_key_id: text("AccessKeyId"),
            secret_access_key: text("SecretAccessKey"),
            session_token: text("SessionToken"),
            expiration: text("Expiration"),
        };
        assert!(found.access_key_id.starts_with("ASIA"), "{output}");
        assert_eq!(found.expires().format("%Y-%m-%dT%H:%M:%SZ").to_string(), found.expiration);
        found
    }

    /// When they expire.
    ///
    /// # Panics
    ///
    /// Never: it was read before.
    pub fn expires(&self) -> DateTime<Utc> {
        self.expiration.parse().unwrap_or_else(|error| panic!("{}: {error}", self.expiration))
    }
}

/// The code of a device authorization, as the person reads it.
///
/// # Panics
///
/// If none is shown.
#[track_caller]
pub fn device_code(login: &Running) -> String {
    let mut code = None;
    eventually("a code is shown", || {
        let text = login.stderr_so_far();
        let rest = text.split("enter the code:\n\n").nth(1);
        code = rest.and_then(|rest| Some(rest.split_once('\n')?.0.trim().to_owned()));
        code.is_some()
    });
    code.expect("it was shown")
}

/// A failure as a person and a program see it.
pub trait ErrorReport {
    /// Nothing on stdout, this exit code, and the error and its hint as the last two lines of stderr.
    fn is_error(&self, exit: i32, code: &str) -> &Self;

    /// The same, and nothing was said before the error.
    fn is_error_at_once(&self, exit: i32, code: &str) -> &Self;
}

impl ErrorReport for Output {
    #[track_caller]
    fn is_error(&self, exit: i32, code: &str) -> &Self {
        assert_eq!(self.code, Some(exit), "{self}");
        assert_eq!(self.stdout, "", "{self}");
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [.., error, hint] = lines.as_slice() else { panic!("no error and hint: {self}") };
        assert!(error.starts_with(&format!("error[{code}]: ")), "no error[{code}]: {self}");
        assert!(hint.starts_with("hint: "), "no hint: {self}");
        self
    }

    #[track_caller]
    fn is_error_at_once(&self, exit: i32, code: &str) -> &Self {
        self.is_error(exit, code);
        assert_eq!(self.stderr.lines().count(), 2, "{self}");
        self
    }
}
