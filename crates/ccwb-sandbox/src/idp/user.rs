use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Somebody who can sign in; any password will do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct User {
    /// What the login page and `login_hint` call this person. ASCII, unique.
    pub login: String,
    /// Given name, any script.
    pub given_name: String,
    /// Family name, any script.
    pub family_name: String,
    /// Address for `email`; without it there is no such claim.
    pub email: Option<String>,
    /// Names of groups; shapes that issue ids derive them from the names.
    pub groups: Vec<String>,
    /// Department, a typical custom attribute.
    pub department: Option<String>,
    /// Claims that are added last and win over the shape's own.
    pub claims: Map<String, Value>,
}

impl User {
    /// alice, bob, jose (non-ASCII name), noemail, and many (60 groups).
    pub fn samples() -> Vec<Self> {
        let engineers = || vec!["engineering".to_owned(), "claude-code-users".to_owned()];
        vec![
            Self::sample("alice", "Alice", "Anderson", engineers(), Some("platform")),
            Self::sample("bob", "Bob", "Brown", vec!["claude-code-users".to_owned()], Some("finance")),
            Self::sample("jose", "José", "東京", engineers(), Some("研究")),
            Self { email: None, ..Self::sample("noemail", "Nomail", "Novak", engineers(), None) },
            Self::sample("many", "Many", "Groups", (1..=60).map(|n| format!("team-{n:02}")).collect(), None),
        ]
    }

    fn sample(login: &str, given: &str, family: &str, groups: Vec<String>, department: Option<&str>) -> Self {
        Self {
            login: login.to_owned(),
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            email: Some(format!("{login}@example.com")),
            groups,
            department: department.map(str::to_owned),
            claims: Map::new(),
        }
    }

    /// Given and family name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }
}
