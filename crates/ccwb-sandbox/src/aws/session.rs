use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use super::principal::Principal;
use crate::random;

/// Temporary credentials that were given out.
#[expect(clippy::struct_field_names, reason = "the names of the AWS API")]
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) expires: DateTime<Utc>,
    pub(crate) principal: Principal,
}

/// Every session of a sandbox, by access key id.
#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

impl Sessions {
    /// In the formats of AWS: `ASIA` and 16 characters of base32, 40 characters of base64, a long token.
    pub(crate) fn issue(&mut self, principal: Principal, now: DateTime<Utc>, lifetime: Duration) -> Session {
        let session = Session {
            access_key_id: format!("ASIA{}", random::text(random::UPPER_ALPHANUMERIC, 16)),
            secret_access_key: random::text(random::ALPHANUMERIC, 40),
            session_token: format!("IQoJb3JpZ2luX2Vj{}==", random::text(random::ALPHANUMERIC, 640)),
            expires: now + lifetime,
            principal,
        };
        self.0.insert(session.access_key_id.clone(), session.clone());
        session
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<&Session> {
        self.0.get(access_key_id)
    }

    pub(crate) fn expire_all(&mut self, now: DateTime<Utc>) {
        for session in self.0.values_mut() {
            session.expires = session.expires.min(now);
        }
    }
}
