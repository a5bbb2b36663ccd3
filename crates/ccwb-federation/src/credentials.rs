//! Temporary credentials and the JSON forms in which callers want them.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// Differences between clocks up to this many seconds are not corrected.
pub const TOLERATED_SKEW: i64 = 60;

/// The last second that has a date of four digits for its year: callers read no other.
const LAST_SECOND: i64 = 253_402_300_799;

/// Temporary AWS credentials.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// `ASIA...`; an identifier, not a secret.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: SecretString,
    /// The session token.
    pub session_token: SecretString,
    /// When they end, in Unix seconds.
    pub expiration: i64,
    /// When they were had, in Unix seconds of this machine's clock; known of stored ones only.
    pub issued: Option<i64>,
    /// Seconds by which this machine's clock was behind AWS's then.
    pub skew: i64,
}

/// Credentials as a machine has them: an access key that lasts has neither a session token nor an end.
#[derive(Clone, Debug)]
pub struct MachineCredentials {
    /// An identifier, not a secret.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: SecretString,
    /// The session token, if it is a session.
    pub session_token: Option<SecretString>,
    /// When they end, in Unix seconds, if they do and that is known.
    pub expiration: Option<i64>,
}

/// What signs a request.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) secret_access_key: &'a SecretString,
    pub(crate) session_token: Option<&'a SecretString>,
}

impl<'a> Signer<'a> {
    /// What no message may repeat.
    pub(crate) fn secrets(&self) -> Vec<&'a str> {
        let token = self.session_token.map(ExposeSecret::expose_secret);
        std::iter::once(self.secret_access_key.expose_secret()).chain(token).collect()
    }
}

impl MachineCredentials {
    /// One line for `credential_process`; what there is not is left out, as the process credential provider allows.
    pub fn to_process_json(&self) -> SecretString {
        json(&Machine { version: Some(1), ..self.fields() })
    }

    /// One line for `awsCredentialExport`.
    pub fn to_export_json(&self) -> SecretString {
        json(&Exported { credentials: self.fields() })
    }

    /// The same to sign with.
    pub fn signer(&self) -> Signer<'_> {
        Signer {
            access_key_id: &self.access_key_id,
            secret_access_key: &self.secret_access_key,
            session_token: self.session_token.as_ref(),
        }
    }

    fn fields(&self) -> Machine<'_> {
        Machine {
            version: None,
            access_key_id: &self.access_key_id,
            secret_access_key: self.secret_access_key.expose_secret(),
            session_token: self.session_token.as_ref().map(ExposeSecret::expose_secret),
            expiration: self.expiration.map(|end| timestamp(end.clamp(0, LAST_SECOND))),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Machine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u8>,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

/// The form of `awsCredentialExport` around any credentials.
#[derive(Serialize)]
struct Exported<T> {
    #[serde(rename = "Credentials")]
    credentials: T,
}

/// The output of a `credential_process`, its keys in the order in which the guidance's binary prints them.
///
/// Source: AWS SDKs and Tools Reference Guide, "Process credential provider". `binding`, `issued` and `skew` are ours, and
/// are in the stored form only.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    #[serde(rename = "Version")]
    version: u8,
    #[serde(rename = "AccessKeyId")]
    access_key_id: std::borrow::Cow<'a, str>,
    #[serde(rename = "SecretAccessKey")]
    secret_access_key: std::borrow::Cow<'a, str>,
    #[serde(rename = "SessionToken")]
    session_token: std::borrow::Cow<'a, str>,
    #[serde(rename = "Expiration")]
    expiration: std::borrow::Cow<'a, str>,
    #[serde(rename = "Binding", default, skip_serializing_if = "Option::is_none")]
    binding: Option<std::borrow::Cow<'a, str>>,
    #[serde(rename = "Issued", default, skip_serializing_if = "Option::is_none")]
    issued: Option<i64>,
    #[serde(rename = "Skew", default, skip_serializing_if = "is_zero")]
    skew: i64,
}

/// What Claude Code's `awsCredentialExport` reads.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExportFields<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    expiration: &'a str,
}

impl Credentials {
    /// Credentials as AWS gave them; `None` if they end at no date that callers could read, or hold what no header of a signed
    /// request can (the SDK would panic).
    pub(crate) fn new(
        access_key_id: String,
        secret_access_key: String,
        session_token: String,
        expiration: i64,
    ) -> Option<Self> {
        let texts = [&access_key_id, &secret_access_key, &session_token];
        let is_plain = texts.iter().all(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
        (is_plain && (0..=LAST_SECOND).contains(&expiration)).then(|| Self {
            access_key_id,
            secret_access_key: secret_access_key.into(),
            session_token: session_token.into(),
            expiration,
            issued: None,
            skew: 0,
        })
    }

    /// What signs a request with them.
    pub fn signer(&self) -> Signer<'_> {
        Signer {
            access_key_id: &self.access_key_id,
            secret_access_key: &self.secret_access_key,
            session_token: Some(&self.session_token),
        }
    }

    /// One line for `credential_process`.
    pub fn to_process_json(&self) -> SecretString {
        self.wire(self.expiration_on_this_clock(), None, None)
    }

    /// The expiration as a caller with this machine's clock must see it. Small differences are nobody's business. Whatever a
    /// server's clock says, it is a date that callers read.
    pub fn expiration_on_this_clock(&self) -> i64 {
        let skew = if self.skew.unsigned_abs() > TOLERATED_SKEW.unsigned_abs() { self.skew } else { 0 };
        self.expiration.saturating_sub(skew).clamp(0, LAST_SECOND)
    }

    /// One line for `awsCredentialExport`.
    pub fn to_export_json(&self) -> SecretString {
        let export = Exported {
            credentials: ExportFields {
                access_key_id: &self.access_key_id,
                secret_access_key: self.secret_access_key.expose_secret(),
                session_token: self.session_token.expose_secret(),
                expiration: &timestamp(self.expiration_on_this_clock()),
            },
        };
        json(&export)
    }

    /// The stored form: the `credential_process` line, bound to an identity.
    pub fn to_stored_json(&self, binding: &str, issued: i64) -> SecretString {
        self.wire(self.expiration, Some(binding), Some(issued))
    }

    /// Reads the stored form; `None` if it is damaged, bound to another identity, or the placeholder that the
    /// guidance's `--clear-cache` leaves.
    pub fn from_stored_json(stored: &SecretString, binding: &str) -> Option<Self> {
        let wire: Wire<'_> = serde_json::from_str(stored.expose_secret()).ok()?;
        if wire.version != 1 || wire.binding.as_deref() != Some(binding) || wire.access_key_id == "EXPIRED" {
            return None;
        }
        let (secret, token) = (wire.secret_access_key.into_owned(), wire.session_token.into_owned());
        let expiration = parse_timestamp(&wire.expiration)?;
        let credentials = Self::new(wire.access_key_id.into_owned(), secret, token, expiration)?;
        Some(Self { issued: wire.issued, skew: wire.skew, ..credentials })
    }

    fn wire(&self, expiration: i64, binding: Option<&str>, issued: Option<i64>) -> SecretString {
        json(&Wire {
            version: 1,
            access_key_id: self.access_key_id.as_str().into(),
            secret_access_key: self.secret_access_key.expose_secret().into(),
            session_token: self.session_token.expose_secret().into(),
            expiration: timestamp(expiration).into(),
            binding: binding.map(Into::into),
            issued,
            skew: binding.map_or(0, |_| self.skew),
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

fn json(value: &impl Serialize) -> SecretString {
    serde_json::to_string(value).unwrap_or_default().into()
}

/// `2026-01-01T00:00:00Z`: UTC with `Z` and no fraction, the one form that every SDK reads.
pub(crate) fn timestamp(seconds: i64) -> String {
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_default()
}

pub(crate) fn parse_timestamp(text: &str) -> Option<i64> {
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    DateTime::from_str(text, Format::DateTimeWithOffset).ok().map(|time| time.secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "ASIA1".to_owned(),
            secret_access_key: "secret".into(),
            session_token: "token".into(),
            expiration: 1_767_225_600,
            issued: None,
            skew: 0,
        }
    }

    #[test]
    fn the_process_line_is_the_contract_to_the_letter() {
        assert_eq!(
            credentials().to_process_json().expose_secret(),
            r#"{"Version":1,"AccessKeyId":"ASIA1","SecretAccessKey":"secret","SessionToken":"token","Expiration":"2026-01-01T00:00:00Z"}"#
        );
        assert_eq!(
            credentials().to_export_json().expose_secret(),
            r#"{"Credentials":{"AccessKeyId":"ASIA1","SecretAccessKey":"secret","SessionToken":"token","Expiration":"2026-01-01T00:00:00Z"}}"#
        );
    }

    #[test]
    fn what_a_machine_has_is_told_and_what_it_has_not_is_left_out() {
        let keys = MachineCredentials {
            access_key_id: "AKIA1".to_owned(),
            secret_access_key: "secret".into(),
            session_token: None,
            expiration: None,
        };
        assert_eq!(
            keys.to_process_json().expose_secret(),
            r#"{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"secret"}"#
        );
        let session = MachineCredentials {
            access_key_id: "ASIA1".to_owned(),
            session_token: Some("token".into()),
            expiration: Some(1_767_225_600),
            ..keys
        };
        assert_eq!(session.to_process_json().expose_secret(), credentials().to_process_json().expose_secret());
        assert_eq!(session.to_export_json().expose_secret(), credentials().to_export_json().expose_secret());
    }

    #[test]
    fn a_wrong_clock_sees_the_expiration_in_its_own_time_and_a_small_difference_changes_nothing() {
        let behind = Credentials { skew: 600, ..credentials() };
        assert!(behind.to_process_json().expose_secret().ends_with("\"Expiration\":\"2025-12-31T23:50:00Z\"}"));
        let stored = behind.to_stored_json("digest", 7);
        let back = Credentials::from_stored_json(&stored, "digest").unwrap();
        assert_eq!((back.expiration, back.skew), (1_767_225_600, 600));
        let tolerated = Credentials { skew: -60, ..credentials() };
        assert_eq!(tolerated.expiration_on_this_clock(), tolerated.expiration);
    }

    #[test]
    fn stored_credentials_come_back_for_the_same_identity_only() {
        let stored = credentials().to_stored_json("digest", 7);
        assert_eq!(Credentials::from_stored_json(&stored, "digest").unwrap().expiration, 1_767_225_600);
        assert!(Credentials::from_stored_json(&stored, "other").is_none());
        assert!(Credentials::from_stored_json(&credentials().to_process_json(), "digest").is_none());
        assert!(Credentials::from_stored_json(&"{\"Version\":1".into(), "digest").is_none());
    }

    #[test]
    fn whatever_a_clock_says_callers_see_a_date_that_they_read() {
        let seen = |skew, expiration: &str| {
            let line = Credentials { skew, ..credentials() }.to_stored_json("digest", 7);
            let line = SecretString::from(line.expose_secret().replace("2026-01-01T00:00:00Z", expiration));
            let line = Credentials::from_stored_json(&line, "digest").unwrap().to_process_json();
            let line: serde_json::Value = serde_json::from_str(line.expose_secret()).unwrap();
            line["Expiration"].as_str().unwrap().to_owned()
        };
        for (skew, expiration, expected) in [
            (i64::MIN, "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
            (i64::MAX, "2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            (-86_400, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(seen(skew, expiration), expected);
        }
    }

    #[test]
    fn what_callers_or_the_signer_could_not_take_is_no_credentials() {
        let new =
            |token: &str, expiration| Credentials::new("A".to_owned(), "s".to_owned(), token.to_owned(), expiration);
        assert!(new("t+/=", LAST_SECOND).is_some());
        for (token, expiration) in [("t", LAST_SECOND + 1), ("t", -1), ("t\n", 0), ("t\u{7f}", 0), ("é", 0)] {
            assert!(new(token, expiration).is_none());
        }
    }

    #[test]
    fn the_debug_form_holds_no_secret() {
        let text = format!("{:?}", credentials());
        assert!(!text.contains("\"secret\"") && !text.contains("\"token\""), "{text}");
    }
}
