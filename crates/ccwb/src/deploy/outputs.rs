//! What a deployed stack tells is written into the profile, and taken out when the stack is gone.

use std::collections::BTreeMap;

use ccwb_admin::{AdminFolder, ProfileName};

use crate::failure::Failure;

/// Outputs by stack (its key in profiles), and the profile's key for each.
const RECORDED: &[(ccwb_admin::Stack, &str, &str)] = &[
    (ccwb_admin::Stack::Auth, "DirectSTSRoleArn", "federated_role_arn"),
    (ccwb_admin::Stack::Auth, "IdentityPoolId", "identity_pool_id"),
    (ccwb_admin::Stack::Monitoring, "CollectorEndpoint", "otel_collector_endpoint"),
];

/// Writes a stack's outputs into its profile, and nothing else. `None`: the stack is gone. Says whether the file changed.
pub(crate) fn record(
    folder: &AdminFolder,
    profile: &ProfileName,
    stack: ccwb_admin::Stack,
    outputs: Option<&BTreeMap<String, String>>,
) -> Result<bool, Failure> {
    // Read again: a deployment takes minutes, and somebody may have edited the file meanwhile.
    let mut stored = folder.load(profile)?;
    for (_, output, key) in RECORDED.iter().filter(|(of, ..)| *of == stack) {
        match outputs.map(|outputs| outputs.get(*output)) {
            Some(Some(value)) => stored.document.set(key, value.as_str()),
            // A stack without any output is one that could not be read whole.
            Some(None) if outputs.is_some_and(BTreeMap::is_empty) => {}
            Some(None) | None if stored.document.written().get(*key).is_some_and(|held| !held.is_null()) => {
                stored.document.remove(key);
            }
            Some(None) | None => {}
        }
    }
    Ok(folder.save(&mut stored)?)
}
