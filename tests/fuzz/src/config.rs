use std::path::Path;

use ccwb_config::{AuthMode, Config, FederationTarget, IdentityDigest, OidcProfile, Profile, file_stem};
use serde_json::Value;

use crate::text::{assert_printable, assert_trustworthy};

/// A config.json: what is accepted is a profile that can be used safely, and what is refused is told in plain letters.
pub fn config(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let config = read(text);
    let names = match config.profile_names() {
        Ok(names) => names,
        Err(error) => return assert_printable(&error.to_string()),
    };
    // As another program would write the same values.
    let rewritten =
        serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).ok().map(|value| value.to_string());
    for name in names.iter().take(8) {
        match config.profile(name) {
            Ok(profile) => {
                assert_eq!(&profile.name, name);
                check(&profile);
                hides_its_secret(&profile, text);
                if let Some(rewritten) = &rewritten {
                    let again = read(rewritten).profile(name).expect("the same values are accepted again");
                    assert_eq!(format!("{again:?}"), format!("{profile:?}"));
                    assert_eq!(IdentityDigest::of(&again), IdentityDigest::of(&profile));
                }
            }
            Err(error) => assert_printable(&error.to_string()),
        }
    }
}

fn read(text: &str) -> Config {
    Config::from_text(Path::new("config.json"), text.to_owned())
}

fn check(profile: &Profile) {
    assert!(!profile.name.is_empty());
    assert_printable(&profile.name);
    let stem = file_stem(&profile.name);
    assert!(!stem.starts_with('.') && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-%".contains(&byte)));
    assert!(IdentityDigest::of(profile).as_str().len() == 32);
    assert_region(&profile.aws_region);
    if let Some(quota) = &profile.quota {
        assert_trustworthy(quota.endpoint.url());
    }
    match &profile.auth {
        AuthMode::Oidc(oidc) => check_oidc(oidc),
        AuthMode::IdentityCenter(center) => {
            assert_trustworthy(center.start_url.url());
            assert!(center.account_id.len() == 12);
            assert_region(&center.region);
        }
        AuthMode::WebIdentity(token) => assert!((900..=43_200).contains(&token.duration_seconds)),
        AuthMode::IamUser(_) | AuthMode::BedrockApiKey | AuthMode::Ambient(_) => {}
    }
}

fn check_oidc(oidc: &OidcProfile) {
    let explicit = [&oidc.endpoints.authorization, &oidc.endpoints.token, &oidc.endpoints.jwks];
    for address in explicit.into_iter().flatten().chain([&oidc.issuer]) {
        assert_trustworthy(address.url());
    }
    assert!(!oidc.client_id.is_empty() && !oidc.redirect_ports.is_empty() && !oidc.redirect_ports.contains(&0));
    match &oidc.federation.target {
        FederationTarget::IdentityPool { id, region } => {
            assert_region(region);
            assert!(id.contains(':'));
        }
        FederationTarget::WebIdentityRole { role_arn, duration_seconds } => {
            assert!(role_arn.starts_with("arn:") && (900..=43_200).contains(duration_seconds));
        }
    }
    if let Some(role) = &oidc.federation.assume_role {
        assert!(role.role_arn.starts_with("arn:") && (900..=43_200).contains(&role.duration_seconds));
    }
}

fn assert_region(region: &str) {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    assert!(region.contains('-') && region.bytes().all(plain), "{region:?} becomes part of a host's name");
}

/// A client secret that stands nowhere else in the file is nowhere in the debug form.
fn hides_its_secret(profile: &Profile, text: &str) {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return };
    let profiles = document.get("profiles").unwrap_or(&document);
    let secret = profiles.get(&profile.name).and_then(|profile| profile.get("client_secret")).and_then(Value::as_str);
    if let Some(secret) = secret.filter(|secret| secret.len() >= 8 && text.matches(secret).count() == 1) {
        assert!(!format!("{profile:?}").contains(secret));
    }
}
