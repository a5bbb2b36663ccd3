//! The key that lasts, of profiles that have one: whether it is there, and not too old.

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::other_ways::key;

pub(super) const NAME: &str = "stored-key";

pub(super) fn check(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let found = key::health(context).map(|health| match health {
        Ok((what, None)) => Finding::ok(NAME, what),
        Ok((what, Some(fix))) => Finding::warning(NAME, what, fix),
        Err(error) => Finding::failed(NAME, &error.message, &error.hint),
    });
    found.into_iter().collect()
}
