//! The key of a customer's vault, from the keyring or from AWS KMS.

use std::path::Path;
use std::time::Duration;

use ccwb_customer::vault::{Key, KeyringKeys, Vault, WrappedKey};
use ccwb_customer::{Customer, CustomerLock, CustomersFolder, KeyPlace};
use ccwb_store::KeyringAccess;

use super::kms::Kms;
use crate::failure::{Failure, exit};
use crate::surroundings::{Surroundings, unix_time};

/// The keyring of this computer. Nobody is asked to unlock it where nobody can answer.
pub(crate) fn keyring(surroundings: &Surroundings) -> KeyringKeys {
    let bus = surroundings.get("XDG_RUNTIME_DIR").is_some_and(|runtime| Path::new(runtime).join("bus").exists());
    KeyringKeys::new(KeyringAccess {
        session_bus: surroundings.get("DBUS_SESSION_BUS_ADDRESS").is_some() || bus,
        prompt_seconds: 0,
        limit: if cfg!(target_os = "linux") { Duration::from_secs(5) } else { Duration::from_secs(30) },
    })
}

/// A customer's vault, opened; nothing is read yet.
pub(crate) async fn open(
    folder: &CustomersFolder,
    customer: &Customer,
    surroundings: &Surroundings,
) -> Result<Vault, Failure> {
    let key = match &customer.key {
        None => {
            let message = format!("\"{}\" comes in through a role: there is no secret", customer.id);
            return Err(Failure::new("no-secret", exit::CONFIG, message, "nothing needs to be done"));
        }
        Some(KeyPlace::Keyring {}) => keyring(surroundings).load(&customer.id)?,
        Some(KeyPlace::Kms { arn }) => {
            let kms = Kms::open(arn, surroundings).await?;
            WrappedKey::new(folder, &customer.id).load(&kms, arn).await?
        }
    };
    Ok(Vault::new(folder, &customer.id, key))
}

/// Makes a key, and keeps it where the record says.
pub(crate) async fn make(
    folder: &CustomersFolder,
    customer: &Customer,
    surroundings: &Surroundings,
    held: &CustomerLock,
) -> Result<Key, Failure> {
    let key = Key::generate();
    match &customer.key {
        Some(KeyPlace::Kms { arn }) => {
            let kms = Kms::open(arn, surroundings).await?;
            WrappedKey::new(folder, &customer.id).keep(&key, &kms, arn, held).await?;
        }
        _ => keyring(surroundings).keep(&key, unix_time(), held)?,
    }
    Ok(key)
}
