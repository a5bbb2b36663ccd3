//! One profile, checked: after [`Profile`] no illegal configuration exists.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::auth::AuthMode;
use crate::claude::ClaudeChoices;
use crate::error::ConfigError;
use crate::federation::check_region;
use crate::fields::Fields;
use crate::oidc::OidcProfile;
use crate::telemetry::Telemetry;
use crate::web_address::WebAddress;

/// The profile that the guidance's packages are made for.
pub const DEFAULT_PROFILE: &str = "ClaudeCode";

/// One profile of config.json.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name, which is also the AWS profile's name.
    pub name: String,
    /// How credentials are had.
    pub auth: AuthMode,
    /// `ca_bundle`: certificate authorities that are trusted beside the system's.
    pub ca_bundle: Option<PathBuf>,
    /// The region of the infrastructure: STS, quota.
    pub aws_region: String,
    /// Where secrets rest.
    pub storage: Storage,
    /// The quota service, if there is one.
    pub quota: Option<Quota>,
    /// Telemetry, as far as config.json tells.
    pub monitoring: Monitoring,
    /// What telemetry tells about the person.
    pub telemetry: Telemetry,
    /// The model that the administrator chose.
    pub selected_model: Option<String>,
    /// The prefix of the cross-region inference profile (`us`, `eu`, ...).
    pub cross_region_profile: Option<String>,
    /// What the administrator chose for Claude Code's settings.
    pub claude: ClaudeChoices,
    /// The principal tag that telemetry reports as the project.
    pub cost_attribution_tag_key: String,
}

/// Where secrets rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// The OS keyring, with a fallback that is announced.
    Keyring,
    /// The OS keyring or nothing.
    KeyringOnly,
    /// A private file.
    Session,
}

impl Storage {
    /// The value in config.json.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::KeyringOnly => "keyring-only",
            Self::Session => "session",
        }
    }
}

/// The quota service of the guidance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The API's address, without `/check`.
    pub endpoint: WebAddress,
    /// What a service that does not answer means.
    pub fail_mode: QuotaFailMode,
    /// Minutes between checks while credentials are cached; 0 checks each time.
    pub check_interval_minutes: u64,
    /// Time limit of one check in seconds.
    pub check_timeout_seconds: u64,
    /// `daily_enforcement_mode`, for people who ask.
    pub daily_enforcement: Option<String>,
    /// `monthly_enforcement_mode`, for people who ask.
    pub monthly_enforcement: Option<String>,
    /// `enable_finegrained_quotas`, for people who ask.
    pub fine_grained: bool,
}

/// What a quota service that does not answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaFailMode {
    /// Go on.
    Open,
    /// Deny.
    Closed,
}

/// Telemetry, as far as config.json tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Monitoring {
    /// `monitoring_enabled`.
    pub enabled: bool,
    /// `central` or `sidecar`.
    pub mode: Option<String>,
    /// The collector's address.
    pub endpoint: Option<String>,
    /// `config_delivery_mode`: `static` or `bootstrap`.
    pub config_delivery: Option<String>,
    /// `bootstrap_endpoint`.
    pub bootstrap_endpoint: Option<String>,
}

impl Profile {
    pub(crate) fn from_fields(fields: &Fields<'_>) -> Result<Self, ConfigError> {
        if fields.profile().is_empty() || fields.profile().chars().any(char::is_control) {
            return Err(fields.error("profile", "the name must not be empty or hold control characters"));
        }
        let aws_region = fields.text("aws_region")?.unwrap_or_else(|| "us-east-1".to_owned());
        check_region(&aws_region).map_err(|problem| fields.error("aws_region", problem))?;
        let storage = storage(fields)?;
        Ok(Self {
            name: fields.profile().to_owned(),
            auth: AuthMode::from_fields(fields, &aws_region)?,
            ca_bundle: fields.text("ca_bundle")?.map(|path| fields.beside_the_file(&path)),
            storage,
            quota: quota(fields)?,
            monitoring: Monitoring {
                enabled: fields.flag("monitoring_enabled")?.unwrap_or(false),
                mode: fields.text("monitoring_mode")?,
                endpoint: fields.text("otel_collector_endpoint")?,
                config_delivery: fields.text("config_delivery_mode")?,
                bootstrap_endpoint: fields.text("bootstrap_endpoint")?,
            },
            telemetry: Telemetry::from_fields(fields, storage)?,
            selected_model: fields.text("selected_model")?,
            cross_region_profile: fields.text("cross_region_profile")?,
            claude: ClaudeChoices::from_fields(fields)?,
            cost_attribution_tag_key: fields.text("cost_attribution_tag_key")?.unwrap_or_else(|| "Project".to_owned()),
            aws_region,
        })
    }

    /// The sign-in part, if the profile signs in with OpenID Connect.
    pub fn oidc(&self) -> Option<&OidcProfile> {
        match &self.auth {
            AuthMode::Oidc(oidc) => Some(oidc),
            _ => None,
        }
    }
}

fn storage(fields: &Fields<'_>) -> Result<Storage, ConfigError> {
    let key = "credential_storage";
    match fields.text(key)?.as_deref() {
        None | Some("session") => Ok(Storage::Session),
        Some("keyring") => Ok(Storage::Keyring),
        Some("keyring-only") => Ok(Storage::KeyringOnly),
        Some(other) => Err(fields.error(key, format!("must be keyring, keyring-only or session, but is \"{other}\""))),
    }
}

fn quota(fields: &Fields<'_>) -> Result<Option<Quota>, ConfigError> {
    let key = "quota_api_endpoint";
    let Some(endpoint) = fields.text(key)? else { return Ok(None) };
    let endpoint = WebAddress::parse(endpoint.trim_end_matches('/')).map_err(|problem| fields.error(key, problem))?;
    let fail_mode = match fields.text("quota_fail_mode")?.as_deref() {
        None | Some("open") => QuotaFailMode::Open,
        Some("closed") => QuotaFailMode::Closed,
        Some(other) => {
            return Err(fields.error("quota_fail_mode", format!("must be open or closed, but is \"{other}\"")));
        }
    };
    Ok(Some(Quota {
        endpoint,
        fail_mode,
        check_interval_minutes: fields.number("quota_check_interval")?.unwrap_or(30),
        check_timeout_seconds: fields.number("quota_check_timeout")?.filter(|s| *s > 0).unwrap_or(5),
        daily_enforcement: fields.text("daily_enforcement_mode")?,
        monthly_enforcement: fields.text("monthly_enforcement_mode")?,
        fine_grained: fields.flag("enable_finegrained_quotas")?.unwrap_or(false),
    }))
}

/// A profile's name as part of a file name: letters, digits, `.`, `_` and `-` stay (a leading `.` does not), every
/// other byte becomes `%XX`, so that no name leaves its folder and no two names share a file.
pub fn file_stem(profile: &str) -> String {
    let mut stem = String::with_capacity(profile.len());
    for (index, byte) in profile.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || (byte == b'.' && index > 0) {
            stem.push(char::from(byte));
        } else {
            let _ = write!(stem, "%{byte:02X}");
        }
    }
    stem
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::*;
    use crate::federation::FederationTarget;
    use crate::oidc::ClientAuth;

    fn base() -> Value {
        json!({
            "provider_domain": "dev-1.okta.com", "client_id": "0oa1", "aws_region": "eu-west-1",
            "identity_pool_id": "eu-west-1:12345678-aaaa-bbbb-cccc-123456789abc",
        })
    }

    fn parse(changes: &Value) -> Result<Profile, String> {
        let (Value::Object(mut values), Value::Object(changes)) = (base(), changes.clone()) else { unreachable!() };
        for (key, value) in changes {
            values.insert(key, value);
        }
        Profile::from_fields(&Fields::new(Path::new("config.json"), "P", values)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_least_that_a_guidance_package_writes_is_enough() {
        let profile = parse(&json!({})).unwrap();
        let oidc = profile.oidc().unwrap();
        assert_eq!(profile.storage, Storage::Session);
        assert_eq!(oidc.redirect_ports, [8400]);
        assert_eq!(oidc.login_key(), "dev-1.okta.com");
        assert!(
            matches!(&oidc.federation.target, FederationTarget::IdentityPool { region, .. } if region == "eu-west-1")
        );
        assert!(matches!(oidc.client_auth, ClientAuth::None));
    }

    #[test]
    fn a_role_makes_the_federation_direct_and_its_default_duration_is_twelve_hours() {
        let profile = parse(&json!({"federated_role_arn": "arn:aws:iam::123456789012:role/R"})).unwrap();
        assert!(matches!(
            profile.oidc().unwrap().federation.target,
            FederationTarget::WebIdentityRole { duration_seconds: 43_200, .. }
        ));
    }

    #[test]
    fn a_chained_role_is_a_text_or_an_object() {
        let arn = "arn:aws:iam::210987654321:role/Customer";
        for form in [
            json!({"assume_role": arn, "external_id": "e-1"}),
            json!({"assume_role": {"role_arn": arn, "external_id": "e-1"}}),
        ] {
            let profile = parse(&form).unwrap();
            let chained = profile.oidc().unwrap().federation.assume_role.clone().unwrap();
            assert_eq!((chained.role_arn.as_str(), chained.external_id.as_deref()), (arn, Some("e-1")));
        }
    }

    #[test]
    fn ports_are_one_number_or_a_list() {
        let ports =
            |value: Value| parse(&json!({ "redirect_port": value })).map(|p| p.oidc().unwrap().redirect_ports.clone());
        assert_eq!(ports(json!(9000)).unwrap(), [9000]);
        assert_eq!(ports(json!([8400, 8401])).unwrap(), [8400, 8401]);
        assert_eq!(ports(json!(0)).unwrap(), [8400]);
        assert!(ports(json!(70_000)).is_err());
        assert!(ports(json!([])).is_err());
    }

    #[test]
    fn other_ways_in_are_decided_before_dispatch() {
        assert!(matches!(parse(&json!({"sso_enabled": false})).unwrap().auth, AuthMode::Ambient(None)));
        let idc = parse(&json!({
            "auth_type": "idc", "idc_start_url": "https://x.awsapps.com/start", "idc_account_id": "123456789012",
            "idc_permission_set_name": "Bedrock",
        }));
        assert!(matches!(idc.unwrap().auth, AuthMode::IdentityCenter(idc) if idc.region == "eu-west-1"));
        let arn = "arn:aws:iam::123456789012:role/R";
        let ci = parse(&json!({"auth_type": "web-identity", "federated_role_arn": arn})).unwrap().auth;
        assert!(
            matches!(ci, AuthMode::WebIdentity(ci) if ci.audience == "sts.amazonaws.com" && ci.role_arn.as_deref() == Some(arn))
        );
        assert!(matches!(parse(&json!({"auth_type": "bedrock-api-key"})).unwrap().auth, AuthMode::BedrockApiKey));
        let keys = parse(&json!({"auth_type": "iam-user", "assume_role": arn, "external_id": "e-1"})).unwrap().auth;
        assert!(matches!(keys, AuthMode::IamUser(Some(role)) if role.external_id.as_deref() == Some("e-1")));
        assert!(
            parse(&json!({"auth_type": "saml"})).unwrap_err().contains("auth_type: must be oidc, idc, web-identity")
        );
    }

    #[test]
    fn zero_minutes_between_quota_checks_means_each_time() {
        let quota = parse(&json!({"quota_api_endpoint": "https://q.example.com/", "quota_check_interval": 0}))
            .unwrap()
            .quota
            .unwrap();
        assert_eq!((quota.check_interval_minutes, quota.endpoint.as_str()), (0, "https://q.example.com"));
    }

    #[test]
    fn every_bad_value_is_named_with_file_profile_and_key() {
        for (change, message) in [
            (json!({"client_id": ""}), "config.json: profile \"P\": client_id: is missing"),
            (json!({"aws_region": "moon"}), "config.json: profile \"P\": aws_region: \"moon\" is not an AWS region"),
            (json!({"credential_storage": "disk"}), "credential_storage: must be keyring, keyring-only or session"),
            (json!({"federation_type": "saml"}), "federation_type: must be direct or cognito"),
            (json!({"federation_type": "direct"}), "federated_role_arn: is missing"),
            (json!({"identity_pool_id": "pool"}), "identity_pool_id: \"pool\" is not of the form region:uuid"),
            (
                json!({"max_session_duration": 10, "federated_role_arn": "arn:aws:iam::123456789012:role/R"}),
                "max_session_duration: must be 900 to 43200 seconds, but is 10",
            ),
            (json!({"sso_enabled": "yes"}), "sso_enabled: must be true or false, but is a text"),
            // What would act on a terminal does not reach it.
            (json!({"aws_region": "a\u{1b}[2J"}), "aws_region: \"a\u{fffd}[2J\" is not an AWS region"),
            (json!({"azure_auth_mode": "cert"}), "azure_auth_mode: must be public, secret or certificate"),
        ] {
            let error = parse(&change).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn a_client_secret_is_not_in_the_debug_form() {
        let profile = parse(&json!({"client_secret": "hunter2"})).unwrap();
        assert!(!format!("{profile:?}").contains("hunter2"));
    }

    #[test]
    fn no_profile_name_leaves_its_folder() {
        assert_eq!(file_stem("ClaudeCode"), "ClaudeCode");
        assert_eq!(file_stem("../../x"), "%2E.%2F..%2Fx");
        assert_ne!(file_stem("a b"), file_stem("a%20b"));
    }
}
