use std::sync::LazyLock;

use ccwb_config::Profile;
use ccwb_oidc::Metadata;
use serde_json::{Value, json};
use url::Url;

use crate::profiles::profile;
use crate::text::{assert_printable, assert_trustworthy};

static GENERIC: LazyLock<Profile> = LazyLock::new(|| profile("i.example", &json!({})));
static ENTRA: LazyLock<Profile> =
    LazyLock::new(|| profile("login.microsoftonline.com/contoso.example", &json!({"provider_type": "azure"})));

/// A discovery document: no other issuer is believed, no address leads to where others listen, and the cache gives back what
/// was put there.
pub fn discovery(input: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(input) else { return };
    for profile in [&*GENERIC, &*ENTRA] {
        let profile = profile.oidc().expect("a profile that signs in");
        let metadata = match Metadata::from_document(&document, profile) {
            Ok(metadata) => metadata,
            Err(error) => {
                assert_printable(&error.to_string());
                continue;
            }
        };
        let issuer = metadata.issuer.as_str();
        let url = Url::parse(issuer).expect("what is believed is an address");
        let of_entra = url.scheme() == "https"
            && url.host_str() == Some("login.microsoftonline.com")
            && url.path().contains("/v2.0");
        assert!(issuer == profile.issuer.as_str() || of_entra, "{issuer}");
        let optional =
            [&metadata.revocation_endpoint, &metadata.device_authorization_endpoint, &metadata.end_session_endpoint];
        let required = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        required.into_iter().chain(optional.into_iter().flatten()).for_each(assert_trustworthy);
        let cached = serde_json::to_vec(&metadata).expect("metadata is JSON");
        assert_eq!(serde_json::from_slice::<Metadata>(&cached).expect("our own JSON"), metadata);
    }
}
