//! Who asks.

use super::{Words, words};
use crate::Partition;
use crate::refusal::{Asked, Cause, Trouble};

/// `AWS_PROFILE=ClaudeCode` or nothing.
fn source(asked: &Asked<'_>) -> String {
    asked.aws_profile.map_or_else(|| "the usual chain".to_owned(), |name| format!("the AWS profile {name}"))
}

const SIGN_IN: &str = "run credential-process login, or aws sso login where the profile is one of IAM Identity Center";

pub(super) fn of(cause: Cause, trouble: &Trouble, asked: &Asked<'_>) -> Words {
    let source = source(asked);
    let region = asked.region;
    match cause {
        Cause::CredentialsMissing => words(
            format!("{source} has none: no variables, no profile, no credential_process"),
            "set AWS_PROFILE to the installed profile (ClaudeCode unless the package says otherwise) or name one with \
             --aws-profile; credential-process doctor tells whether it is installed",
        ),
        Cause::CredentialsFailed => words(
            format!("{source} has a program or a login that should give them: {}", trouble.said()),
            "run credential-process status and credential-process doctor --live: they know the reason; for another program run \
             the line of credential_process in ~/.aws/config by hand",
        ),
        Cause::CredentialsExpired => words(
            format!("AWS knows what {source} gives, and its time is over"),
            format!(
                "{SIGN_IN}; if it stays, old keys are in the way: unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and \
                 AWS_SESSION_TOKEN, and look into ~/.aws/credentials"
            ),
        ),
        Cause::CredentialsInvalid => words(
            format!(
                "no account in any part of AWS has what {source} gives: mistyped, deleted, deactivated, or a session token that is missing"
            ),
            format!(
                "unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN if they are set, then {SIGN_IN}; for keys \
                 of an IAM user: IAM console, Users, Security credentials"
            ),
        ),
        Cause::ApiKeyInvalid => words(
            "the key is in AWS_BEARER_TOKEN_BEDROCK, which wins over every AWS profile",
            "unset AWS_BEARER_TOKEN_BEDROCK to use the profile, or make a new key: Bedrock console, API keys",
        ),
        Cause::SignatureWrong => words(
            "the key is known, and the secret does not belong to it; or something on the way changes requests",
            "put key ID, secret key and session token in again, all three from one place; if they are right, look at the proxy: \
             credential-process doctor --live",
        ),
        Cause::ClockWrong => words(
            "AWS refuses what is signed more than five minutes before or after its own time",
            "set the clock, by the network if you can: timedatectl set-ntp true; on WSL: sudo hwclock -s",
        ),
        Cause::AccountWrong => words(
            format!(
                "{source} is of the account {}, and {} is meant",
                asked.principal.and_then(|arn| arn.split(':').nth(4)).unwrap_or("(unknown)"),
                asked.account.unwrap_or("another one")
            ),
            "choose other credentials with --aws-profile or AWS_PROFILE (aws configure list-profiles has them), or another account \
             with --account or ccwb init",
        ),
        _ => words(
            format!(
                "{source} is of the partition {}, and {region} belongs to {}: accounts, keys and roles do not reach across",
                asked.principal.and_then(|arn| arn.split(':').nth(1)).unwrap_or("(unknown)"),
                Partition::of_region(region)
            ),
            "name a region of the credentials' own partition with --region, or credentials of the region's with --aws-profile",
        ),
    }
}
