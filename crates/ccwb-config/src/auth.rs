//! How a profile comes to credentials.

use std::path::PathBuf;

use crate::error::ConfigError;
use crate::federation::{AssumeRole, assume_role, check_region, web_identity_role};
use crate::fields::Fields;
use crate::oidc::OidcProfile;
use crate::web_address::WebAddress;

/// How a profile comes to credentials.
#[derive(Clone, Debug)]
pub enum AuthMode {
    /// OpenID Connect, then federation.
    Oidc(Box<OidcProfile>),
    /// IAM Identity Center (`auth_type: idc`).
    IdentityCenter(IdentityCenterProfile),
    /// A token that the machine has, as in CI and in Kubernetes (`auth_type: web-identity`).
    WebIdentity(WebIdentityProfile),
    /// Access keys of an IAM user that the user has stored (`auth_type: iam-user`).
    IamUser(SecondRole),
    /// A Bedrock API key that the user has stored (`auth_type: bedrock-api-key`).
    BedrockApiKey,
    /// The credentials that the machine has anyway (`sso_enabled: false`).
    Ambient(SecondRole),
}

/// A role that the first credentials assume, usually in another account.
pub type SecondRole = Option<AssumeRole>;

/// A profile of IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCenterProfile {
    /// The AWS access portal's address.
    pub start_url: WebAddress,
    /// The account, 12 digits.
    pub account_id: String,
    /// The permission set's name.
    pub permission_set_name: String,
    /// The region of Identity Center.
    pub region: String,
    /// `assume_role`.
    pub assume_role: SecondRole,
}

/// A profile whose identity is a token of the machine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebIdentityProfile {
    /// The ARN of the role that takes the token; none: `AWS_ROLE_ARN`.
    pub role_arn: Option<String>,
    /// `max_session_duration`.
    pub duration_seconds: u32,
    /// `web_identity_token_file`; with neither this nor a variable: `AWS_WEB_IDENTITY_TOKEN_FILE`, else what a CI gives.
    pub token_file: Option<PathBuf>,
    /// `web_identity_token_variable`: the environment variable that holds the token itself.
    pub token_variable: Option<String>,
    /// `web_identity_audience`: what a token of GitHub Actions is asked for.
    pub audience: String,
    /// `assume_role`.
    pub assume_role: SecondRole,
}

/// What GitHub's own action asks for, and what trust policies expect.
const AUDIENCE: &str = "sts.amazonaws.com";

impl AuthMode {
    /// Decided before anything is dispatched, so that no command ever runs with a half-known provider.
    pub(crate) fn from_fields(fields: &Fields<'_>, aws_region: &str) -> Result<Self, ConfigError> {
        let key = "auth_type";
        let sso_enabled = fields.flag("sso_enabled")?.unwrap_or(true);
        let start_url = fields.text("idc_start_url")?;
        let auth_type = fields.text(key)?;
        match auth_type.as_deref() {
            None | Some("oidc" | "none") if !sso_enabled && start_url.is_some() => {
                Ok(Self::IdentityCenter(identity_center(fields, aws_region)?))
            }
            Some("idc") => Ok(Self::IdentityCenter(identity_center(fields, aws_region)?)),
            Some("web-identity") => Ok(Self::WebIdentity(web_identity(fields)?)),
            Some("iam-user") => Ok(Self::IamUser(assume_role(fields)?)),
            Some("bedrock-api-key") => Ok(Self::BedrockApiKey),
            None | Some("oidc") if sso_enabled => Ok(Self::Oidc(Box::new(OidcProfile::from_fields(fields)?))),
            None | Some("oidc" | "none") => Ok(Self::Ambient(assume_role(fields)?)),
            Some(other) => {
                let known = "oidc, idc, web-identity, iam-user, bedrock-api-key or none";
                Err(fields.error(key, format!("must be {known}, but is \"{other}\"")))
            }
        }
    }

    /// Whether AWS SDKs must ask this program, since none of them comes to these credentials alone.
    pub fn answers_sdks(&self) -> bool {
        match self {
            Self::Oidc(_) | Self::IdentityCenter(_) | Self::WebIdentity(_) | Self::IamUser(_) => true,
            Self::BedrockApiKey => false,
            Self::Ambient(second) => second.is_some(),
        }
    }

    /// Whether a person signs in, now and then.
    pub fn signs_in(&self) -> bool {
        matches!(self, Self::Oidc(_) | Self::IdentityCenter(_))
    }

    /// The second role, whatever the way to the first credentials.
    pub fn assume_role(&self) -> Option<&AssumeRole> {
        match self {
            Self::Oidc(oidc) => oidc.federation.assume_role.as_ref(),
            Self::IdentityCenter(center) => center.assume_role.as_ref(),
            Self::WebIdentity(token) => token.assume_role.as_ref(),
            Self::IamUser(role) | Self::Ambient(role) => role.as_ref(),
            Self::BedrockApiKey => None,
        }
    }
}

fn identity_center(fields: &Fields<'_>, aws_region: &str) -> Result<IdentityCenterProfile, ConfigError> {
    let start_url = WebAddress::parse(&fields.required(&["idc_start_url"])?)
        .map_err(|problem| fields.error("idc_start_url", problem))?;
    let account_id = fields.required(&["idc_account_id"])?;
    if account_id.len() != 12 || !account_id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fields.error("idc_account_id", format!("\"{account_id}\" is not 12 digits")));
    }
    let region = fields.text("idc_region")?.unwrap_or_else(|| aws_region.to_owned());
    check_region(&region).map_err(|problem| fields.error("idc_region", problem))?;
    Ok(IdentityCenterProfile {
        start_url,
        account_id,
        permission_set_name: fields.required(&["idc_permission_set_name"])?,
        region,
        assume_role: assume_role(fields)?,
    })
}

fn web_identity(fields: &Fields<'_>) -> Result<WebIdentityProfile, ConfigError> {
    let (role_arn, duration_seconds) = web_identity_role(fields)?;
    let token_file = fields.text("web_identity_token_file")?.map(|path| fields.beside_the_file(&path));
    let token_variable = fields.text("web_identity_token_variable")?;
    if token_file.is_some() && token_variable.is_some() {
        return Err(fields.error("web_identity_token_variable", "is set, and so is web_identity_token_file: use one"));
    }
    Ok(WebIdentityProfile {
        role_arn,
        duration_seconds,
        token_file,
        token_variable,
        audience: fields.text("web_identity_audience")?.unwrap_or_else(|| AUDIENCE.to_owned()),
        assume_role: assume_role(fields)?,
    })
}
