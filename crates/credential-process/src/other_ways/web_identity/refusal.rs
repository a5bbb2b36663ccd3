//! AWS's refusals seldom say what they are about: what was asked, and the command that prints the trust policy for it.

use ccwb_config::WebIdentityProfile;
use ccwb_federation::FederationError;
use ccwb_http::printable;
use ccwb_oidc::IdToken;
use serde_json::Value;

use super::token::TokenSource;
use crate::codes;
use crate::error::Error;

const GITHUB: &str = "https://token.actions.githubusercontent.com";

pub(super) fn in_words(
    error: FederationError,
    role_arn: &str,
    token: &IdToken,
    source: &TokenSource,
    profile: &WebIdentityProfile,
) -> Error {
    let FederationError::Refused(refusal) = &error else { return error.into() };
    if refusal.code == "ExpiredTokenException" {
        let message = format!("{error}; the token is what is in {source}, until {}", token.expires());
        let hint = "have whatever wrote it write a new one: it is read anew at each exchange";
        return Error::new(codes::ID_TOKEN_EXPIRED, message, hint);
    }
    let is_second = refusal.operation == "AssumeRole";
    let [issuer, audience, subject] = ["iss", "aud", "sub"].map(|name| claim(token, name));
    let second = profile.assume_role.as_ref().filter(|_| is_second);
    let (asked_for, hint) = match second {
        Some(second) => {
            let has_external_id = if second.external_id.is_some() { "with" } else { "without" };
            let hint = format!(
                "show this to the administrator of that account: its role must trust {role_arn}, and ask for the external id \
                 that config.json has"
            );
            (format!("{} {has_external_id} an external id, from {role_arn}", second.role_arn), hint)
        }
        None => (
            role_arn.to_owned(),
            format!(
                "if this may have the role, its trust policy is printed by: {}",
                trust(role_arn, &issuer, &audience, &subject)
            ),
        ),
    };
    let message = format!("{error}; asked for {asked_for} with iss {issuer}, aud {audience}, sub {subject}");
    Error::new(codes::AWS_REFUSED, message, hint)
}

fn claim(token: &IdToken, name: &str) -> String {
    match token.claims().get(name) {
        Some(Value::String(text)) => printable(text),
        Some(other) => printable(&other.to_string()),
        None => "none".to_owned(),
    }
}

/// `ccwb policy trust` for exactly this token. Claims come from outside: quoted, they are words of a command line and nothing
/// else.
fn trust(role_arn: &str, issuer: &str, audience: &str, subject: &str) -> String {
    let account = role_arn.split(':').nth(4).unwrap_or_default();
    let mut words = vec!["ccwb", "policy", "trust"];
    match github_run(subject).filter(|_| issuer == GITHUB) {
        Some((repository, option, name)) => words.extend(["--github", repository, option, name]),
        None => words.extend(["--issuer", issuer, "--client-id", audience, "--subject", subject]),
    }
    words.extend(["--account", account]);
    let quoted: Vec<_> = words.iter().map(|word| shlex::try_quote(word).unwrap_or_default()).collect();
    quoted.join(" ")
}

/// `repo:OWNER/NAME:ref:refs/heads/BRANCH`, and so on. Runs of pull requests have no way in of their own, for a reason.
fn github_run(subject: &str) -> Option<(&str, &'static str, &str)> {
    let (repository, run) = subject.strip_prefix("repo:")?.split_once(':')?;
    [("ref:refs/heads/", "--branch"), ("ref:refs/tags/", "--tag"), ("environment:", "--environment")]
        .into_iter()
        .find_map(|(kind, option)| Some((repository, option, run.strip_prefix(kind)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_prints_the_trust_for_this_very_run() {
        const ROLE: &str = "arn:aws:iam::123456789012:role/Ci";
        let of = |issuer, subject| trust(ROLE, issuer, "sts.amazonaws.com", subject);
        for (subject, expected) in [
            ("repo:acme/app:ref:refs/heads/main", "--github acme/app --branch main"),
            ("repo:acme/app:ref:refs/tags/v1.0", "--github acme/app --tag v1.0"),
            ("repo:acme/app:environment:pro duction", "--github acme/app --environment 'pro duction'"),
            (
                "repo:acme/app:pull_request",
                "--issuer https://token.actions.githubusercontent.com --client-id sts.amazonaws.com --subject \
                 repo:acme/app:pull_request",
            ),
        ] {
            assert_eq!(of(GITHUB, subject), format!("ccwb policy trust {expected} --account 123456789012"));
        }
        let pod = of("https://oidc.eks.eu-west-1.amazonaws.com/id/AB", "system:serviceaccount:ci:claude; rm -rf /");
        assert!(pod.ends_with("--subject 'system:serviceaccount:ci:claude; rm -rf /' --account 123456789012"), "{pod}");
    }
}
