//! What the template's patterns cannot say.

use ccwb_bedrock::Partition;
use ccwb_config::ProviderType;

use super::{AuthChoices, FederationChoice, OidcProviderChoice};
use crate::ChoiceError;

impl AuthChoices {
    pub(super) fn check(&self) -> Result<(), ChoiceError> {
        self.check_issuer()?;
        self.check_lists()?;
        self.check_conditions()
    }

    fn check_issuer(&self) -> Result<(), ChoiceError> {
        let fail = |choice: &str, problem: String| Err(ChoiceError::new(choice, problem));
        let account = &self.target.account;
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return fail("account", format!("\"{account}\" is not twelve digits"));
        }
        if self.issuer.url().scheme() != "https" {
            return fail("issuer", format!("{} must begin with https:// for AWS to reach it", self.issuer));
        }
        if self.provider == ProviderType::Google && self.issuer.without_scheme() != "accounts.google.com" {
            return fail("issuer", format!("Google's is https://accounts.google.com, not {}", self.issuer));
        }
        if let OidcProviderChoice::Reuse { arn } = &self.oidc_provider
            && self.needs_oidc_provider()
            && *arn != self.oidc_provider_arn()
        {
            let expected = self.oidc_provider_arn();
            return fail("oidc_provider", format!("{arn} is not the provider of this issuer and account ({expected})"));
        }
        if !self.is_direct() && self.target.region == "cn-northwest-1" {
            return fail("federation", "identity pools are not in cn-northwest-1: use direct federation".to_owned());
        }
        Ok(())
    }

    /// Items go into lists with commas and into a policy that is written as a text.
    fn check_lists(&self) -> Result<(), ChoiceError> {
        let groups = self.groups.as_ref().map_or(&[][..], |groups| &groups.patterns);
        for (choice, items) in
            [("subjects", &self.subjects[..]), ("groups", groups), ("email_domains", &self.email_domains[..])]
        {
            for item in items {
                if item.trim().is_empty() || item.trim() != item {
                    return Err(ChoiceError::new(choice, format!("\"{item}\" is empty or has spaces around it")));
                }
                if let Some(c) = item.chars().find(|c| ",\"\\$".contains(*c) || c.is_control()) {
                    return Err(ChoiceError::new(choice, format!("\"{item}\" holds {c:?}, which a condition cannot")));
                }
            }
        }
        if self.groups.as_ref().is_some_and(|groups| groups.patterns.is_empty()) {
            return Err(ChoiceError::new("groups", "there is a tag, but no group"));
        }
        Ok(())
    }

    /// A condition on a tag that nobody sends would lock everybody out.
    fn check_conditions(&self) -> Result<(), ChoiceError> {
        let fail = |choice: &str, problem: String| Err(ChoiceError::new(choice, problem));
        let tags = match &self.federation {
            FederationChoice::Direct { .. } if self.provider == ProviderType::Google => {
                return match &self.groups {
                    Some(_) => fail("groups", "Google sends no session tags: restrict email_domains".to_owned()),
                    None => Ok(()),
                };
            }
            FederationChoice::Direct { .. } => return Ok(()),
            FederationChoice::IdentityPool { tags } => tags,
        };
        if let Some(groups) = &self.groups
            && !tags.has(&groups.tag)
        {
            return fail("groups", format!("no claim becomes the tag {}", groups.tag));
        }
        if !self.subjects.is_empty() && !tags.has("UserId") {
            return fail("subjects", "behind an identity pool they need a claim for the tag UserId".to_owned());
        }
        if !self.email_domains.is_empty() && !tags.has("UserEmail") {
            return fail("email_domains", "behind an identity pool they need a claim for the tag UserEmail".to_owned());
        }
        Ok(())
    }

    pub(super) fn partition(&self) -> Partition {
        Partition::of_region(&self.target.region)
    }
}
