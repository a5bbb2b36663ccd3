//! The AWS side of `deploy`, `status` and `destroy`: stacks, change sets, progress, failures in words.
//!
//! - [`Cloud`]: the account, through an SDK configuration that a binary made.
//! - [`Wanted`]: a stack as it should be. [`Cloud::plan`] compares it with what is there and gives a [`Plan`];
//!   [`Cloud::apply`] carries it out, [`Cloud::discard`] leaves no trace of it.
//! - [`Cloud::follow`] watches an operation until AWS has done with it, whoever started it: so a lost connection or an
//!   ended process costs nothing, the next run goes on where AWS is.
//! - [`Cloud::delete`]: removes a stack and says what is left.
//! - [`CloudError`]: what went wrong. [`Reason`] knows what AWS's words mean and what helps.
//!
//! It prints nothing and reads neither clock nor environment.

mod account;
mod apply;
mod bucket;
mod change;
mod cloud;
mod delete;
mod drift;
mod error;
mod event;
mod follow;
mod left;
mod oidc_provider;
mod plan;
mod reason;
mod resource;
mod stack;
mod status;

pub use account::Identity;
pub use change::{Action, Change, Replacement};
pub use cloud::{Cloud, Patience};
pub use drift::{Drift, DriftedResource};
pub use error::{CloudError, Refusal, StackFailure};
pub use event::StackEvent;
pub use follow::{Followed, Progress, Watch};
pub use left::Left;
pub use oidc_provider::OidcProvider;
pub use plan::{ParameterChange, Plan, Step, Wanted};
pub use reason::Reason;
pub use resource::Resource;
pub use stack::Stack;
pub use status::{Phase, Status};
