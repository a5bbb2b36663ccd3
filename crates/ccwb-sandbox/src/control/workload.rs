//! Tokens of machines: what a CI or Kubernetes hands to a job, signed by the sandbox's provider.

use serde_json::{Map, Value};

use super::Control;
use crate::clock::span;
use crate::idp::jwt;

impl Control {
    /// A token for this subject and audience. AWS takes it if the audience is a client that AWS trusts.
    pub fn workload_token(&self, subject: &str, audience: &str) -> String {
        let world = &self.0;
        let now = world.clock.epoch();
        let life = span(world.options.lifetimes.id_token).num_seconds();
        let claims: Map<String, Value> = [
            ("iss", world.issuer.as_str().into()),
            ("sub", subject.into()),
            ("aud", audience.into()),
            ("iat", now.into()),
            ("exp", (now + life).into()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        jwt::sign(&world.idp().keys, &claims, None)
    }
}
