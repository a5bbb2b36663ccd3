use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::reply::Reply;

/// A scripted fault of one endpoint. Without `status` and `body` the real answer is given (late, cut or with other headers).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// One of the endpoint names; `token` matches every grant, `token:refresh_token` only that one.
    pub endpoint: String,
    /// How often it happens; for ever if absent.
    pub times: Option<u32>,
    /// Status of the answer; 200 if only a body is given.
    pub status: Option<u16>,
    /// Extra headers, e.g. `retry-after`.
    pub headers: BTreeMap<String, String>,
    /// A string is sent as it is, anything else as JSON.
    pub body: Option<Value>,
    /// `application/json` for JSON bodies and `text/html` for strings, if absent.
    pub content_type: Option<String>,
    /// Waits this long before it answers.
    pub delay_ms: u64,
    /// Never answers.
    pub hang: bool,
    /// Does what was asked, and never answers.
    pub hang_when_done: bool,
    /// Declares the whole body, sends this many bytes of it and closes the connection.
    pub truncate: Option<usize>,
    /// Closes the connection without a byte.
    pub drop: bool,
}

/// A fault was asked for an endpoint that the sandbox doesn't have: it would never happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no endpoint is called {0:?}; there are: {list}", list = ENDPOINTS.join(", "))]
pub struct UnknownEndpoint(pub String);

/// Names in the request log and in faults. A name stands for itself and for those below it.
const ENDPOINTS: &[&str] = &[
    "discovery",
    "jwks",
    "authorize",
    "token",
    "token:authorization_code",
    "token:refresh_token",
    "token:device_code",
    "revoke",
    "end_session",
    "device",
    "device:verify",
    "cognito",
    "cognito:GetId",
    "cognito:GetCredentialsForIdentity",
    "sso-oidc",
    "sso-oidc:RegisterClient",
    "sso-oidc:StartDeviceAuthorization",
    "sso-oidc:CreateToken",
    "sso-oidc:verify",
    "sso",
    "sso:GetRoleCredentials",
    "sso:Logout",
    "sts",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "sts:GetSessionToken",
    "bedrock",
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:Converse",
    "bedrock:ConverseStream",
    "bedrock:ListFoundationModels",
    "bedrock:ListInferenceProfiles",
    "bedrock:GetInferenceProfile",
    "bedrock:GetFoundationModelAvailability",
    "otlp",
    "otlp:metrics",
    "otlp:logs",
    "otlp:traces",
    "cloudformation",
    "cloudformation:CreateChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeStacks",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ListStackResources",
    "cloudformation:GetTemplate",
    "cloudformation:DeleteStack",
    "cloudformation:UpdateTerminationProtection",
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:DetectStackDrift",
    "iam",
    "iam:GetOpenIDConnectProvider",
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:CreateAccessKey",
    "iam:ListAccessKeys",
    "iam:UpdateAccessKey",
    "iam:DeleteAccessKey",
    "iam:GetAccessKeyLastUsed",
    "s3",
    "s3:ListObjectVersions",
    "s3:DeleteObjects",
];

pub(crate) fn check_endpoint(name: &str) -> Result<(), UnknownEndpoint> {
    if ENDPOINTS.contains(&name) { Ok(()) } else { Err(UnknownEndpoint(name.to_owned())) }
}

/// `name` is `endpoint` itself or one below it.
pub(crate) fn covers(endpoint: &str, name: &str) -> bool {
    name.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

impl Fault {
    pub(crate) fn matches(&self, endpoint: &str) -> bool {
        covers(&self.endpoint, endpoint)
    }

    pub(crate) fn replaces_the_answer(&self) -> bool {
        self.status.is_some() || self.body.is_some() || self.drop
    }

    pub(crate) fn reply(&self) -> Reply {
        let (default_type, body) = match &self.body {
            None => ("application/json", Vec::new()),
            Some(Value::String(text)) => ("text/html", text.clone().into_bytes()),
            Some(json) => ("application/json", json.to_string().into_bytes()),
        };
        let content_type = self.content_type.as_deref().unwrap_or(default_type);
        Reply::bytes(self.status.unwrap_or(200), content_type, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_covers_its_endpoint_and_those_below_it_only() {
        assert!(covers("sts", "sts:AssumeRole") && covers("sts", "sts"));
        assert!(!covers("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"));
        assert!(!covers("token:refresh_token", "token:authorization_code"));
    }

    #[test]
    fn a_fault_for_an_unknown_endpoint_is_refused() {
        assert!(check_endpoint("tokens").is_err());
        assert_eq!(check_endpoint("token"), Ok(()));
    }
}
