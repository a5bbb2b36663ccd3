use serde_json::json;

use crate::http::reply::Reply;

/// An error of the token endpoint: RFC 6749 section 5.2, RFC 8628 section 3.5.
#[derive(Debug)]
pub(crate) struct TokenError {
    pub(crate) error: &'static str,
    pub(crate) description: String,
    /// The client tried `Authorization: Basic`, so a 401 must name the scheme.
    pub(crate) challenge: bool,
}

impl TokenError {
    pub(crate) fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { error, description: description.into(), challenge: false }
    }

    pub(crate) fn reply(self) -> Reply {
        let status = if self.error == "invalid_client" { 401 } else { 400 };
        let body = json!({"error": self.error, "error_description": self.description});
        let reply = uncached(Reply::json(status, &body)).note("error", self.error);
        if self.challenge { reply.header("www-authenticate", "Basic realm=\"sandbox\"") } else { reply }
    }
}

/// RFC 6749 section 5.1: no answer of the token endpoint may be cached.
pub(crate) fn uncached(reply: Reply) -> Reply {
    reply.header("cache-control", "no-store").header("pragma", "no-cache")
}
