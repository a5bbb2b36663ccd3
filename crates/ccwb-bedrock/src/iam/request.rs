use std::collections::BTreeMap;

/// What is asked of AWS: one action on one resource, and what AWS knows about the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `service:Operation`.
    pub action: String,
    /// The resource's ARN, or `*` for an operation that has none.
    pub resource: String,
    /// Who asks; looked at by policies that name principals.
    pub principal: Option<Principal>,
    context: BTreeMap<String, Vec<String>>,
}

/// Who asks, as a policy's `Principal` element may name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The issuer of a web identity token, as an OIDC provider's ARN or a built-in provider's host.
    Federated(String),
    /// An ARN or account id.
    Aws(String),
    /// A service's host.
    Service(String),
}

impl Request {
    /// One action on one resource, without context.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), ..Self::default() }
    }

    /// The same question about another action.
    #[must_use]
    pub fn for_action(&self, action: impl Into<String>) -> Self {
        Self { action: action.into(), ..self.clone() }
    }

    /// Names who asks.
    #[must_use]
    pub fn by(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// Adds a context key with one value.
    #[must_use]
    pub fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.with_all(key, [value])
    }

    /// Adds a context key with several values.
    #[must_use]
    pub fn with_all<V: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.context.insert(key.to_ascii_lowercase(), values.into_iter().map(Into::into).collect());
        self
    }

    /// The values of a context key, whose letter case does not count; `None` if the request has no such key.
    pub fn context(&self, key: &str) -> Option<&[String]> {
        self.context.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
}
