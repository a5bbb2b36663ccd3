//! What a resource is to the rest of the sandbox.

use serde_json::Value;

use super::desired::DesiredResource;
use crate::aws::Account;
use crate::aws::roles::{Role, Trust};

/// Makes it; the error is AWS's message.
pub(super) fn make(account: &mut Account<'_>, resource: &DesiredResource) -> Result<(), String> {
    match resource.kind.as_str() {
        "AWS::IAM::OIDCProvider" => {
            if account.oidc_providers.contains_key(&resource.physical) {
                let url = resource.properties["Url"].as_str().unwrap_or_default();
                return Err(format!(
                    "Resource handler returned message: \"Provider with url {url} already exists. (Service: Iam, Status \
                     Code: 409)\" (HandlerErrorCode: AlreadyExists)"
                ));
            }
            let clients = resource.properties["ClientIdList"].as_array().into_iter().flatten();
            let clients = clients.filter_map(Value::as_str).map(str::to_owned).collect();
            account.oidc_providers.insert(resource.physical.clone(), clients);
        }
        "AWS::IAM::Role" => {
            account.roles.retain(|role| role.name != resource.physical);
            // In front: it is the one that the identity pool gives.
            account.roles.insert(0, role(resource));
        }
        "AWS::S3::Bucket" => {
            account.buckets.entry(resource.physical.clone()).or_default();
        }
        _ => {}
    }
    Ok(())
}

/// Deletes it; the error is AWS's message.
pub(super) fn delete(account: &mut Account<'_>, resource: &DesiredResource) -> Result<(), String> {
    match resource.kind.as_str() {
        "AWS::IAM::OIDCProvider" => {
            account.oidc_providers.remove(&resource.physical);
        }
        "AWS::IAM::Role" => account.roles.retain(|role| role.name != resource.physical),
        "AWS::S3::Bucket" => {
            if account.buckets.get(&resource.physical).is_some_and(|objects| !objects.is_empty()) {
                return Err(
                    "The bucket you tried to delete is not empty. You must delete all versions in the bucket. (Service: \
                     S3, Status Code: 409)"
                        .to_owned(),
                );
            }
            account.buckets.remove(&resource.physical);
        }
        _ => {}
    }
    Ok(())
}

fn role(resource: &DesiredResource) -> Role {
    let properties = &resource.properties;
    let principal = properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"].to_string();
    let seconds = &properties["MaxSessionDuration"];
    let seconds = seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok()).unwrap_or(3600);
    Role {
        name: resource.physical.clone(),
        trust: match principal {
            _ if principal.contains("cognito-identity") => Trust::IdentityPool,
            _ if principal.contains("Federated") => Trust::WebIdentity,
            _ => Trust::Roles,
        },
        max_session_duration: u32::try_from(seconds).unwrap_or(3600),
        external_id: None,
    }
}
