//! The ID token for the collector. Whoever reads it can have an AWS session for it, so it goes to few places and never
//! when it has expired.

use std::borrow::Cow;
use std::fmt;

use ccwb_config::{PlainHttp, plain_http};
use secrecy::SecretString;
use serde::Deserialize;

use crate::hash::token_digest;
use crate::header_file::HeaderFile;

/// Tokens with less left, in seconds, are not sent: they would expire on the way.
const MARGIN: i64 = 60;
/// How far the file may have been written in the future, in seconds, before the clock counts as set back.
const CLOCK_TOLERANCE: i64 = 60;

/// Where a token that may be sent is taken from.
#[derive(Debug)]
pub enum Source {
    /// From the header file.
    HeaderFile(SecretString),
    /// From the session file, where [`from_session_file`] finds it.
    SessionFile,
}

/// Why no token is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The collector does not ask for one.
    NotAsked,
    /// It has expired, or is about to.
    Expired,
    /// The clock was set back since it was stored, so that nobody knows whether it has expired.
    ClockSetBack,
    /// The collector's address is plain HTTP.
    PlainHttp {
        /// The address.
        endpoint: String,
    },
    /// It is not in the session file.
    NotStored,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("telemetry_bearer in config.json, or what stands for it, says no"),
            Self::Expired => f.write_str("the ID token has expired; the next renewal brings a new one"),
            Self::ClockSetBack => f.write_str("this machine's clock was set back since the ID token was stored"),
            Self::PlainHttp { endpoint } => {
                write!(f, "{endpoint} is not encrypted, and anybody on the way could read the token")
            }
            Self::NotStored => f.write_str("the session file does not hold the ID token that the headers are of"),
        }
    }
}

/// Whether the token of a header file may be sent now. `endpoints` are the collector's addresses as far as they are known:
/// one that is not encrypted keeps the token back, since all exports share the headers.
pub fn source<'e>(
    file: &HeaderFile<'_>,
    now: i64,
    endpoints: impl IntoIterator<Item = &'e str>,
) -> Result<Source, Withheld> {
    let Some(bearer) = &file.bearer else { return Err(Withheld::NotAsked) };
    if now + CLOCK_TOLERANCE < file.written {
        return Err(Withheld::ClockSetBack);
    }
    if now + MARGIN >= file.token_expires {
        return Err(Withheld::Expired);
    }
    let exposed = |endpoint: &&str| match plain_http(endpoint) {
        None => false,
        Some(PlainHttp::ToThisMachine) => !bearer.to_this_machine,
        Some(PlainHttp::OverTheNetwork) => true,
    };
    if let Some(endpoint) = endpoints.into_iter().find(exposed) {
        return Err(Withheld::PlainHttp { endpoint: endpoint.to_owned() });
    }
    Ok(match &bearer.token {
        Some(token) => Source::HeaderFile(token.clone().into_owned().into()),
        None => Source::SessionFile,
    })
}

/// The token that the headers of `file` are of, from the bytes of the session file; no other one.
pub fn from_session_file(bytes: &[u8], file: &HeaderFile<'_>) -> Result<SecretString, Withheld> {
    #[derive(Deserialize)]
    struct Session<'a> {
        #[serde(borrow)]
        tokens: Cow<'a, str>,
    }
    #[derive(Deserialize)]
    struct Tokens<'a> {
        #[serde(borrow)]
        id_token: Cow<'a, str>,
    }
    let session: Session<'_> = serde_json::from_slice(bytes).map_err(|_| Withheld::NotStored)?;
    let tokens: Tokens<'_> = serde_json::from_str(&session.tokens).map_err(|_| Withheld::NotStored)?;
    let digest = file.bearer.as_ref().map(|bearer| &*bearer.digest);
    if digest != Some(token_digest(&tokens.id_token).as_str()) {
        return Err(Withheld::NotStored);
    }
    Ok(tokens.id_token.into_owned().into())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ccwb_config::{Config, Profile};
    use secrecy::ExposeSecret;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Headers, Refusal};

    fn profile(changes: &Value) -> Profile {
        let mut values = json!({
            "provider_domain": "a.okta.com", "client_id": "c", "identity_pool_id": "us-east-1:aa",
        });
        for (key, value) in changes.as_object().unwrap() {
            values[key] = value.clone();
        }
        Config::from_text(Path::new("c"), json!({ "P": values }).to_string()).profile("P").unwrap()
    }

    fn file(changes: &Value) -> (Profile, HeaderFile<'static>) {
        let profile = profile(changes);
        let claims = json!({"sub": "alice", "email": "alice@example.com"}).as_object().unwrap().clone();
        let headers = Headers::from_claims(&claims, &profile);
        let file = HeaderFile::new(&profile, headers, &"the.id.token".into(), 10_000, 5_000, None);
        (profile, file)
    }

    fn withheld(file: &HeaderFile<'_>, now: i64, endpoint: &str) -> Option<Withheld> {
        source(file, now, [endpoint]).err()
    }

    #[test]
    fn a_token_goes_over_https_and_to_this_machine_where_it_was_asked_for() {
        let plain = |endpoint: &str| Some(Withheld::PlainHttp { endpoint: endpoint.to_owned() });
        let (_, https) = file(&json!({}));
        assert_eq!(withheld(&https, 6_000, "https://otel.example.com"), None);
        assert_eq!(withheld(&https, 6_000, "http://localhost:4318"), plain("http://localhost:4318"));
        assert!(source(&https, 6_000, []).is_ok());
        let (_, asked) = file(&json!({"telemetry_bearer": true}));
        assert_eq!(withheld(&asked, 6_000, "http://[::1]:4318"), None);
        assert_eq!(withheld(&asked, 6_000, "http://127.0.0.1:4318"), None);
        for exposed in ["http://otel.example.com", "HTTP://10.0.0.1:4318/v1", "http://localhost.example.com"] {
            assert_eq!(withheld(&asked, 6_000, exposed), plain(exposed));
        }
        let (_, never) = file(&json!({"telemetry_bearer": false}));
        assert_eq!(withheld(&never, 6_000, "https://otel.example.com"), Some(Withheld::NotAsked));
    }

    #[test]
    fn an_expired_token_is_never_sent_and_headers_outlive_it_by_twelve_hours() {
        let (_, file) = file(&json!({}));
        assert_eq!(withheld(&file, 9_939, ""), None);
        assert_eq!(withheld(&file, 9_940, ""), Some(Withheld::Expired));
        assert_eq!(withheld(&file, 4_000, ""), Some(Withheld::ClockSetBack));
        assert_eq!(file.is_fresh(10_000 + 43_199), Ok(()));
        assert_eq!(file.is_fresh(10_000 + 43_200), Err(Refusal::TooOld));
    }

    #[test]
    fn only_the_token_that_the_headers_are_of_is_taken_from_the_session_file() {
        let (_, file) = file(&json!({}));
        let session = |token: &str| json!({"tokens": json!({"id_token": token}).to_string()}).to_string();
        assert!(!file.to_json().expose_secret().contains("the.id.token"));
        assert_eq!(
            from_session_file(session("the.id.token").as_bytes(), &file).unwrap().expose_secret(),
            "the.id.token"
        );
        for other in [session("another.id.token"), "{}".to_owned(), String::new(), "{\"tokens\":\"\"}".to_owned()] {
            assert_eq!(from_session_file(other.as_bytes(), &file).err(), Some(Withheld::NotStored));
        }
    }

    #[test]
    fn beside_a_keyring_the_file_holds_the_token_only_where_that_was_asked_for() {
        let (_, silent) = file(&json!({"credential_storage": "keyring"}));
        assert!(!silent.to_json().expose_secret().contains("the.id.token"));
        let (_, asked) = file(&json!({"credential_storage": "keyring", "telemetry_bearer": true}));
        let json = asked.to_json();
        let read = HeaderFile::parse(json.expose_secret().as_bytes(), "P").unwrap();
        assert!(
            matches!(source(&read, 6_000, []), Ok(Source::HeaderFile(token)) if token.expose_secret() == "the.id.token")
        );
        assert!(!format!("{read:?}").contains("the.id.token"));
    }

    #[test]
    fn a_file_of_other_rules_another_profile_or_another_form_is_refused() {
        let (same, file) = file(&json!({}));
        assert_eq!(file.is_bound_to(&same), Ok(()));
        for other in [
            json!({"client_id": "d"}),
            json!({"telemetry_headers": {"x-role": "drop"}}),
            json!({"monitoring_enabled": false}),
        ] {
            assert_eq!(file.is_bound_to(&profile(&other)), Err(Refusal::OtherConfiguration), "{other}");
        }
        let json = file.to_json().expose_secret().to_owned();
        let refusal = |text: &str, profile: &str| HeaderFile::parse(text.as_bytes(), profile).err();
        assert_eq!(refusal(&json, "P"), None);
        assert_eq!(refusal(&json, "Q"), Some(Refusal::OtherProfile));
        assert_eq!(refusal(&json.replace("\"version\":1", "\"version\":2"), "P"), Some(Refusal::OtherVersion));
        assert_eq!(refusal("{\"version\":2,\"else\":true}", "P"), Some(Refusal::OtherVersion));
        let far = json.replace("\"written\":5000", "\"written\":-9223372036854775808");
        assert_ne!(far, json);
        for damaged in [&far, "", "{", "null", "[]", "{}", &json[..json.len() - 5]] {
            assert_eq!(refusal(damaged, "P"), Some(Refusal::Damaged), "{damaged}");
        }
    }
}
