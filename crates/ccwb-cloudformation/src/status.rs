//! States of stacks and resources, and what can be done in them.
//!
//! AWS CloudFormation User Guide, "Understand CloudFormation stack creation events" and "Stack status codes".

use std::fmt;

/// A state of a stack or of a resource, as the API spells it: `CREATE_COMPLETE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status(String);

/// What a stack's state means for whoever wants to change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There, and ready for an update. It may be the result of an update that was rolled back.
    Ready,
    /// Only its name exists: a change set was made and never executed.
    Review,
    /// AWS works on it.
    Working,
    /// Its creation failed. All that can be done is to delete it.
    StillBorn,
    /// An update failed, and undoing it failed too.
    Stuck,
    /// It should have been deleted, and something of it is left.
    HalfDeleted,
    /// It is gone.
    Gone,
}

impl Status {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The API's name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether AWS has not done with it.
    pub fn is_working(&self) -> bool {
        self.0.ends_with("_IN_PROGRESS") && self.0 != "REVIEW_IN_PROGRESS"
    }

    /// Whether something went wrong.
    pub fn is_failure(&self) -> bool {
        self.0.ends_with("_FAILED") || self.0.contains("ROLLBACK")
    }

    /// Whether what was asked for was done: created, updated or deleted, and nothing undone.
    pub fn is_success(&self) -> bool {
        matches!(self.0.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" | "DELETE_COMPLETE")
    }

    /// What it means for a stack. A state that is not known counts as ready: AWS will say if it is not.
    pub fn phase(&self) -> Phase {
        match self.0.as_str() {
            "REVIEW_IN_PROGRESS" => Phase::Review,
            _ if self.is_working() => Phase::Working,
            "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => Phase::StillBorn,
            "UPDATE_ROLLBACK_FAILED" => Phase::Stuck,
            "DELETE_FAILED" => Phase::HalfDeleted,
            "DELETE_COMPLETE" => Phase::Gone,
            _ => Phase::Ready,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_the_api_has_its_phase() {
        for (name, phase) in [
            ("CREATE_IN_PROGRESS", Phase::Working),
            ("CREATE_FAILED", Phase::StillBorn),
            ("CREATE_COMPLETE", Phase::Ready),
            ("ROLLBACK_IN_PROGRESS", Phase::Working),
            ("ROLLBACK_FAILED", Phase::StillBorn),
            ("ROLLBACK_COMPLETE", Phase::StillBorn),
            ("DELETE_IN_PROGRESS", Phase::Working),
            ("DELETE_FAILED", Phase::HalfDeleted),
            ("DELETE_COMPLETE", Phase::Gone),
            ("UPDATE_IN_PROGRESS", Phase::Working),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Phase::Working),
            ("UPDATE_COMPLETE", Phase::Ready),
            ("UPDATE_FAILED", Phase::Ready),
            ("UPDATE_ROLLBACK_IN_PROGRESS", Phase::Working),
            ("UPDATE_ROLLBACK_FAILED", Phase::Stuck),
            ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", Phase::Working),
            ("UPDATE_ROLLBACK_COMPLETE", Phase::Ready),
            ("REVIEW_IN_PROGRESS", Phase::Review),
            ("IMPORT_COMPLETE", Phase::Ready),
            ("IMPORT_ROLLBACK_COMPLETE", Phase::Ready),
        ] {
            assert_eq!(Status::new(name).phase(), phase, "{name}");
        }
    }

    #[test]
    fn an_update_that_was_undone_is_no_success() {
        assert!(Status::new("UPDATE_COMPLETE").is_success());
        for name in ["UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"] {
            assert!(!Status::new(name).is_success() && Status::new(name).is_failure(), "{name}");
        }
    }
}
