//! What cached secrets are bound to.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::federation::FederationTarget;
use crate::oidc::OidcProfile;
use crate::profile::{AuthMode, Profile};

/// A digest of profile name, issuer, client, federation target, chained role and region.
///
/// A changed configuration has another digest, so it never serves credentials of the old one. It names the lock too:
/// two profiles never wait for each other.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityDigest(String);

impl IdentityDigest {
    /// The digest of a profile.
    pub fn of(profile: &Profile) -> Self {
        let mut hash = FieldHash::default();
        hash.field(&profile.name).field(&profile.aws_region);
        match &profile.auth {
            AuthMode::Oidc(oidc) => hash_oidc(&mut hash, oidc),
            AuthMode::IdentityCenter(idc) => {
                hash.field("identity-center").field(idc.start_url.as_str()).field(&idc.account_id);
                hash.field(&idc.permission_set_name).field(&idc.region);
            }
            AuthMode::Ambient => {
                hash.field("ambient");
            }
        }
        Self(hash.finish())
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdentityDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityDigest({})", self.0)
    }
}

fn hash_oidc(hash: &mut FieldHash, oidc: &OidcProfile) {
    hash.field("oidc").field(oidc.issuer.as_str()).field(&oidc.client_id);
    match &oidc.federation.target {
        FederationTarget::IdentityPool { id, .. } => hash.field("pool").field(id),
        FederationTarget::WebIdentityRole { role_arn, .. } => hash.field("role").field(role_arn),
    };
    if let Some(chained) = &oidc.federation.assume_role {
        hash.field("assume").field(&chained.role_arn).field(chained.external_id.as_deref().unwrap_or_default());
    }
}

/// SHA-256 over fields that are preceded by their length, so that no two lists of fields run together.
#[derive(Default)]
pub(crate) struct FieldHash(Sha256);

impl FieldHash {
    pub(crate) fn field(&mut self, text: &str) -> &mut Self {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    pub(crate) fn finish(self) -> String {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let digest = self.0.finalize();
        digest[..16]
            .iter()
            .flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]])
            .map(char::from)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::Config;

    use super::*;

    fn digest(changes: &str) -> String {
        let text = format!(
            r#"{{"P": {{"provider_domain": "a.okta.com", "client_id": "c", "identity_pool_id": "us-east-1:aa" {changes} }}}}"#
        );
        let profile = Config::from_text(Path::new("c"), text).profile("P").unwrap();
        IdentityDigest::of(&profile).as_str().to_owned()
    }

    #[test]
    fn whatever_decides_over_the_credentials_changes_the_digest() {
        let all: std::collections::BTreeSet<String> = [
            "",
            r#", "client_id": "d""#,
            r#", "provider_domain": "b.okta.com""#,
            r#", "okta_auth_server_id": "default""#,
            r#", "identity_pool_id": "us-east-1:bb""#,
            r#", "aws_region": "eu-west-1""#,
            r#", "federated_role_arn": "arn:aws:iam::123456789012:role/R""#,
            r#", "assume_role": "arn:aws:iam::123456789012:role/R""#,
            r#", "assume_role": "arn:aws:iam::123456789012:role/R", "external_id": "x""#,
        ]
        .into_iter()
        .map(digest)
        .collect();
        assert_eq!(all.len(), 9);
    }

    #[test]
    fn what_does_not_decide_over_the_credentials_keeps_it() {
        assert_eq!(
            digest(""),
            digest(r#", "credential_storage": "keyring", "redirect_port": 9, "selected_model": "m""#)
        );
    }
}
