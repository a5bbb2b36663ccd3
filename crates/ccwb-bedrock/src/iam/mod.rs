//! Evaluation of IAM policies, as IAM documents it.
//!
//! [`Policy`] is a parsed policy document, [`Request`] what is asked, with the context keys that AWS would fill in.
//! [`evaluate`] is the logic for one principal: an explicit deny wins; otherwise an identity policy must allow, and so
//! must the permissions boundary if there is one; otherwise the answer is an implicit deny. [`evaluate_trust`] is the same
//! for a role's trust policy. What the evaluator does not know (an operator, an element) is an error when the policy is
//! parsed, never a guess.
//!
//! Source: AWS IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators", "Conditions
//! with multiple context keys or values".

mod condition;
mod evaluate;
mod pattern;
mod place_and_time;
mod policy;
mod request;

pub use condition::{Condition, Operator, Quantifier};
pub use evaluate::{Attached, Decision, Near, Policies, Reason, Verdict, decide, evaluate, evaluate_trust};
pub use pattern::matches;
pub use policy::{Effect, Policy, PolicyError, Principals, Statement, Targets};
pub use request::{Principal, Request};
