//! How an ID token becomes AWS credentials.

use serde_json::Value;

use crate::error::ConfigError;
use crate::fields::Fields;

/// The road from an ID token to AWS credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federation {
    /// What takes the ID token.
    pub target: FederationTarget,
    /// A second role, usually in another account, that the first credentials assume.
    pub assume_role: Option<AssumeRole>,
}

/// What takes the ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FederationTarget {
    /// A Cognito identity pool: `GetId`, then `GetCredentialsForIdentity`.
    IdentityPool {
        /// `region:uuid`.
        id: String,
        /// The pool's own region, from its id.
        region: String,
    },
    /// STS: `AssumeRoleWithWebIdentity`.
    WebIdentityRole {
        /// The role's ARN.
        role_arn: String,
        /// `DurationSeconds`, 900 to 43,200.
        duration_seconds: u32,
    },
}

/// `AssumeRole` after the federation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    pub external_id: Option<String>,
    /// `DurationSeconds`; AWS allows at most an hour for a chained role.
    pub duration_seconds: u32,
}

impl Federation {
    pub(crate) fn from_fields(fields: &Fields<'_>) -> Result<Self, ConfigError> {
        let role = fields.text("federated_role_arn")?;
        let direct = match fields.text("federation_type")?.as_deref() {
            Some("direct") => true,
            Some("cognito") => false,
            Some(other) => {
                return Err(fields.error("federation_type", format!("must be direct or cognito, but is \"{other}\"")));
            }
            None => role.is_some(),
        };
        let target = if direct {
            let (role_arn, duration_seconds) = web_identity_role(fields)?;
            let missing = || fields.error("federated_role_arn", "is missing, and federation_type is direct");
            FederationTarget::WebIdentityRole { role_arn: role_arn.ok_or_else(missing)?, duration_seconds }
        } else {
            identity_pool(fields)?
        };
        Ok(Self { target, assume_role: assume_role(fields)? })
    }
}

/// The role's ARN, and for how many seconds it is asked for.
pub(crate) fn web_identity_role(fields: &Fields<'_>) -> Result<(Option<String>, u32), ConfigError> {
    let key = "federated_role_arn";
    let role_arn = fields.text(key)?;
    role_arn.as_deref().map_or(Ok(()), check_role_arn).map_err(|problem| fields.error(key, problem))?;
    let duration_seconds = seconds(fields, "max_session_duration", 900, 43_200, 43_200)?;
    Ok((role_arn, duration_seconds))
}

fn identity_pool(fields: &Fields<'_>) -> Result<FederationTarget, ConfigError> {
    let Some((key, id)) = fields.text_of(&["identity_pool_id", "identity_pool_name"])? else {
        return Err(fields.error("identity_pool_id", "is missing, and there is no federated_role_arn either"));
    };
    let bad_id = || fields.error(key, format!("\"{id}\" is not of the form region:uuid"));
    let (region, uuid) = id.split_once(':').ok_or_else(bad_id)?;
    if !region.contains('-') || uuid.is_empty() || !uuid.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(bad_id());
    }
    let region = region.to_owned();
    check_region(&region).map_err(|problem| fields.error(key, problem))?;
    Ok(FederationTarget::IdentityPool { id, region })
}

/// `assume_role` is a role ARN with `external_id` beside it, or an object of `role_arn`, `external_id` and
/// `duration_seconds`.
pub(crate) fn assume_role(fields: &Fields<'_>) -> Result<Option<AssumeRole>, ConfigError> {
    let key = "assume_role";
    let (role_arn, external_id, duration) = match fields.present(key) {
        None => return Ok(None),
        Some(Value::String(arn)) if arn.trim().is_empty() => return Ok(None),
        Some(Value::String(arn)) => (arn.trim().to_owned(), fields.text("external_id")?, None),
        Some(Value::Object(object)) => {
            let nested = fields.nested(key, object);
            (
                nested.required(&["assume_role.role_arn"])?,
                nested.text("assume_role.external_id")?,
                nested.number("assume_role.duration_seconds")?,
            )
        }
        Some(other) => return Err(fields.wrong_type(key, "a role ARN", other)),
    };
    check_role_arn(&role_arn).map_err(|problem| fields.error(key, problem))?;
    let duration_seconds = match duration.unwrap_or(3_600) {
        seconds @ 900..=3_600 => u32::try_from(seconds).unwrap_or(3_600),
        other => return Err(fields.error("assume_role.duration_seconds", out_of_range(other, 900, 3_600))),
    };
    Ok(Some(AssumeRole { role_arn, external_id, duration_seconds }))
}

/// A number of seconds inside AWS's limits.
fn seconds(fields: &Fields<'_>, key: &str, min: u32, max: u32, default: u32) -> Result<u32, ConfigError> {
    match fields.number(key)? {
        None => Ok(default),
        Some(number) => u32::try_from(number)
            .ok()
            .filter(|seconds| (min..=max).contains(seconds))
            .ok_or_else(|| fields.error(key, out_of_range(number, min, max))),
    }
}

fn out_of_range(number: u64, min: u32, max: u32) -> String {
    format!("must be {min} to {max} seconds, but is {number}")
}

/// `arn:aws:iam::123456789012:role/path/Name`, in any partition.
fn check_role_arn(arn: &str) -> Result<(), String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let well_formed = matches!(parts.as_slice(), ["arn", partition, "iam", "", account, resource]
        if partition.starts_with("aws")
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit())
            && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty()));
    if well_formed { Ok(()) } else { Err(format!("\"{arn}\" is not a role ARN (arn:aws:iam::<account>:role/<name>)")) }
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`: letters and digits between hyphens, a number last. A region becomes
/// part of a host name, so nothing else may stand there.
pub(crate) fn check_region(region: &str) -> Result<(), String> {
    let parts: Vec<&str> = region.split('-').collect();
    let well_formed = parts.len() >= 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        && parts.last().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if well_formed { Ok(()) } else { Err(format!("\"{region}\" is not an AWS region")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns_of_every_partition_are_accepted_and_nothing_else() {
        for good in [
            "arn:aws:iam::123456789012:role/Bedrock",
            "arn:aws-us-gov:iam::123456789012:role/a/b/C",
            "arn:aws-cn:iam::123456789012:role/X",
        ] {
            assert_eq!(check_role_arn(good), Ok(()));
        }
        for bad in
            ["", "arn:aws:iam::1234:role/X", "arn:aws:iam::123456789012:user/X", "arn:aws:iam::123456789012:role/"]
        {
            assert!(check_role_arn(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_region_cannot_smuggle_a_host_name() {
        for good in ["us-east-1", "us-gov-west-1", "cn-north-1", "ap-southeast-7", "eusc-de-east-1"] {
            assert_eq!(check_region(good), Ok(()));
        }
        for bad in ["", "us-east", "us-east-1.evil.example", "us-east-1/", "US-EAST-1", "us--1"] {
            assert!(check_region(bad).is_err(), "{bad}");
        }
    }
}
