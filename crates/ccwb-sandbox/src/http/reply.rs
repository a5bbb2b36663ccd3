use std::collections::BTreeMap;

use serde_json::Value;

/// A complete answer, with what the request log may say about it.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Non-secret facts for the request log.
    pub(crate) notes: BTreeMap<String, String>,
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), notes: BTreeMap::new() }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json", value.to_string().into_bytes())
    }

    pub(crate) fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { body, ..Self::empty(status) }.header("content-type", content_type)
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::empty(302).header("location", location).header("cache-control", "no-store")
    }

    pub(crate) fn not_found() -> Self {
        Self::json(404, &serde_json::json!({"error": "not_found"}))
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        Self::json(405, &serde_json::json!({"error": "invalid_request", "error_description": "method not allowed"}))
            .header("allow", allow)
    }

    /// Sets a header; an earlier value of the same name is replaced.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a fact to the request log. Never a code, token, password, secret or verifier.
    pub(crate) fn note(mut self, name: &str, value: impl Into<String>) -> Self {
        self.notes.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn note_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.note(name, value),
            None => self,
        }
    }
}

#[cfg(test)]
impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a text body")
    }

    pub(crate) fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
