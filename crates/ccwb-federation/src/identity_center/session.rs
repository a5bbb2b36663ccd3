//! A session as every AWS SDK and the AWS CLI keep it, in `~/.aws/sso/cache` (AWS SDKs and Tools Reference Guide, "IAM Identity
//! Center credential provider"): whoever of them signs in does so for all.

use std::fmt::Write as _;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::device::{Registration, Token};
use crate::credentials::{parse_timestamp, timestamp};

/// Tokens with fewer seconds left are not used.
const MARGIN: i64 = 60;

/// A session, and what it can be made longer with.
#[derive(Clone, Debug)]
pub struct Session {
    /// For the access portal.
    pub access_token: SecretString,
    /// When that ends, in Unix seconds.
    pub expires: i64,
    /// What gives the next access token.
    pub refresh_token: Option<SecretString>,
    /// Whose refresh token it is.
    pub registration: Option<Registration>,
    /// The region of Identity Center.
    pub region: String,
    /// The access portal.
    pub start_url: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    start_url: Option<String>,
    region: Option<String>,
    access_token: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

impl Session {
    /// The name of the file: of the `sso-session` by its name, of a profile that has none by its start URL.
    pub fn file_name(key: &str) -> String {
        let mut name: String = Sha1::digest(key.as_bytes()).iter().fold(String::new(), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        });
        name.push_str(".json");
        name
    }

    /// What somebody signed in for at `now`.
    pub fn new(token: Token, registration: Registration, region: &str, start_url: &str, now: i64) -> Self {
        Self {
            access_token: token.access_token,
            expires: now.saturating_add(token.expires_in),
            refresh_token: token.refresh_token,
            registration: Some(registration),
            region: region.to_owned(),
            start_url: start_url.to_owned(),
        }
    }

    /// The same session after a refresh at `now`.
    #[must_use]
    pub fn renewed(self, token: Token, now: i64) -> Self {
        Self {
            access_token: token.access_token,
            expires: now.saturating_add(token.expires_in),
            refresh_token: token.refresh_token.or(self.refresh_token),
            ..self
        }
    }

    /// Reads the file; `None` if it is not of this form, or of another access portal.
    pub fn from_json(json: &[u8], start_url: &str) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(json).ok()?;
        if wire.start_url.as_deref().is_some_and(|found| found.trim_end_matches('/') != start_url.trim_end_matches('/'))
            || wire.access_token.is_empty()
            || !wire.access_token.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return None;
        }
        let expires = wire.registration_expires_at.as_deref().and_then(time);
        let registration = match (wire.client_id, wire.client_secret, expires) {
            (Some(client_id), Some(secret), Some(expires)) => {
                Some(Registration { client_id, client_secret: secret.into(), expires })
            }
            _ => None,
        };
        Some(Self {
            access_token: wire.access_token.into(),
            expires: time(&wire.expires_at)?,
            refresh_token: wire.refresh_token.filter(|token| !token.is_empty()).map(SecretString::from),
            registration,
            region: wire.region.unwrap_or_default(),
            start_url: start_url.to_owned(),
        })
    }

    /// The file's text.
    pub fn to_json(&self) -> SecretString {
        let registration = self.registration.as_ref();
        let text = |secret: &SecretString| secret.expose_secret().to_owned();
        let wire = Wire {
            start_url: Some(self.start_url.clone()),
            region: Some(self.region.clone()),
            access_token: text(&self.access_token),
            expires_at: timestamp(self.expires),
            client_id: registration.map(|client| client.client_id.clone()),
            client_secret: registration.map(|client| text(&client.client_secret)),
            registration_expires_at: registration.map(|client| timestamp(client.expires)),
            refresh_token: self.refresh_token.as_ref().map(text),
        };
        serde_json::to_string(&wire).unwrap_or_default().into()
    }

    /// Whether the access token can be used.
    pub fn is_usable(&self, now: i64) -> bool {
        self.expires.saturating_sub(now) > MARGIN
    }

    /// What makes the session longer, if anything does.
    pub fn renewable(&self, now: i64) -> Option<(&Registration, &SecretString)> {
        let registration = self.registration.as_ref().filter(|client| client.expires.saturating_sub(now) > MARGIN)?;
        Some((registration, self.refresh_token.as_ref()?))
    }
}

/// Old versions of the AWS CLI wrote `UTC` where RFC 3339 has `Z`.
fn time(text: &str) -> Option<i64> {
    parse_timestamp(&text.replace("UTC", "Z"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_the_service_says_of_time_it_is_an_answer_and_a_file(
            lifetime in any::<i64>(), registered_until in any::<i64>(), now in 0_i64..4_000_000_000,
        ) {
            let token = Token { access_token: "a".into(), refresh_token: Some("r".into()), expires_in: lifetime };
            let registration =
                Registration { client_id: "c".to_owned(), client_secret: "s".into(), expires: registered_until };
            let session = Session::new(token, registration, "eu-west-1", START_URL, now);
            prop_assert_eq!(session.is_usable(now), lifetime > 60);
            let _ = session.renewable(now);
            // Times that no calendar has are not read again, and nobody fails over them.
            if let Some(back) = Session::from_json(session.to_json().expose_secret().as_bytes(), START_URL) {
                prop_assert_eq!(back.expires, session.expires);
            }
        }
    }

    const START_URL: &str = "https://d-1234567890.awsapps.com/start";

    fn session() -> Session {
        Session {
            access_token: "access".into(),
            expires: 1_767_225_600,
            refresh_token: Some("refresh".into()),
            registration: Some(Registration {
                client_id: "client".to_owned(),
                client_secret: "hush".into(),
                expires: 1_775_000_000,
            }),
            region: "eu-west-1".to_owned(),
            start_url: START_URL.to_owned(),
        }
    }

    #[test]
    fn the_file_is_the_one_that_the_sdks_look_for() {
        // `printf %s my-sso | sha1sum`
        assert_eq!(Session::file_name("my-sso"), "0ad374308c5a4e22f723adf10145eafad7c4031c.json");
    }

    #[test]
    fn what_was_written_is_read_again() {
        let json = session().to_json();
        let back = Session::from_json(json.expose_secret().as_bytes(), START_URL).unwrap();
        assert_eq!(back.to_json().expose_secret(), json.expose_secret());
        assert!(json.expose_secret().contains("\"expiresAt\":\"2026-01-01T00:00:00Z\""));
    }

    #[test]
    fn a_file_of_the_aws_cli_is_read_and_one_of_another_portal_is_not() {
        let old =
            br#"{"startUrl": "https://d-1234567890.awsapps.com/start/", "region": "eu-west-1", "accessToken": "a",
            "expiresAt": "2026-01-01T00:00:00UTC", "other": [1]}"#;
        let read = Session::from_json(old, START_URL).unwrap();
        assert_eq!((read.expires, read.renewable(0).is_none()), (1_767_225_600, true));
        assert!(Session::from_json(old, "https://other.awsapps.com/start").is_none());
        for damaged in ["", "{}", r#"{"accessToken": "a b", "expiresAt": "2026-01-01T00:00:00Z"}"#, "[]"] {
            assert!(Session::from_json(damaged.as_bytes(), START_URL).is_none(), "{damaged}");
        }
    }

    #[test]
    fn a_session_is_used_and_made_longer_while_a_minute_is_left() {
        let session = session();
        assert!(session.is_usable(session.expires - 61) && !session.is_usable(session.expires - 60));
        assert!(session.renewable(1_775_000_000 - 61).is_some() && session.renewable(1_775_000_000 - 60).is_none());
        let token = Token { access_token: "next".into(), refresh_token: None, expires_in: 100 };
        let renewed = session.renewed(token, 1_000);
        assert_eq!(renewed.expires, 1_100);
        assert_eq!(renewed.refresh_token.unwrap().expose_secret(), "refresh");
    }

    #[test]
    fn the_debug_form_holds_no_secret() {
        let text = format!("{:?}", session());
        assert!(!text.contains("\"access\"") && !text.contains("\"refresh\"") && !text.contains("hush"), "{text}");
    }
}
