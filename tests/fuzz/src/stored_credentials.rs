use ccwb_federation::Credentials;
use secrecy::ExposeSecret;

use crate::text::assert_process_json;

const BINDING: &str = "0123456789abcdef0123456789abcdef";

/// Stored credentials: those of another identity are never read, and what is read can be handed out, in the form that callers
/// know, and be stored again.
pub fn stored_credentials(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let stored = text.into();
    if !text.contains("another-identity") {
        assert!(
            Credentials::from_stored_json(&stored, "another-identity").is_none(),
            "credentials of another identity"
        );
    }
    let Some(credentials) = Credentials::from_stored_json(&stored, BINDING) else { return };
    let line = assert_process_json(credentials.to_process_json().expose_secret());
    assert_eq!(line["AccessKeyId"], credentials.access_key_id);
    assert_eq!(line["SecretAccessKey"], credentials.secret_access_key.expose_secret());
    assert_eq!(line["SessionToken"], credentials.session_token.expose_secret());
    let export: serde_json::Value =
        serde_json::from_str(credentials.to_export_json().expose_secret()).expect("the export is JSON");
    assert_eq!(export["Credentials"]["Expiration"], line["Expiration"]);
    let again = credentials.to_stored_json(BINDING, credentials.issued.unwrap_or(7));
    let again = Credentials::from_stored_json(&again, BINDING).expect("our own form");
    assert_eq!(
        (again.expiration, again.skew, again.issued),
        (credentials.expiration, credentials.skew, credentials.issued.or(Some(7)))
    );
    assert_eq!(again.session_token.expose_secret(), credentials.session_token.expose_secret());
    let secret = credentials.secret_access_key.expose_secret();
    if secret.len() >= 8 && text.matches(secret).count() == 1 {
        assert!(!format!("{credentials:?}").contains(secret));
    }
}
