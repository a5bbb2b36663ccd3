//! The IAM OIDC provider: made by the stack, or one that the account has already.

use ccwb_cloudformation::{OidcProvider, Phase, Stack as Deployed};
use ccwb_deploy::{AuthChoices, OidcProviderChoice};

use crate::aws::Account;
use crate::failure::{Failure, exit};

/// What is to be done about the provider.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) choice: OidcProviderChoice,
    /// A provider of somebody else that does not know our client id yet.
    pub(crate) to_extend: Option<OidcProvider>,
}

/// The logical name in our template.
const OURS: &str = "OidcProvider";

/// One that the stack made stays the stack's: with any other choice an update would delete it. One that somebody else made
/// is used, is told about our client id, and is never deleted.
pub(crate) async fn choose(
    account: &Account,
    deployed: Option<&Deployed>,
    choices: &AuthChoices,
    named: Option<&str>,
    thumbprints: &[String],
) -> Result<Choice, Failure> {
    let create =
        || Choice { choice: OidcProviderChoice::Create { thumbprints: thumbprints.to_vec() }, to_extend: None };
    if !choices.needs_oidc_provider() {
        return Ok(create());
    }
    if let Some(stack) = deployed.filter(|stack| stack.status.phase() == Phase::Ready) {
        let resources = account.cloud.resources(stack).await?;
        match resources.iter().find(|resource| resource.kind == "AWS::IAM::OIDCProvider") {
            Some(own) if own.resource == OURS && own.physical == choices.oidc_provider_arn() => return Ok(create()),
            // Our own, of another issuer: it goes with the update, and the new issuer's may exist.
            Some(own) if own.resource == OURS => {}
            Some(own) => return Err(made_by_another_template(stack, &own.physical)),
            None => {}
        }
    }
    let arn = named.map_or_else(|| choices.oidc_provider_arn(), str::to_owned);
    match account.cloud.oidc_provider(&arn).await? {
        Some(provider) => {
            let knows_us = provider.client_ids.contains(&choices.client_id);
            let to_extend = (!knows_us).then_some(provider);
            Ok(Choice { choice: OidcProviderChoice::Reuse { arn }, to_extend })
        }
        None if named.is_some() => Err(Failure::new(
            "oidc-provider-missing",
            exit::CONFIG,
            format!("there is no IAM OIDC provider {arn}"),
            "take oidc_provider_arn out of the profile: one is looked for, else made",
        )),
        None => Ok(create()),
    }
}

/// Updating such a stack would delete its provider after the new role was made to trust it.
fn made_by_another_template(stack: &Deployed, provider: &str) -> Failure {
    Failure::new(
        "stack-of-another-template",
        exit::CONFIG,
        format!(
            "the stack {} was made from another template and owns {provider}: an update would delete the provider that \
             the new role needs",
            stack.name
        ),
        "run ccwb destroy auth, then ccwb deploy: users need a new package afterwards",
    )
}
