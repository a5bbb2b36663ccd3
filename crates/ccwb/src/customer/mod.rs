//! `ccwb customer`: one installation for many customers' accounts.

mod add;
mod arguments;
mod compose;
mod estimate;
pub(crate) mod keys;
mod kms;
mod list;
mod remove;
mod secret;
mod show;
mod upkeep;

use std::time::Duration;

use ccwb_customer::vault::VaultError;
use ccwb_customer::{CustomerError, CustomersFolder};

pub(crate) use self::arguments::CustomerCommand;
use crate::administrator;
use crate::failure::{Failure, TELL_US, exit};
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) async fn run(command: &CustomerCommand, surroundings: &Surroundings) -> Result<(), Failure> {
    match command {
        CustomerCommand::Form => {
            Screen::of_process().raw(ccwb_customer::form::EMPTY);
            Ok(())
        }
        CustomerCommand::Add(arguments) => add::run(arguments, surroundings).await,
        CustomerCommand::List { json } => list::run(*json, surroundings),
        CustomerCommand::Show { customer, json } => show::run(customer, *json, surroundings),
        CustomerCommand::Estimate { customer, json } => estimate::run(customer.as_deref(), *json, surroundings),
        CustomerCommand::Compose(arguments) => compose::run(arguments, surroundings).await,
        CustomerCommand::Secret { customer } => secret::pipe(customer, surroundings).await,
        CustomerCommand::Upkeep(command) => upkeep::run(command, surroundings).await,
        CustomerCommand::Remove { customer, yes, json } => remove::run(customer, *yes, *json, surroundings).await,
    }
}

/// Changing a customer's files takes moments; rotating its credential takes as long as AWS does.
const PATIENCE: Duration = Duration::from_secs(20);

/// `~/.ccwb/customers`.
pub(crate) fn folder(surroundings: &Surroundings) -> Result<CustomersFolder, Failure> {
    Ok(CustomersFolder::new(administrator::folder(surroundings)?.root().join("customers")))
}

impl From<CustomerError> for Failure {
    fn from(error: CustomerError) -> Self {
        let message = error.to_string();
        let (code, exit, hint) = match error {
            CustomerError::NotFound { .. } => ("customer-unknown", exit::CONFIG, "ccwb customer list shows them"),
            CustomerError::Exists { .. } => {
                ("customer-exists", exit::CONFIG, "choose another id, or remove that one with ccwb customer remove")
            }
            CustomerError::SharedExternalId { .. } => {
                ("external-id-shared", exit::CONFIG, "leave external_id out of the form: one that is nobody's is made")
            }
            CustomerError::Malformed { .. } => (
                "customer-malformed",
                exit::CONFIG,
                "restore the file from a backup, or remove the customer and add it again",
            ),
            CustomerError::Busy { .. } => ("customer-busy", exit::STORE, "wait until it is done, then run this again"),
            CustomerError::Unreadable { .. } => ("store-file", exit::STORE, "mend the permissions"),
            CustomerError::NoRandomness => ("no-randomness", exit::UNEXPECTED, TELL_US),
            CustomerError::Vault(error) => return error.into(),
            CustomerError::Store(error) => return error.into(),
        };
        Self::new(code, exit, message, hint)
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let message = error.to_string();
        let (code, exit, hint) = match error {
            VaultError::Missing { .. } | VaultError::Unknown { .. } => (
                "vault-unreadable",
                exit::STORE,
                "restore the file from a backup, or remove the customer and add it again",
            ),
            VaultError::Foreign { .. } | VaultError::Swapped { .. } => {
                ("vault-foreign", exit::STORE, "find out who moved the files; restore them from a backup")
            }
            VaultError::NoKey { .. } | VaultError::BadKey { .. } => {
                ("vault-key", exit::STORE, "run this as the user, on the computer, where the customer was added")
            }
            VaultError::Kms(_) => (
                "vault-kms",
                exit::AWS,
                "check your AWS credentials, and that they may kms:Encrypt and kms:Decrypt with the key",
            ),
            VaultError::Encrypt(_) => ("vault-encrypt", exit::UNEXPECTED, TELL_US),
            VaultError::Store(error @ ccwb_store::StoreError::Unavailable { .. }) => {
                let hint = "unlock the keyring, or add customers with --kms-key: a key beside what it opens is none";
                return Self::new("no-keyring", exit::STORE, error.to_string(), hint);
            }
            VaultError::Store(error) => return error.into(),
        };
        Self::new(code, exit, message, hint)
    }
}
