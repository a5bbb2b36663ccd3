//! Profiles that inputs are held against.

use std::path::Path;

use ccwb_config::{Config, Profile};
use serde_json::{Value, json};

pub(crate) const CLIENT: &str = "client";

/// A profile of a generic provider at `domain` with an identity pool; `more` adds keys or replaces them.
pub(crate) fn profile(domain: &str, more: &Value) -> Profile {
    let mut values = json!({
        "provider_domain": domain, "provider_type": "generic", "client_id": CLIENT, "aws_region": "eu-west-1",
        "identity_pool_id": "eu-west-1:12345678-aaaa-bbbb-cccc-123456789abc",
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        values[key] = value.clone();
    }
    let text = json!({ "P": values }).to_string();
    Config::from_text(Path::new("config.json"), text).profile("P").expect("a good profile")
}
