//! The choices of the command line, and what they mean to the sandbox.

use ccwb_sandbox::{Federation, ProviderShape};
use clap::ValueEnum;

/// Which identity provider the sandbox resembles: issuer, paths, claims, quirks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    /// Any provider that follows the standard
    Generic,
    /// Okta, org authorization server
    Okta,
    /// Okta, custom authorization server
    OktaCustom,
    /// Microsoft Entra ID
    Entra,
    /// Auth0
    Auth0,
    /// Amazon Cognito user pool
    Cognito,
    /// Google
    Google,
}

impl Provider {
    pub(crate) fn shape(self) -> ProviderShape {
        match self {
            Self::Generic => ProviderShape::Generic,
            Self::Okta => ProviderShape::OktaOrg,
            Self::OktaCustom => ProviderShape::OktaCustom("default".to_owned()),
            Self::Entra => ProviderShape::Entra("9122040d-6c67-4c5b-b112-36a304b66dad".to_owned()),
            Self::Auth0 => ProviderShape::Auth0,
            Self::Cognito => ProviderShape::Cognito("us-east-1_Sandbox01".to_owned()),
            Self::Google => ProviderShape::Google,
        }
    }

    /// What people call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Generic => "a standard OpenID provider",
            Self::Okta => "in the manner of Okta",
            Self::OktaCustom => "in the manner of Okta, custom server",
            Self::Entra => "in the manner of Entra ID",
            Self::Auth0 => "in the manner of Auth0",
            Self::Cognito => "in the manner of a Cognito user pool",
            Self::Google => "in the manner of Google",
        }
    }
}

/// How an ID token becomes AWS credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FederationKind {
    /// Through a Cognito identity pool
    Cognito,
    /// Straight through STS
    Direct,
}

impl From<FederationKind> for Federation {
    fn from(kind: FederationKind) -> Self {
        match kind {
            FederationKind::Cognito => Self::Cognito,
            FederationKind::Direct => Self::Direct,
        }
    }
}

/// Where secrets rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Storage {
    /// A private file
    Session,
    /// Your own keyring, under a name of the demo's own, removed at the end
    Keyring,
}

impl Storage {
    /// `credential_storage` of config.json.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Keyring => "keyring",
        }
    }

    /// The profile that the demo signs in with. In a keyring, which is the person's own, it must not meet a real one.
    pub(crate) fn demo_profile(self) -> &'static str {
        match self {
            Self::Session => "ClaudeCode",
            Self::Keyring => "ClaudeCodeDemo",
        }
    }
}
