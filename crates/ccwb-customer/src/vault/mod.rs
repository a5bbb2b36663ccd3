//! A customer's credential at rest: one file, encrypted for this customer alone, replaced in one step.
//!
//! The file holds the credential in use, the one that is being tried ([`Credentials::candidate`]) and the one before
//! ([`Credentials::previous`]). Every change is one write beside, one sync and one rename: whenever the process is killed,
//! the file is the old one or the new one, and both hold a credential that worked.
//!
//! The key to it is an age identity (X25519) of the customer's own, in the OS keyring or wrapped by AWS KMS. Its public half
//! is nowhere on disk, so whoever has the disk alone can neither read a vault nor make one that is accepted. The customer's
//! id is inside, so a vault together with its key is still refused in another customer's place.

mod credential;
mod journal;
mod key;
mod keyring;
mod wrapped;

use std::path::{Path, PathBuf};

use ccwb_store::{StoreError, private_file};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use credential::{Credential, Kept};
pub use journal::{Credentials, Rotates};
pub use key::Key;
pub use keyring::KeyringKeys;
pub use wrapped::{KeyManagement, WrappedKey};

use crate::folder::CustomersFolder;
use crate::id::CustomerId;
use crate::lock::CustomerLock;

/// Far more than three credentials take.
const MAX_BYTES: usize = 64 * 1024;

/// A customer's vault, opened.
#[derive(Debug)]
pub struct Vault {
    customer: CustomerId,
    path: PathBuf,
    key: Key,
}

/// Why a vault is not opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is none.
    #[error("there is no vault at {}", .path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is another customer's, it was changed, or the key is another one.
    #[error("{} cannot be opened with the key of \"{customer}\": it was changed, or it is another customer's", .path.display())]
    Foreign {
        /// Whose it should be.
        customer: CustomerId,
        /// The file.
        path: PathBuf,
    },
    /// It says that it belongs to somebody else.
    #[error("{} is the vault of \"{owner}\" and not of \"{customer}\"", .path.display())]
    Swapped {
        /// Whose it should be.
        customer: CustomerId,
        /// Whose it is.
        owner: String,
        /// The file.
        path: PathBuf,
    },
    /// It is of another version of this program.
    #[error("{} cannot be read by this version of ccwb", .path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// The key is gone.
    #[error("the key of \"{customer}\" is not in the {place}")]
    NoKey {
        /// Whose key.
        customer: CustomerId,
        /// Where it should be.
        place: &'static str,
    },
    /// The key is none.
    #[error("what the {place} holds as the key of \"{customer}\" is no key")]
    BadKey {
        /// Whose key.
        customer: CustomerId,
        /// Where it is.
        place: &'static str,
    },
    /// AWS KMS said no. Never holds the key.
    #[error("AWS KMS: {0}")]
    Kms(String),
    /// Encryption failed.
    #[error("could not encrypt for \"{0}\"")]
    Encrypt(CustomerId),
    /// A file, or the keyring.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is encrypted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    customer: String,
    credentials: Credentials,
}

const VERSION: u32 = 1;

impl Vault {
    /// A customer's vault and the key to it; nothing is read yet.
    pub fn new(folder: &CustomersFolder, customer: &CustomerId, key: Key) -> Self {
        Self { customer: customer.clone(), path: folder.of(customer).join("secret.age"), key }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds.
    pub fn read(&self) -> Result<Credentials, VaultError> {
        let sealed = private_file::read(&self.path)?.ok_or_else(|| VaultError::Missing { path: self.path.clone() })?;
        self.unseal(&sealed)
    }

    /// Replaces what it holds, in one step. What cannot be opened again is not written.
    pub fn write(&self, credentials: &Credentials, _held: &CustomerLock) -> Result<(), VaultError> {
        let sealed = self.seal(credentials)?;
        self.unseal(&sealed)?;
        Ok(private_file::write(&self.path, &sealed)?)
    }

    fn seal(&self, credentials: &Credentials) -> Result<Vec<u8>, VaultError> {
        let content =
            Content { version: VERSION, customer: self.customer.to_string(), credentials: credentials.clone() };
        let failed = || VaultError::Encrypt(self.customer.clone());
        let plain = Zeroizing::new(serde_json::to_vec(&content).map_err(|_| failed())?);
        self.key.seal(&plain).ok_or_else(failed)
    }

    fn unseal(&self, sealed: &[u8]) -> Result<Credentials, VaultError> {
        let foreign = || VaultError::Foreign { customer: self.customer.clone(), path: self.path.clone() };
        if sealed.len() > MAX_BYTES {
            return Err(foreign());
        }
        let plain = self.key.unseal(sealed).ok_or_else(foreign)?;
        // serde's errors quote what they don't expect: none of them goes on.
        let unknown = || VaultError::Unknown { path: self.path.clone() };
        let content: Content = serde_json::from_slice(&plain).map_err(|_| unknown())?;
        if content.version != VERSION {
            return Err(unknown());
        }
        if content.customer != self.customer.as_str() {
            let owner = content.customer;
            return Err(VaultError::Swapped { customer: self.customer.clone(), owner, path: self.path.clone() });
        }
        Ok(content.credentials)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct World {
        _home: tempfile::TempDir,
        folder: CustomersFolder,
    }

    impl World {
        fn new() -> Self {
            let home = tempfile::tempdir().unwrap();
            let folder = CustomersFolder::new(home.path().join("customers"));
            Self { _home: home, folder }
        }

        fn vault(&self, name: &str, secret: &str) -> Vault {
            let id = CustomerId::parse(name).unwrap();
            let vault = Vault::new(&self.folder, &id, Key::generate());
            let lock = self.folder.lock(&id, Duration::ZERO).unwrap();
            vault.write(&credentials(secret), &lock).unwrap();
            vault
        }
    }

    fn credentials(secret: &str) -> Credentials {
        Credentials::new(Credential::BedrockApiKey { key: secret.into() }, 100)
    }

    #[test]
    fn what_was_written_is_read_and_the_disk_shows_nothing_of_it() {
        let world = World::new();
        let vault = world.vault("acme", "ABSKplanted");
        assert_eq!(vault.read().unwrap().current().credential.fingerprint(), "…nted");
        let bytes = std::fs::read(vault.path()).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1\n-> X25519 "));
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
        assert!(!holds(b"planted") && !holds(b"acme"));
        assert!(!format!("{vault:?}{:?}", vault.read().unwrap()).contains("planted"));
    }

    #[test]
    fn one_customers_vault_is_never_anothers() {
        let world = World::new();
        let (one, other) = (world.vault("acme", "ABSKone"), world.vault("globex", "ABSKother"));
        std::fs::copy(one.path(), other.path()).unwrap();
        assert!(matches!(other.read(), Err(VaultError::Foreign { .. })), "the file of another");
        let with_its_key = Vault::new(&world.folder, &other.customer, one.key.clone());
        assert!(matches!(with_its_key.read(), Err(VaultError::Swapped { owner, .. }) if owner == "acme"));
    }

    #[test]
    fn a_vault_that_was_changed_anywhere_is_refused() {
        let world = World::new();
        let vault = world.vault("acme", "ABSKone");
        let whole = std::fs::read(vault.path()).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(vault.path(), &bytes).unwrap();
            assert!(vault.read().is_err(), "byte {at}");
        }
        for length in [0, 1, 100, whole.len() - 1] {
            std::fs::write(vault.path(), &whole[..length]).unwrap();
            assert!(vault.read().is_err(), "{length} bytes");
        }
        std::fs::remove_file(vault.path()).unwrap();
        assert!(matches!(vault.read(), Err(VaultError::Missing { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_look() {
        use std::os::unix::fs::PermissionsExt as _;
        let world = World::new();
        let vault = world.vault("acme", "ABSKone");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(vault.path()), 0o600);
        assert_eq!((mode(vault.path().parent().unwrap()), mode(world.folder.root())), (0o700, 0o700));
    }
}
