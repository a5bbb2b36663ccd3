//! What an account has to do before it may call a model at all.

use super::{Words, short, words};
use crate::refusal::{Asked, Cause};

/// Source: Amazon Bedrock User Guide, "Request access to models".
pub(super) fn of(cause: Cause, asked: &Asked<'_>) -> Words {
    let (model, region) = (short(asked), asked.region);
    match cause {
        Cause::ModelAccess => words(
            "policies let the call through, and Bedrock has no agreement of this account for the model",
            format!(
                "ccwb models check {model} --region {region} --live tells what is missing (form, subscription, organisation); in the \
                 Bedrock console: Model catalog, the model, in {region}"
            ),
        ),
        Cause::UseCaseForm => words(
            "Anthropic asks once for each account or organisation what its models are for",
            "submit the form: Bedrock console, Model catalog, any Anthropic model (or bedrock:PutUseCaseForModelAccess, in the \
             organisation's management account for all accounts); then wait up to 15 minutes",
        ),
        Cause::MarketplacePermission => words(
            "the first call of a model in an account subscribes to it in AWS Marketplace, and this caller may not",
            format!(
                "let an administrator with aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions call {model} once (Bedrock \
                 console, Playground), then wait 2 to 15 minutes; users need neither permission afterwards"
            ),
        ),
        Cause::MarketplaceSubscription => words(
            "the subscription of this account has not been made, or is under way",
            format!(
                "wait 15 minutes if it was just made; else call {model} once as an administrator with aws-marketplace:Subscribe and \
                 aws-marketplace:ViewSubscriptions, and see AWS Marketplace console, Manage subscriptions; ccwb models check {model} \
                 --region {region} --live tells the state"
            ),
        ),
        Cause::PaymentMethod => words(
            "AWS Marketplace subscribes only with a valid payment method; credits alone do not do",
            "add or mend it: Billing console, Payment preferences (in the organisation's management account), wait 2 minutes, call \
             again",
        ),
        Cause::AccountRestricted => words(
            "the request is well formed, and AWS keeps new or unverified accounts, and some resellers' ones, from calling models",
            "ask AWS Support to let the account call Bedrock models: Support Center, Account and billing (this needs no support plan)",
        ),
        _ => words(
            "AWS looks at where the request comes from (also behind a VPN or a proxy), not only at the region",
            "call from a country that Anthropic serves: https://www.anthropic.com/supported-countries; check where the proxy or the \
             VPN leaves",
        ),
    }
}
