//! Who gets in and what they may do, read from a worked-out auth stack.

use ccwb_bedrock::Partition;
use ccwb_bedrock::iam::{Decision, Policies, Policy, PolicyError, Principal, Request, evaluate, evaluate_trust};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{Environment, Resolved};

/// The trust and permissions of a worked-out auth stack, ready to be tried.
#[derive(Clone, Debug)]
pub struct Access {
    environment: Environment,
    trust: Policy,
    permissions: Vec<Policy>,
    oidc_provider: Option<Value>,
    pool: Option<Pool>,
}

#[derive(Clone, Debug)]
struct Pool {
    id: String,
    properties: Value,
    tags: Value,
}

/// The claims of an ID token whose signature and dates are good.
#[derive(Clone, Debug)]
pub struct Token(pub Map<String, Value>);

/// Why the access of a stack cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccessError {
    /// A policy cannot be evaluated.
    #[error("{0}")]
    Policy(#[from] PolicyError),
    /// It is no auth stack.
    #[error("the stack has no role")]
    NoRole,
}

impl Access {
    /// Reads an auth stack.
    pub fn of(stack: &Resolved, environment: &Environment) -> Result<Self, AccessError> {
        let role = stack.of_kind("AWS::IAM::Role").next().ok_or(AccessError::NoRole)?;
        let pool = stack.of_kind("AWS::Cognito::IdentityPool").next().map(|properties| Pool {
            id: stack.outputs.get("IdentityPoolId").and_then(Value::as_str).unwrap_or_default().to_owned(),
            properties: properties.clone(),
            tags: stack
                .of_kind("AWS::Cognito::IdentityPoolPrincipalTag")
                .next()
                .map(|tags| tags["PrincipalTags"].clone())
                .unwrap_or_default(),
        });
        Ok(Self {
            environment: environment.clone(),
            trust: Policy::from_json(&role["AssumeRolePolicyDocument"])?,
            permissions: stack
                .of_kind("AWS::IAM::ManagedPolicy")
                .map(|policy| Policy::from_json(&policy["PolicyDocument"]))
                .collect::<Result<_, _>>()?,
            oidc_provider: stack.of_kind("AWS::IAM::OIDCProvider").next().cloned(),
            pool,
        })
    }

    /// Whether a token gets the role: what STS, or the identity pool and then STS, would decide.
    pub fn admits(&self, token: &Token) -> bool {
        let request = match &self.pool {
            Some(pool) => self.through_pool(pool, token),
            None => self.directly(token),
        };
        let Some(request) = request else { return false };
        // Tags need an action of their own.
        let actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"];
        actions.into_iter().all(|action| evaluate_trust(&self.trust, &request.for_action(action)).is_allowed())
    }

    /// Whether the role may do this.
    pub fn decide(&self, request: &Request) -> Decision {
        evaluate(&Policies { identity: &self.permissions, ..Policies::default() }, request)
    }

    /// The trust policy.
    pub fn trust(&self) -> &Policy {
        &self.trust
    }

    /// The permission policies.
    pub fn permissions(&self) -> &[Policy] {
        &self.permissions
    }

    /// Keys that STS fills in from a token. It knows `aud` and `sub` of every provider, and more claims of a few, Google
    /// among them. Source: IAM User Guide, "Available keys for AWS OIDC federation".
    fn directly(&self, token: &Token) -> Option<Request> {
        let issuer = token.issuer()?;
        let audience = token.audience()?;
        let google = issuer == "accounts.google.com";
        let principal = if google {
            issuer.to_owned()
        } else {
            self.provider_takes(issuer, &audience).then(|| self.provider_arn(issuer))?
        };
        let mut request = Request::new("", "*")
            .by(Principal::Federated(principal))
            .with(&format!("{issuer}:aud"), audience)
            .with(&format!("{issuer}:sub"), token.text("sub")?);
        if let Some(domain) = token.text("hd").filter(|_| google) {
            request = request.with("accounts.google.com:hd", domain);
        }
        Some(token.session_tags().into_iter().fold(request, with_tag))
    }

    fn through_pool(&self, pool: &Pool, token: &Token) -> Option<Request> {
        let (issuer, audience) = (token.issuer()?, token.audience()?);
        let user_pools = pool.properties["CognitoIdentityProviders"].as_array().into_iter().flatten();
        let mut logins = user_pools.map(|login| (&login["ProviderName"], &login["ClientId"]));
        let arns = pool.properties["OpenIdConnectProviderARNs"].as_array().into_iter().flatten();
        let known = logins.any(|(name, client)| name == issuer && *client == audience)
            || pool.properties["SupportedLoginProviders"].get(issuer).is_some_and(|client| *client == audience)
            || (arns.into_iter().any(|arn| *arn == self.provider_arn(issuer))
                && self.provider_takes(issuer, &audience));
        if !known {
            return None;
        }
        let service = identity_pool_service(&self.environment.region);
        let request = Request::new("", "*")
            .by(Principal::Federated(service.clone()))
            .with(&format!("{service}:aud"), &pool.id)
            .with(&format!("{service}:sub"), format!("{}:identity", self.environment.region))
            .with_all(&format!("{service}:amr"), ["authenticated", issuer]);
        let tags = pool.tags.as_object().into_iter().flatten();
        let tags = tags.filter_map(|(tag, claim)| Some((tag.clone(), token.text(claim.as_str()?)?.to_owned())));
        Some(tags.fold(request, with_tag))
    }

    /// The provider's own list of client ids; that of a reused provider is not known here.
    fn provider_takes(&self, issuer: &str, audience: &str) -> bool {
        self.oidc_provider.as_ref().is_none_or(|provider| {
            let clients = provider["ClientIdList"].as_array();
            provider["Url"] == format!("https://{issuer}")
                && clients.is_some_and(|ids| ids.iter().any(|id| id == audience))
        })
    }

    fn provider_arn(&self, issuer: &str) -> String {
        let Environment { account, region } = &self.environment;
        format!("arn:{}:iam::{account}:oidc-provider/{issuer}", Partition::of_region(region))
    }
}

impl Token {
    fn text(&self, claim: &str) -> Option<&str> {
        self.0.get(claim).and_then(Value::as_str)
    }

    fn issuer(&self) -> Option<&str> {
        self.text("iss")?.strip_prefix("https://")
    }

    /// With several audiences, and always for Google, the party that the token was issued to.
    fn audience(&self) -> Option<String> {
        let google = self.issuer() == Some("accounts.google.com");
        let audiences = match self.0.get("aud")? {
            Value::String(one) => vec![one.as_str()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return None,
        };
        match (audiences.as_slice(), self.text("azp")) {
            ([_], Some(party)) if google => Some(party.to_owned()),
            ([one], _) => Some((*one).to_owned()),
            (_, party) => party.map(str::to_owned),
        }
    }

    /// `https://aws.amazon.com/tags`, nested or flat. Source: IAM User Guide, "Pass session tags in AWS STS".
    fn session_tags(&self) -> Vec<(String, String)> {
        const CLAIM: &str = "https://aws.amazon.com/tags";
        let flat = self.0.iter().filter_map(|(claim, value)| {
            Some((claim.strip_prefix(CLAIM)?.strip_prefix("/principal_tags/")?.to_owned(), value))
        });
        let nested = self.0.get(CLAIM).and_then(|tags| tags["principal_tags"].as_object()).into_iter().flatten();
        let all = nested.map(|(tag, value)| (tag.clone(), value)).chain(flat);
        all.filter_map(|(tag, value)| {
            let value = value.as_array().map_or(Some(value), |values| values.first());
            Some((tag, value?.as_str()?.to_owned()))
        })
        .collect()
    }
}

fn with_tag(request: Request, (tag, value): (String, String)) -> Request {
    request.with(&format!("aws:RequestTag/{tag}"), value)
}

/// The name under which the identity pools of a region ask STS for credentials.
fn identity_pool_service(region: &str) -> String {
    match (region, Partition::of_region(region)) {
        ("us-gov-west-1", _) => "cognito-identity-us-gov.amazonaws.com".to_owned(),
        ("us-gov-east-1", _) => "cognito-identity.us-gov-east-1.amazonaws.com".to_owned(),
        (_, Partition::China) => format!("cognito-identity.{region}.amazonaws.com.cn"),
        _ => "cognito-identity.amazonaws.com".to_owned(),
    }
}
