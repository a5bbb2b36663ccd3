//! Choices for every kind of provider, and tokens that fit them.

use ccwb_bedrock::{Catalogue, InferenceProfile};
use ccwb_config::{ProviderType, WebAddress};
use ccwb_deploy::{
    Access, AuthChoices, ClaimTags, Environment, FederationChoice, OidcProviderChoice, Resolved, Stack, Target, Token,
};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";

/// Name, kind, issuer, client id.
pub(crate) const PROVIDERS: &[(&str, ProviderType, &str, &str)] = &[
    ("okta", ProviderType::Okta, "https://company.okta.com", "0oa1b2c3d4e5f6g7h8i9"),
    ("okta-custom", ProviderType::Okta, "https://company.okta.com/oauth2/default", "0oa1b2c3d4e5f6g7h8i9"),
    (
        "entra",
        ProviderType::Azure,
        "https://login.microsoftonline.com/9122040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "6731de76-14a6-49ae-97bc-6eba6914391e",
    ),
    ("auth0", ProviderType::Auth0, "https://company.eu.auth0.com/", "Xy1Zq2Wv3Ut4Sr5Pq6On7Ml8Kj9Ih0Gf"),
    (
        "cognito",
        ProviderType::Cognito,
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1Cd2Ef3",
        "1h57kf5cpq17m0eml12EXAMPLE",
    ),
    (
        "google",
        ProviderType::Google,
        "https://accounts.google.com",
        "123456789012-abc123def456.apps.googleusercontent.com",
    ),
    ("generic", ProviderType::Generic, "https://sso.company.com:8443/realms/staff", "claude-code"),
];

/// A region of each partition in which Claude can be called, and the prefix of its profiles.
pub(crate) const PARTITIONS: &[(&str, &str, &str)] =
    &[("aws", "us-east-1", "us"), ("aws-us-gov", "us-gov-west-1", "us-gov")];

pub(crate) fn direct() -> FederationChoice {
    FederationChoice::Direct { max_session_duration: 43_200 }
}

/// An identity pool with the guidance's tags, and those that conditions need.
pub(crate) fn pool(provider: ProviderType) -> FederationChoice {
    let tags = ClaimTags { groups: Some("groups".to_owned()), ..ClaimTags::usual(provider) };
    FederationChoice::IdentityPool { tags }
}

pub(crate) fn profiles(prefix: &str) -> Vec<InferenceProfile> {
    let all = &Catalogue::bundled().inference_profiles;
    all.iter().filter(|profile| profile.prefix == prefix).take(3).cloned().collect()
}

pub(crate) fn choices(provider: &str, federation: FederationChoice, region: &str, prefix: &str) -> AuthChoices {
    let &(_, kind, issuer, client_id) =
        PROVIDERS.iter().find(|(name, ..)| *name == provider).expect("it is in the table");
    AuthChoices {
        target: Target { account: ACCOUNT.to_owned(), region: region.to_owned() },
        provider: kind,
        issuer: WebAddress::parse(issuer).expect("the table holds addresses"),
        client_id: client_id.to_owned(),
        federation,
        oidc_provider: OidcProviderChoice::Create { thumbprints: Vec::new() },
        subjects: Vec::new(),
        groups: None,
        email_domains: Vec::new(),
        permissions_boundary: None,
        require_tls: false,
        allowed_vpc_endpoints: Vec::new(),
        telemetry_log_groups: Vec::new(),
        inference_profiles: profiles(prefix),
        source_regions: vec![region.to_owned()],
        application_profiles: Vec::new(),
    }
}

/// Every provider with both federations in every partition. Google is known to the commercial partition.
pub(crate) fn every() -> Vec<(String, AuthChoices)> {
    let mut all = Vec::new();
    for &(partition, region, prefix) in PARTITIONS {
        for &(name, kind, ..) in PROVIDERS {
            if kind == ProviderType::Google && partition != "aws" {
                continue;
            }
            all.push((format!("{name}-direct-{partition}"), choices(name, direct(), region, prefix)));
            all.push((format!("{name}-cognito-{partition}"), choices(name, pool(kind), region, prefix)));
        }
    }
    all
}

pub(crate) fn environment(choices: &AuthChoices) -> Environment {
    Environment { account: choices.target.account.clone(), region: choices.target.region.clone() }
}

pub(crate) fn resolve(choices: &AuthChoices) -> Resolved {
    let parameters = choices.parameters().expect("the choices can be deployed");
    Stack::Auth.template().resolve(&parameters, &environment(choices)).expect("the template can be worked out")
}

pub(crate) fn access(choices: &AuthChoices) -> Access {
    Access::of(&resolve(choices), &environment(choices)).expect("it is an auth stack")
}

/// What the provider would say about Alice, with the group `engineering` as a claim and as a session tag.
pub(crate) fn alice(choices: &AuthChoices) -> Value {
    json!({
        "iss": choices.issuer.as_str(),
        "aud": choices.client_id,
        "sub": "alice-1",
        "email": "alice@company.com",
        "name": "Alice",
        "groups": "engineering",
        "hd": "company.com",
        "https://aws.amazon.com/tags": {
            "principal_tags": {"Groups": ["engineering"], "UserEmail": ["alice@company.com"]}
        }
    })
}

pub(crate) fn token(claims: &Value) -> Token {
    Token(claims.as_object().expect("claims are an object").clone())
}

/// Alice's token with one claim replaced, or left out with `null`.
pub(crate) fn but(claims: &Value, claim: &str, value: Value) -> Token {
    let mut claims = claims.as_object().expect("claims are an object").clone();
    match value {
        Value::Null => claims.remove(claim),
        value => claims.insert(claim.to_owned(), value),
    };
    Token(claims)
}
