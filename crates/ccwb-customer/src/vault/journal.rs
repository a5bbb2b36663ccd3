use serde::{Deserialize, Serialize};

use super::credential::{Credential, Kept};

/// The credentials of one customer: the one in use, at most one that is being tried, at most one from before.
///
/// A rotation is `propose`, try it, then `accept` or `reject`, then `forget` when the old one is gone at AWS; each is
/// one write of the vault. After a kill at any point `current` is one that worked when it became current.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    current: Kept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    candidate: Option<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Kept>,
}

/// A step that does not follow from what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Another one is being tried.
    #[error("another credential is being tried already")]
    HasCandidate,
    /// None is being tried.
    #[error("no credential is being tried")]
    NoCandidate,
    /// There is none from before.
    #[error("there is no credential from before")]
    NoPrevious,
    /// It is of another method than the one in use.
    #[error("this credential is of another method than the one in use")]
    OtherMethod,
}

impl Credentials {
    /// The first one.
    pub fn new(credential: Credential, now: i64) -> Self {
        Self { current: Kept { credential, since: now }, candidate: None, previous: None }
    }

    /// The one in use.
    pub fn current(&self) -> &Kept {
        &self.current
    }

    /// The one that is being tried; after a killed rotation, the one that it was about.
    pub fn candidate(&self) -> Option<&Kept> {
        self.candidate.as_ref()
    }

    /// The one before.
    pub fn previous(&self) -> Option<&Kept> {
        self.previous.as_ref()
    }

    /// Keeps one beside the one in use, to be tried.
    pub fn propose(&mut self, credential: Credential, now: i64) -> Result<(), JournalError> {
        if self.candidate.is_some() {
            return Err(JournalError::HasCandidate);
        }
        if credential.kind() != self.current.credential.kind() {
            return Err(JournalError::OtherMethod);
        }
        self.candidate = Some(Kept { credential, since: now });
        Ok(())
    }

    /// The one that was tried works: it is the one in use, and the one in use the one before.
    pub fn accept(&mut self) -> Result<(), JournalError> {
        let candidate = self.candidate.take().ok_or(JournalError::NoCandidate)?;
        self.previous = Some(std::mem::replace(&mut self.current, candidate));
        Ok(())
    }

    /// The one that was tried does not work: the one in use stays.
    pub fn reject(&mut self) -> Result<(), JournalError> {
        self.candidate.take().map(drop).ok_or(JournalError::NoCandidate)
    }

    /// Back to the one before; the one in use is dropped.
    pub fn restore(&mut self) -> Result<(), JournalError> {
        self.current = self.previous.take().ok_or(JournalError::NoPrevious)?;
        Ok(())
    }

    /// The one before is gone at AWS.
    pub fn forget(&mut self) -> Result<(), JournalError> {
        self.previous.take().map(drop).ok_or(JournalError::NoPrevious)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(name: &str) -> Credential {
        Credential::BedrockApiKey { key: format!("ABSK-{name}").into() }
    }

    #[test]
    fn a_rotation_keeps_the_old_one_until_it_is_forgotten() {
        let mut credentials = Credentials::new(key("one1"), 1);
        credentials.propose(key("two2"), 2).unwrap();
        assert_eq!(credentials.current().since, 1, "not before it was tried");
        assert_eq!(credentials.propose(key("three"), 3), Err(JournalError::HasCandidate));
        credentials.accept().unwrap();
        assert!(credentials.current().credential.is(&key("two2")));
        assert!(credentials.previous().unwrap().credential.is(&key("one1")));
        credentials.restore().unwrap();
        assert!(credentials.current().credential.is(&key("one1")) && credentials.previous().is_none());
        assert_eq!(credentials.forget(), Err(JournalError::NoPrevious));
    }

    #[test]
    fn a_credential_of_another_method_is_not_tried() {
        let mut credentials = Credentials::new(key("one1"), 1);
        let keys = Credential::IamUserKeys { access_key_id: "AKIA".to_owned(), secret_access_key: "s".into() };
        assert_eq!(credentials.propose(keys, 2), Err(JournalError::OtherMethod));
    }

    proptest! {
        /// Whatever steps are tried in whatever order: what is in use was in use before, or was accepted.
        #[test]
        fn nothing_untried_is_ever_in_use(steps in proptest::collection::vec(0_u8..5, 0..40)) {
            let mut credentials = Credentials::new(key("0000"), 0);
            let mut accepted = vec![0];
            for (now, step) in (1..).zip(steps) {
                match step {
                    0 => drop(credentials.propose(key("next"), now)),
                    1 => {
                        if credentials.accept().is_ok() {
                            accepted.push(credentials.current().since);
                        }
                    }
                    2 => drop(credentials.reject()),
                    3 => drop(credentials.restore()),
                    _ => drop(credentials.forget()),
                }
                prop_assert!(accepted.contains(&credentials.current().since));
            }
        }
    }
}
