//! What cached secrets are bound to.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::auth::AuthMode;
use crate::federation::FederationTarget;
use crate::oidc::OidcProfile;
use crate::profile::Profile;

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
            AuthMode::WebIdentity(token) => {
                hash.field("web-identity").field(token.role_arn.as_deref().unwrap_or_default());
            }
            AuthMode::IamUser(_) => _ = hash.field("iam-user"),
            AuthMode::BedrockApiKey => _ = hash.field("bedrock-api-key"),
            AuthMode::Ambient(_) => _ = hash.field("ambient"),
        }
        if let Some(second) = profile.auth.assume_role() {
            hash.field("assume").field(&second.role_arn).field(second.external_id.as_deref().unwrap_or_default());
        }
        Self(hash.finish())
    }

    /// The digest of this profile in the hands of one of many: a job, a service account. What one stored, others do not find.
    #[must_use]
    pub fn held_by(&self, holder: &[&str]) -> Self {
        let mut hash = FieldHash::default();
        hash.field(&self.0);
        for field in holder {
            hash.field(field);
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

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;

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

    #[test]
    fn holders_of_one_profile_have_digests_of_their_own() {
        let profile =
            r#"{"P": {"auth_type": "web-identity", "federated_role_arn": "arn:aws:iam::123456789012:role/R"}}"#;
        let profile = Config::from_text(Path::new("c"), profile.to_owned()).profile("P").unwrap();
        let digest = IdentityDigest::of(&profile);
        let holders =
            [&[][..], &["a"], &["b"], &["a", "b"], &["ab"]].map(|holder| digest.held_by(holder).as_str().to_owned());
        let all: std::collections::BTreeSet<_> = holders.iter().map(String::as_str).chain([digest.as_str()]).collect();
        assert_eq!(all.len(), 6);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_change_of_profile_issuer_client_target_or_region_is_another_digest(
            one in settings(), other in settings(), field in 0..FIELDS,
        ) {
            // Two that differ in one field, and two that differ anywhere.
            let mut neighbour = one.clone();
            neighbour[field].clone_from(&other[field]);
            let [one, neighbour, other] = [one, neighbour, other].map(as_it_counts);
            for other in [&neighbour, &other] {
                prop_assert_eq!(digest_of(&one) == digest_of(other), &one == other, "{:?} {:?}", one, other);
            }
        }

        #[test]
        fn no_two_lists_of_fields_run_together(one in fields(), other in fields()) {
            let hash = |fields: &[String]| {
                let mut hash = FieldHash::default();
                for field in fields {
                    hash.field(field);
                }
                hash.finish()
            };
            prop_assert_eq!(hash(&one) == hash(&other), one == other);
        }
    }

    /// Short lists of few letters: most pairs are alike but for their borders.
    fn fields() -> impl Strategy<Value = Vec<String>> {
        vec("[a\0]{0,3}", 0..4)
    }

    /// Profile, issuer's host, client, target, second role, external id, region.
    const FIELDS: usize = 7;

    fn settings() -> impl Strategy<Value = [String; FIELDS]> {
        let word = "[ab-]{1,3}";
        let target = prop_oneof!["pool [ab]{1,3}", "role [ab]{1,3}"];
        let region = select(vec!["us-east-1", "us-east-2", "eu-west-1"]).prop_map(str::to_owned);
        (word, "[ab]{1,3}", word, target, "[ab]{0,2}", "[ab]{2,3}", region).prop_map(<[String; FIELDS]>::from)
    }

    /// Without a second role there is nobody to whom an external id could be told.
    fn as_it_counts(mut settings: [String; FIELDS]) -> [String; FIELDS] {
        if settings[4].is_empty() {
            settings[5].clear();
        }
        settings
    }

    fn digest_of([profile, host, client, target, second, external, region]: &[String; FIELDS]) -> String {
        let mut values = json!({
            "provider_domain": format!("{host}.example"), "provider_type": "generic", "client_id": client,
            "aws_region": region,
        });
        match target.split_once(' ') {
            Some(("pool", id)) => values["identity_pool_id"] = json!(format!("eu-west-1:{id}")),
            Some((_, name)) => values["federated_role_arn"] = json!(format!("arn:aws:iam::123456789012:role/{name}")),
            None => {}
        }
        if !second.is_empty() {
            let role_arn = format!("arn:aws:iam::210987654321:role/{second}");
            values["assume_role"] = json!({"role_arn": role_arn, "external_id": external});
        }
        let text = json!({ profile: values }).to_string();
        let profile = Config::from_text(Path::new("c"), text).profile(profile).unwrap();
        IdentityDigest::of(&profile).as_str().to_owned()
    }
}
