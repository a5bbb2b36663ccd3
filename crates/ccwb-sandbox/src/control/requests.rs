use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::faults::covers;

/// One request that the sandbox saw. Codes, tokens, passwords, secrets and verifiers are never in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// Counts from 1; never reused, not even after clearing.
    pub sequence: u64,
    /// When it was answered, RFC 3339, by the sandbox's clock.
    pub time: String,
    /// Endpoint name, as in [`crate::Fault::endpoint`]; `other` for paths that the sandbox doesn't have.
    pub endpoint: String,
    /// HTTP method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Status of the answer; 0 if a fault left the request without one.
    pub status: u16,
    /// A scripted fault was applied.
    pub fault: bool,
    /// Non-secret parameters and the `error` code, if any.
    pub parameters: BTreeMap<String, String>,
}

/// The newest requests; a demo may run for days, so the oldest are dropped.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: std::collections::VecDeque<LoggedRequest>,
    last: u64,
}

const CAPACITY: usize = 10_000;

impl RequestLog {
    pub(crate) fn push(&mut self, mut request: LoggedRequest) {
        self.last += 1;
        request.sequence = self.last;
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(request);
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn count(&self, endpoint: &str) -> usize {
        self.entries.iter().filter(|entry| covers(endpoint, &entry.endpoint)).count()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
