/// Who an AWS session acts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Principal {
    pub(crate) partition: &'static str,
    pub(crate) account_id: String,
    /// Empty for an IAM user, whose name is the session's.
    pub(crate) role: String,
    pub(crate) session_name: String,
    /// The person, as the ID token named them; for the demo's greeting, AWS doesn't keep it.
    pub(crate) person: String,
}

impl Principal {
    pub(crate) fn arn(&self) -> String {
        let Self { partition, account_id, role, session_name, .. } = self;
        if role.is_empty() {
            return format!("arn:{partition}:iam::{account_id}:user/{session_name}");
        }
        format!("arn:{partition}:sts::{account_id}:assumed-role/{role}/{session_name}")
    }

    /// `AROA...:session`.
    pub(crate) fn user_id(&self) -> String {
        if self.role.is_empty() {
            return format!("AIDA{}", crate::random::hex_of(&self.arn(), 16).to_ascii_uppercase());
        }
        format!("{}:{}", role_id(&self.role), self.session_name)
    }
}

/// A role's unique id.
pub(crate) fn role_id(role: &str) -> String {
    format!("AROA{}", crate::random::hex_of(role, 16).to_ascii_uppercase())
}
