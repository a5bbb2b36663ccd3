//! `claims`: what the cached ID token says. No network.

use ccwb_oidc::{Claims, IdToken};
use serde_json::{Map, Value};

use crate::cache;
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::ladder::sign_in_needed;
use crate::output;

/// The claim that AWS STS turns into session tags (IAM User Guide, "Passing session tags using `AssumeRoleWithWebIdentity`").
const TAGS_CLAIM: &str = "https://aws.amazon.com/tags";

pub(crate) fn run(context: &Context<'_>, tags: bool, tag: Option<&str>) -> Result<(), Error> {
    let token = cached(context)?.ok_or_else(|| sign_in_needed(context))?;
    match (tag, tags) {
        (Some(key), _) => {
            let value = principal_tag(token.claims(), key).ok_or_else(|| no_such_tag(key))?;
            output::text(&format!("{value}\n"))
        }
        (None, true) => output::json(&tag_claims(token.claims())),
        (None, false) => output::json(token.claims()),
    }
}

/// The cached ID token, whatever its age.
pub(super) fn cached(context: &Context<'_>) -> Result<Option<IdToken>, Error> {
    Ok(cache::tokens(context)?.last_id_token())
}

/// The claims that become principal tags, in both of the forms that AWS takes.
pub(super) fn tag_claims(claims: &Claims) -> Map<String, Value> {
    let of_tags = |name: &&String| name.starts_with(TAGS_CLAIM);
    claims.iter().filter(|(name, _)| of_tags(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// One principal tag, in either of the forms that AWS takes.
pub(super) fn principal_tag(claims: &Claims, key: &str) -> Option<String> {
    ccwb_telemetry::principal_tags(claims).remove(key)
}

fn no_such_tag(key: &str) -> Error {
    let message = format!("the ID token holds no principal tag \"{key}\"");
    Error::new(codes::NO_SUCH_TAG, message, "run credential-process claims --tags")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tags_are_found_in_both_forms() {
        let claims = |value: Value| value.as_object().unwrap().clone();
        let flat = claims(json!({"https://aws.amazon.com/tags/principal_tags/Project": "a", "sub": "x"}));
        let nested = claims(json!({"https://aws.amazon.com/tags": {"principal_tags": {"Project": ["b", "c"]}}}));
        assert_eq!(principal_tag(&flat, "Project").as_deref(), Some("a"));
        assert_eq!(principal_tag(&nested, "Project").as_deref(), Some("b"));
        assert_eq!(principal_tag(&nested, "Team"), None);
        assert_eq!(tag_claims(&flat).len(), 1);
    }
}
