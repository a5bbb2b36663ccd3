//! What was found out about a customer the last time, without a secret.

use ccwb_customer::{Customer, CustomersFolder};
use ccwb_store::private_file;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// `standing.json` in the customer's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    /// Unix seconds.
    pub(super) validated: i64,
    /// Codes of what failed; none: everything passed.
    pub(super) failures: Vec<String>,
    /// How long the calls took together.
    pub(super) milliseconds: u64,
    /// Since when the credential is in use.
    pub(super) since: i64,
}

impl Standing {
    /// None if nobody ever asked, or if what is written cannot be read.
    pub(super) fn read(folder: &CustomersFolder, customer: &Customer) -> Option<Self> {
        let bytes = private_file::read(&path(folder, customer)).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    /// Only with the customer's lock: the folder of somebody who was removed is not made again.
    pub(super) fn write(&self, folder: &CustomersFolder, customer: &Customer) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        Ok(private_file::write(&path(folder, customer), &bytes)?)
    }
}

fn path(folder: &CustomersFolder, customer: &Customer) -> std::path::PathBuf {
    folder.of(&customer.id).join("standing.json")
}
