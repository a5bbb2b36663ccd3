use chrono::{DateTime, Utc};

use crate::aws::session::Session;

/// AWS credentials that the sandbox gave out, and to whom. For tests in the same process; not served over HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedCredentials {
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token.
    pub session_token: String,
    /// By the sandbox's clock.
    pub expires: DateTime<Utc>,
    /// Name of the IAM role.
    pub role: String,
    /// The person, as the ID token named them.
    pub person: String,
}

impl IssuedCredentials {
    pub(crate) fn of(session: &Session) -> Self {
        Self {
            secret_access_key: session.secret_access_key.clone(),
            session_token: session.session_token.clone(),
            expires: session.expires,
            role: session.principal.role.clone(),
            person: session.principal.person.clone(),
        }
    }
}

impl std::fmt::Debug for IssuedCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { expires, role, person, .. } = self;
        f.debug_struct("IssuedCredentials")
            .field("expires", expires)
            .field("role", role)
            .field("person", person)
            .finish_non_exhaustive()
    }
}
