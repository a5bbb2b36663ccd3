//! What is counted, and how it adds up.

use ccwb_bedrock::{TokenCounts, Usd};

/// What one person did, or many: everything in it can be added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answered calls of models.
    pub requests: u64,
    /// Calls that failed for good.
    pub errors: u64,
    /// Tokens by what they cost.
    pub tokens: TokenCounts,
    /// What Claude Code itself reckoned that it cost.
    pub claimed: Usd,
    /// Lines added.
    pub lines_added: u64,
    /// Lines removed.
    pub lines_removed: u64,
    /// Commits made.
    pub commits: u64,
    /// Pull requests made.
    pub pull_requests: u64,
    /// Sessions begun.
    pub sessions: u64,
    /// Milliseconds of work, by the person or by Claude Code.
    pub active_ms: u64,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.tokens.add(&other.tokens);
        self.claimed += other.claimed;
        for (mine, theirs) in [
            (&mut self.requests, other.requests),
            (&mut self.errors, other.errors),
            (&mut self.lines_added, other.lines_added),
            (&mut self.lines_removed, other.lines_removed),
            (&mut self.commits, other.commits),
            (&mut self.pull_requests, other.pull_requests),
            (&mut self.sessions, other.sessions),
            (&mut self.active_ms, other.active_ms),
        ] {
            *mine = mine.saturating_add(theirs);
        }
    }

    /// Of everything that went in, the part that came from the cache: 0 to 1. `None` if nothing went in.
    pub fn cache_share(&self) -> Option<f64> {
        ratio(self.tokens.cache_read, self.tokens.prompt())
    }

    /// Whether a model was called at all.
    pub fn is_usage(&self) -> bool {
        self.requests > 0 || self.errors > 0 || self.tokens.total() > 0
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
