//! The identity provider: metadata, keys, endpoints, and whether it knows our redirect address.

use std::borrow::Cow;
use std::time::Instant;

use ccwb_http::HttpClient;
use ccwb_oidc::{AuthorizationRequest, Expectations, Metadata, OidcError, Provider, Who};
use ccwb_store::private_file;
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

use super::{Live, post_form};
use crate::commands::doctor::checks::{clock, span};
use crate::commands::doctor::finding::{Finding, State};
use crate::commands::doctor::safe::foreign;
use crate::http;
use crate::network_hint::network_hint;
use crate::world::World;

const DISCOVERY: &str = "provider-discovery";
const ISSUER: &str = "provider-issuer";
const PKCE: &str = "provider-pkce";
const KEYS: &str = "provider-keys";
const TOKEN: &str = "provider-token";
const REDIRECT: &str = "provider-redirect";
const ID_TOKEN: &str = "id-token";

/// Those that an ID token may be signed with here (RFC 7518, section 3.1).
const ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

pub(super) async fn check(live: &Live<'_>, client: &HttpClient, found: &mut Vec<Finding>) {
    let document = discovery(live, client, found).await;
    if let Some(document) = &document {
        found.push(issuer(live, document));
        found.push(pkce(document));
    }
    if found.iter().any(|finding| finding.state == State::Failed) {
        return;
    }
    let cache = live.context.state.provider_cache(&format!("doctor-{}", std::process::id()));
    let loaded = Provider::load(client, live.oidc, &cache, World::now()).await;
    let _ = private_file::remove(&cache);
    let mut provider = match loaded {
        Ok(provider) => provider,
        Err(error) => return found.push(unusable(&error)),
    };
    let metadata = provider.metadata().clone();
    found.push(keys(client, &metadata).await);
    found.push(token_endpoint(client, &metadata).await);
    found.push(redirect(live, client, &metadata).await);
    found.extend(id_token(live, client, &mut provider).await);
    let _ = private_file::remove(&cache);
}

/// The metadata document, if the provider has one. A configuration that names every endpoint needs none.
async fn discovery(live: &Live<'_>, client: &HttpClient, found: &mut Vec<Finding>) -> Option<Value> {
    let issuer = live.oidc.issuer.as_str().trim_end_matches('/');
    let address = Url::parse(&format!("{issuer}/.well-known/openid-configuration")).ok()?;
    let started = Instant::now();
    let problem: (String, Cow<'_, str>) = match client.get_json(&address).await {
        Ok(answer) => {
            found.push(clock_skew(client));
            match (answer.status().as_u16(), serde_json::from_slice::<Value>(answer.body())) {
                (200, Ok(document)) => {
                    let took = started.elapsed().as_millis();
                    found.push(Finding::ok(DISCOVERY, format!("{address} answered in {took} ms")));
                    return Some(document);
                }
                (200, Err(_)) => (
                    format!("{address} answered something that is not JSON"),
                    "a captive portal or proxy may answer in its place".into(),
                ),
                (status, _) => (
                    format!("{address} answered {status}"),
                    "check provider_domain and the oidc_ keys in config.json".into(),
                ),
            }
        }
        Err(error) => (error.to_string(), network_hint(Some(&error)).into()),
    };
    let endpoints = &live.oidc.endpoints;
    let needed = endpoints.authorization.is_none() || endpoints.token.is_none() || endpoints.jwks.is_none();
    found.push(if needed {
        Finding::failed(DISCOVERY, problem.0, problem.1)
    } else {
        Finding::ok(DISCOVERY, format!("not needed, config.json names every endpoint ({})", problem.0))
    });
    None
}

/// AWS and the provider refuse what is signed, or expires, at another time.
fn clock_skew(client: &HttpClient) -> Finding {
    const FIX: &str = "set this machine's clock (turn on automatic time)";
    let skew = client.clock_skew();
    let direction = if skew > 0 { "behind" } else { "ahead of" };
    let what = format!("this machine's clock is {} {direction} the provider's", span(skew.abs()));
    match skew.abs() {
        0..=60 => Finding::ok(clock::NAME, format!("within {} s of the provider's", skew.abs().max(1))),
        61..=300 => Finding::warning(clock::NAME, what, FIX),
        _ => Finding::failed(clock::NAME, what, FIX),
    }
}

/// Letter by letter; that Entra ID names a tenant by its id is looked at when the metadata is loaded.
fn issuer(live: &Live<'_>, document: &Value) -> Finding {
    let (expected, found) =
        (live.oidc.issuer.as_str(), document.get("issuer").and_then(Value::as_str).unwrap_or("nobody"));
    let is_entra = live.oidc.provider == ccwb_config::ProviderType::Azure;
    if found == expected || is_entra {
        return Finding::ok(ISSUER, foreign(found));
    }
    let slash = found.trim_end_matches('/') == expected.trim_end_matches('/');
    Finding::failed(
        ISSUER,
        format!("the provider calls itself {}, but config.json names {expected}", foreign(found)),
        if slash {
            "the slash at the end counts: set oidc_issuer_url to the provider's own form"
        } else {
            "mend provider_domain or oidc_issuer_url in config.json"
        },
    )
}

/// RFC 8414: a provider that says nothing may still take it (Entra ID does).
fn pkce(document: &Value) -> Finding {
    match document.get("code_challenge_methods_supported").and_then(Value::as_array) {
        None => Finding::ok(PKCE, "not announced; it is sent anyway"),
        Some(methods) if methods.iter().any(|method| method == "S256") => Finding::ok(PKCE, "S256 is announced"),
        Some(_) => Finding::warning(
            PKCE,
            "the provider announces PKCE, but not S256",
            "ask the provider's administrator to allow S256",
        ),
    }
}

fn unusable(error: &OidcError) -> Finding {
    let name = match error {
        OidcError::Network { what: "keys", .. } | OidcError::BadAnswer { what: "keys", .. } => KEYS,
        _ => DISCOVERY,
    };
    let fix = match error {
        OidcError::Network { source, .. } => network_hint(Some(source)),
        _ => "try again in a minute; if it stays, show this to the provider's administrator".to_owned(),
    };
    Finding::failed(name, foreign(&error.to_string()), fix)
}

async fn keys(client: &HttpClient, metadata: &Metadata) -> Finding {
    const FIX: &str = "ask the provider's administrator to sign ID tokens with RS256 or ES256";
    let announced = &metadata.signing_algorithms;
    let usable: Vec<&str> = ALGORITHMS
        .iter()
        .copied()
        .filter(|name| announced.is_empty() || announced.iter().any(|other| other == name))
        .collect();
    if usable.is_empty() {
        let what =
            format!("the provider announces no algorithm that is accepted here: {}", foreign(&announced.join(", ")));
        return Finding::failed(KEYS, what, FIX);
    }
    let answer = match client.get_json(&metadata.jwks_uri).await {
        Ok(answer) => answer,
        Err(error) => return Finding::failed(KEYS, error.to_string(), network_hint(Some(&error))),
    };
    let set: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let keys = set.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    match keys.iter().filter(|key| signs(key)).count() {
        0 => Finding::failed(KEYS, format!("none of the provider's {} keys can check a signature", keys.len()), FIX),
        count => Finding::ok(
            KEYS,
            format!(
                "{count} fetched; {}",
                if announced.is_empty() { "algorithms not announced".to_owned() } else { usable.join(", ") }
            ),
        ),
    }
}

fn signs(key: &Value) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    matches!(text("kty"), Some("RSA" | "EC" | "OKP"))
        && text("use").is_none_or(|purpose| purpose == "sig")
        && text("alg").is_none_or(|algorithm| ALGORITHMS.contains(&algorithm))
}

/// A request that holds nothing: any answer of the endpoint's own proves the way to it.
async fn token_endpoint(client: &HttpClient, metadata: &Metadata) -> Finding {
    let address = &metadata.token_endpoint;
    match post_form(client, address.as_str(), "").await {
        Err(error) => Finding::failed(TOKEN, error.to_string(), network_hint(Some(&error))),
        Ok(answer) if answer.status().is_server_error() => {
            let what = format!("{address} answered {}", answer.status());
            Finding::failed(TOKEN, what, "the provider has a problem: try again in a minute")
        }
        Ok(_) => Finding::ok(TOKEN, format!("{address} answers")),
    }
}

/// `prompt=none` (OpenID Connect Core 1.0, section 3.1.2.1) shows nobody a page: a provider that knows the redirect
/// address sends the error there, and one that does not may not (RFC 6749, section 4.1.2.1).
async fn redirect(live: &Live<'_>, client: &HttpClient, metadata: &Metadata) -> Finding {
    const FIX: &str = "have the address registered at the provider (exactly so), and check client_id in config.json";
    let (mut known, mut refused, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    for &port in live.oidc.redirect_ports.iter().take(4) {
        let mut request = AuthorizationRequest::new(live.oidc, metadata, port, &Who::default());
        with_prompt_none(&mut request.url);
        match client.get_page(&request.url).await {
            Ok(answer) if leads_to(&answer, &request.redirect_uri) => known.push(port.to_string()),
            Ok(answer) if matches!(answer.status().as_u16(), 400 | 401 | 403) => refused.push(request.redirect_uri),
            _ => silent.push(port.to_string()),
        }
    }
    match (refused.is_empty(), known.is_empty()) {
        (true, false) if silent.is_empty() => {
            Finding::ok(REDIRECT, format!("the provider takes port {}", known.join(", ")))
        }
        (true, _) => {
            Finding::skipped(REDIRECT, "the provider does not tell without a person whether it takes the address")
        }
        (false, true) => {
            Finding::failed(REDIRECT, format!("the provider refuses {} for this client", refused.join(" and ")), FIX)
        }
        (false, false) => {
            Finding::warning(REDIRECT, format!("the provider refuses {} for this client", refused.join(" and ")), FIX)
        }
    }
}

fn with_prompt_none(url: &mut Url) {
    let others: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(name, _)| name != "prompt").collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair("prompt", "none");
}

fn leads_to(answer: &::http::Response<Vec<u8>>, redirect_uri: &str) -> bool {
    let location = answer.headers().get(::http::header::LOCATION).and_then(|location| location.to_str().ok());
    answer.status().is_redirection() && location.is_some_and(|location| location.starts_with(redirect_uri))
}

/// A token that was verified when it came may be refused today: keys are replaced, clients renamed.
async fn id_token(live: &Live<'_>, client: &HttpClient, provider: &mut Provider) -> Option<Finding> {
    let token = live.tokens.usable_id_token(World::now())?;
    let expected =
        Expectations { client_id: &live.oidc.client_id, nonce: None, subject: None, now: http::servers_time(client) };
    let left = span((token.expires() - expected.now).num_seconds());
    Some(match provider.verify(token.raw().expose_secret(), &expected).await {
        Ok(_) => Finding::ok(ID_TOKEN, format!("the cached one is good for another {left}")),
        Err(error) => Finding::warning(
            ID_TOKEN,
            format!("the cached one is not accepted any more: {}", foreign(&error.to_string())),
            format!("run {}", live.context.command_line(&["login", "--force"])),
        ),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_for_encryption_and_macs_check_no_signature() {
        for (key, expected) in [
            (json!({"kty": "RSA", "use": "sig", "alg": "RS256"}), true),
            (json!({"kty": "EC"}), true),
            (json!({"kty": "RSA", "use": "enc"}), false),
            (json!({"kty": "RSA", "alg": "RSA-OAEP"}), false),
            (json!({"kty": "oct", "alg": "HS256"}), false),
        ] {
            assert_eq!(signs(&key), expected, "{key}");
        }
    }

    #[test]
    fn only_a_redirect_to_our_own_address_counts() {
        let answer = |status, to: &str| {
            ::http::Response::builder().status(status).header("location", to).body(Vec::new()).unwrap()
        };
        let ours = "http://localhost:8400/callback";
        assert!(leads_to(&answer(302, "http://localhost:8400/callback?error=login_required"), ours));
        assert!(!leads_to(&answer(302, "https://i.example/error?redirect=http://localhost:8400/callback"), ours));
        assert!(!leads_to(&answer(200, ours), ours));
    }

    #[test]
    fn a_prompt_of_the_configuration_gives_way() {
        let mut url = Url::parse("https://i.example/a?prompt=select_account&state=s").unwrap();
        with_prompt_none(&mut url);
        assert_eq!(url.query(), Some("state=s&prompt=none"));
    }
}
