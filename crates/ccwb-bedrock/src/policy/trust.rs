//! Who may take a role, with a token of an identity provider.

use serde_json::{Value, json};

use super::{CannotBeMade, cannot, document};
use crate::Partition;

/// A trust policy for web identity tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The company's provider, as the auth stack trusts it for direct federation.
    Corporate {
        /// The issuer without `https://`.
        issuer: String,
        /// The client id, in the token's `aud`.
        audience: String,
        /// Patterns of `sub`; none: everybody that the provider lets sign in to this client.
        subjects: Vec<String>,
    },
    /// Workflows of one repository.
    GitHub {
        /// `OWNER/NAME`.
        repository: String,
        /// Which of its runs.
        runs: GitHub,
    },
}

/// Which runs of a repository's workflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitHub {
    /// On a branch.
    Branch(String),
    /// On a tag.
    Tag(String),
    /// In an environment, which may ask for a review.
    Environment(String),
}

const GITHUB: &str = "token.actions.githubusercontent.com";

impl Trust {
    /// The document, for a role in this account.
    pub fn document(&self, partition: Partition, account: &str) -> Result<Value, CannotBeMade> {
        let (sid, issuer, audience, subjects, actions) = match self {
            // Tags need an action of their own.
            Self::Corporate { issuer, audience, subjects } => {
                let everybody = vec!["*".to_owned()];
                let subjects = if subjects.is_empty() { everybody } else { subjects.clone() };
                let actions = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
                ("SignedInPeopleOfThisClient", issuer.as_str(), audience.as_str(), subjects, actions)
            }
            Self::GitHub { repository, runs } => {
                let subject = runs.subject(repository)?;
                let actions = json!("sts:AssumeRoleWithWebIdentity");
                ("RunsOfThisRepository", GITHUB, "sts.amazonaws.com", vec![subject], actions)
            }
        };
        let is_host = !issuer.is_empty() && !issuer.contains("://") && !issuer.contains(char::is_whitespace);
        if !is_host || audience.is_empty() || audience.contains('*') {
            return Err(cannot(
                format!("\"{issuer}\" with the client \"{audience}\" is no provider"),
                "give the issuer and the client id exactly as they stand in tokens",
            ));
        }
        // Google is known to AWS by name; every other provider is a resource of the account.
        let provider = match issuer {
            "accounts.google.com" => issuer.to_owned(),
            _ => format!("arn:{partition}:iam::{account}:oidc-provider/{issuer}"),
        };
        Ok(document(&[json!({
            "Sid": sid, "Effect": "Allow", "Principal": {"Federated": provider}, "Action": actions,
            "Condition": {
                "StringEquals": {format!("{issuer}:aud"): audience},
                "StringLike": {format!("{issuer}:sub"): subjects},
            },
        })]))
    }
}

impl GitHub {
    /// `sub` of the run's token. Source: GitHub Docs, "OpenID Connect reference", subject claims.
    fn subject(&self, repository: &str) -> Result<String, CannotBeMade> {
        let (kind, name) = match self {
            Self::Branch(name) => ("ref:refs/heads/", name),
            Self::Tag(name) => ("ref:refs/tags/", name),
            Self::Environment(name) => ("environment:", name),
        };
        let is_word = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        let is_repository = repository.split_once('/').is_some_and(|(owner, name)| is_word(owner) && is_word(name));
        if !is_repository || name.is_empty() {
            return Err(cannot(
                format!("\"{repository}\" with \"{name}\" names no runs of one repository"),
                "give OWNER/NAME without wildcards, and a branch, a tag or an environment: anybody can have a repository",
            ));
        }
        Ok(format!("repo:{repository}:{kind}{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::{Policy, Principal, Request, evaluate_trust};

    fn admits(trust: &Trust, provider: &str, issuer: &str, audience: &str, subject: &str) -> bool {
        let document = trust.document(Partition::Commercial, "123456789012").unwrap();
        let request = Request::new("sts:AssumeRoleWithWebIdentity", "*")
            .by(Principal::Federated(provider.to_owned()))
            .with(&format!("{issuer}:aud"), audience)
            .with(&format!("{issuer}:sub"), subject);
        evaluate_trust(&Policy::from_json(&document).unwrap(), &request).is_allowed()
    }

    #[test]
    fn runs_of_other_repositories_and_branches_stay_out() {
        let trust = Trust::GitHub { repository: "acme/app".to_owned(), runs: GitHub::Branch("main".to_owned()) };
        let provider = format!("arn:aws:iam::123456789012:oidc-provider/{GITHUB}");
        let may = |audience, subject| admits(&trust, &provider, GITHUB, audience, subject);
        assert!(may("sts.amazonaws.com", "repo:acme/app:ref:refs/heads/main"));
        for subject in [
            "repo:acme/app:ref:refs/heads/mainline",
            "repo:acme/app:pull_request",
            "repo:acme/app2:ref:refs/heads/main",
            "repo:evil/acme/app:ref:refs/heads/main",
        ] {
            assert!(!may("sts.amazonaws.com", subject), "{subject}");
        }
        assert!(!may("https://github.com/acme", "repo:acme/app:ref:refs/heads/main"));
        assert!(!admits(
            &trust,
            "arn:aws:iam::123456789012:oidc-provider/evil",
            GITHUB,
            "sts.amazonaws.com",
            "repo:acme/app:ref:refs/heads/main"
        ));
    }

    #[test]
    fn a_wildcard_owner_is_refused() {
        for repository in ["*/app", "acme/*", "acme", "acme/app/x", ""] {
            let trust =
                Trust::GitHub { repository: repository.to_owned(), runs: GitHub::Environment("prod".to_owned()) };
            assert!(trust.document(Partition::Commercial, "123456789012").is_err(), "{repository}");
        }
    }

    #[test]
    fn a_company_s_people_come_in_through_its_own_client() {
        let issuer = "acme.okta.com";
        let trust = Trust::Corporate {
            issuer: issuer.to_owned(),
            audience: "0oa1".to_owned(),
            subjects: vec!["*@acme.com".to_owned()],
        };
        let provider = "arn:aws:iam::123456789012:oidc-provider/acme.okta.com";
        assert!(admits(&trust, provider, issuer, "0oa1", "alice@acme.com"));
        assert!(!admits(&trust, provider, issuer, "0oa1", "alice@acme.com.evil"));
        assert!(!admits(&trust, provider, issuer, "other", "alice@acme.com"));
    }
}
