//! Each provider has its own issuer, endpoints, claims and quirks: found by discovery, signed in and renewed.

use ccwb_sandbox::{Federation, ProviderShape};
use serde_json::{Value, json};

use crate::support::{Credentials, ErrorReport, Journey, caller_arn};

const TENANT: &str = "9122040d-6c67-4c5b-b112-36a304b66dad";

/// One provider, and what an administrator writes for it into config.json: the address of the sandbox is `{}`.
struct Provider {
    shape: ProviderShape,
    profile: Value,
    scope: &'static str,
    person: &'static str,
}

/// Signs in and renews through both federations; gives the journeys for what is special.
#[track_caller]
fn sign_in_and_renew(provider: &Provider) -> [Journey; 2] {
    [Federation::Cognito, Federation::Direct].map(|federation| {
        let mut journey = Journey::with(federation, |options| options.shape = provider.shape.clone());
        configure(&mut journey, &provider.profile);
        let explained = journey.call(&["explain"]).success().json();
        assert_eq!(explained["provider"]["issuer"], journey.sandbox.issuer(), "{explained}");

        let (exchange, renewal): (&[&str], _) = match federation {
            Federation::Cognito => {
                (&["cognito:GetId", "cognito:GetCredentialsForIdentity"], "cognito:GetCredentialsForIdentity")
            }
            Federation::Direct => (&["sts:AssumeRoleWithWebIdentity"], "sts:AssumeRoleWithWebIdentity"),
        };
        Credentials::of(&journey.call(&[]));
        let mut expected = vec!["discovery", "jwks", "authorize", "token:authorization_code"];
        expected.extend(exchange);
        assert_eq!(journey.requests(), expected);
        assert_eq!(journey.request("authorize").parameters["scope"], provider.scope);
        assert_eq!(journey.call(&["status", "--json"]).json()["signed_in_as"], provider.person);

        journey.forget_requests();
        journey.expire_all_but_the_refresh_token();
        let renewed = Credentials::of(&journey.call(&[]));
        assert_eq!(journey.requests(), ["token:refresh_token", renewal]);
        assert_eq!(journey.openings(), 1);
        caller_arn(&journey, &renewed);
        journey
    })
}

/// What the sandbox says for convenience is taken away: the issuer is derived, unless the profile names it.
fn configure(journey: &mut Journey, profile: &Value) {
    let address = journey.sandbox.idp_url().as_str().trim_end_matches('/').to_owned();
    journey.configure(|config| {
        let config = config.as_object_mut().expect("an object");
        for derived in ["oidc_issuer_url", "provider_domain", "provider_type", "okta_auth_server_id"] {
            config.remove(derived);
        }
        for (name, value) in profile.as_object().expect("an object") {
            let text = value.as_str().expect("a text").replace("{}", &address);
            config.insert(name.clone(), text.into());
        }
    });
}

#[test]
fn generic() {
    sign_in_and_renew(&Provider {
        shape: ProviderShape::Generic,
        profile: json!({"provider_domain": "{}", "provider_type": "generic"}),
        scope: "openid profile email offline_access",
        person: "alice@example.com",
    });
}

#[test]
fn generic_without_its_type() {
    sign_in_and_renew(&Provider {
        shape: ProviderShape::Generic,
        profile: json!({"provider_domain": "{}/", "provider_type": "auto"}),
        scope: "openid profile email offline_access",
        person: "alice@example.com",
    });
}

#[test]
fn okta_org_server() {
    sign_in_and_renew(&Provider {
        shape: ProviderShape::OktaOrg,
        profile: json!({"provider_domain": "{}", "provider_type": "okta"}),
        scope: "openid profile email offline_access",
        person: "alice@example.com",
    });
}

#[test]
fn okta_custom_authorization_server() {
    for key in ["okta_auth_server_id", "okta_auth_server"] {
        sign_in_and_renew(&Provider {
            shape: ProviderShape::OktaCustom("default".to_owned()),
            profile: json!({"provider_domain": "{}", "provider_type": "okta", key: "default"}),
            scope: "openid profile email offline_access",
            person: "alice@example.com",
        });
    }
}

#[test]
fn entra_id() {
    let journeys = sign_in_and_renew(&Provider {
        shape: ProviderShape::Entra(TENANT.to_owned()),
        profile: json!({"provider_domain": format!("{{}}/{TENANT}/v2.0"), "provider_type": "azure"}),
        scope: "openid profile email offline_access",
        person: "alice@example.com",
    });
    for journey in &journeys {
        let claims = journey.call(&["claims"]).json();
        assert_eq!((&claims["tid"], claims.get("email")), (&json!(TENANT), None));
        assert!(journey.home.openings()[0].contains("prompt=select_account"));
    }
}

#[test]
fn entra_id_by_the_tenant_alone() {
    sign_in_and_renew(&Provider {
        shape: ProviderShape::Entra(TENANT.to_owned()),
        profile: json!({"provider_domain": format!("{{}}/{TENANT}"), "provider_type": "entra"}),
        scope: "openid profile email offline_access",
        person: "alice@example.com",
    });
}

/// Field report R-28: what is wrong stands in the description only, as a number.
#[test]
fn a_refusal_of_entra_id_has_one_line_to_do() {
    let journey = Journey::new();
    for (code, hint) in [
        ("AADSTS7000218", "Allow public client flows"),
        ("AADSTS700025", "remove client_auth"),
        ("AADSTS65001", "grant consent"),
    ] {
        journey.fault(json!({
            "endpoint": "token", "times": 1, "status": 401,
            "body": {"error": "invalid_client", "error_description": format!("{code}: Something. Trace ID: 0-1")},
        }));
        let output = journey.call(&["login"]);
        output.is_error(6, "provider-refused");
        let last = output.stderr.lines().last().unwrap_or_default();
        assert!(output.stderr.contains(code) && last.starts_with("hint: ") && last.contains(hint), "{output}");
    }
}

#[test]
fn auth0_whose_issuer_ends_with_a_slash() {
    let journeys = sign_in_and_renew(&Provider {
        shape: ProviderShape::Auth0,
        profile: json!({"provider_domain": "{}", "provider_type": "auth0"}),
        scope: "openid profile email offline_access",
        person: "alice@example.com",
    });
    for journey in &journeys {
        assert!(journey.sandbox.issuer().ends_with('/'));
    }
}

#[test]
fn cognito_user_pool_whose_issuer_is_not_on_its_sign_in_domain() {
    sign_in_and_renew(&Provider {
        shape: ProviderShape::Cognito("us-east-1_Sandbox01".to_owned()),
        profile: json!({
            "provider_domain": "{}", "provider_type": "cognito", "cognito_user_pool_id": "us-east-1_Sandbox01",
            "oidc_issuer_url": "{}/us-east-1_Sandbox01",
        }),
        scope: "openid email",
        person: "alice@example.com",
    });
}

#[test]
fn google_with_its_client_secret_and_offline_access() {
    let journeys = sign_in_and_renew(&Provider {
        shape: ProviderShape::Google,
        profile: json!({"provider_domain": "{}", "provider_type": "google"}),
        scope: "openid email profile",
        person: "alice@example.com",
    });
    for journey in &journeys {
        assert!(journey.home.openings()[0].contains("access_type=offline"));
        assert_ne!(journey.request("token:refresh_token").parameters["client_authentication"], "none");
    }
}

#[test]
fn a_discovery_document_of_another_issuer_is_refused() {
    let mut journey = Journey::new();
    let address = journey.sandbox.issuer().replace("127.0.0.1", "localhost");
    journey.configure(|profile| profile["oidc_issuer_url"] = address.into());
    journey.call(&[]).is_error(6, "provider-answer");
    assert_eq!(journey.openings(), 0);
}
