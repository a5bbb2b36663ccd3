//! One installation for many customers, each of whom brings an AWS account of its own.
//!
//! - [`Form`]: what is asked of a customer, as YAML; every mistake is told at once, with its line.
//! - [`Customer`]: the checked record, without a secret; [`CustomersFolder`] keeps one folder for each.
//! - [`vault`]: the customer's credential, encrypted for this customer alone. What is on disk always holds one that works.
//! - [`estimate`]: what a month of the expected tokens costs.
//! - [`container`]: the files of a container in which Claude Code sees this customer and no other.
//!
//! Nothing here calls AWS or asks a person; random numbers come from the operating system.

pub mod compliance;
pub mod container;
mod error;
mod estimate;
mod folder;
pub mod form;
mod id;
mod lock;
mod method;
mod model;
mod random;
mod record;
mod remove;
pub mod vault;

pub use compliance::Compliance;
pub use error::CustomerError;
pub use estimate::{MonthEstimate, estimate};
pub use folder::{Broken, CustomersFolder, Listing};
pub use form::{Form, Problem};
pub use id::CustomerId;
pub use lock::CustomerLock;
pub use method::{Method, MethodKind};
pub use model::ChosenModel;
pub use random::external_id;
pub use record::{Contact, Customer, KeyPlace, Tokens};
pub use remove::{Leftover, Needles};
