//! A key wrapped by AWS KMS, beside the vault that it opens.

use std::future::Future;

use ccwb_store::private_file;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::VaultError;
use super::key::Key;
use crate::folder::CustomersFolder;
use crate::id::CustomerId;
use crate::lock::CustomerLock;

const PLACE: &str = "file that AWS KMS opened";

/// AWS KMS, as far as it is needed. The encryption context is bound to what is encrypted: who asks for another customer's
/// context gets nothing, and CloudTrail shows it with every call
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html>).
pub trait KeyManagement {
    /// `Encrypt`.
    fn encrypt(
        &self,
        key: &str,
        plain: &[u8],
        context: [(&str, &str); 1],
    ) -> impl Future<Output = Result<Vec<u8>, String>> + Send;

    /// `Decrypt`. Only by the named key: the file does not choose.
    fn decrypt(
        &self,
        key: &str,
        sealed: &[u8],
        context: [(&str, &str); 1],
    ) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, String>> + Send;
}

/// Where a customer's wrapped key is.
#[derive(Clone, Debug)]
pub struct WrappedKey {
    customer: CustomerId,
    path: std::path::PathBuf,
}

impl WrappedKey {
    /// The file in a customer's folder.
    pub fn new(folder: &CustomersFolder, customer: &CustomerId) -> Self {
        Self { customer: customer.clone(), path: folder.of(customer).join("key.kms") }
    }

    /// Unwraps the key.
    pub async fn load(&self, kms: &impl KeyManagement, arn: &str) -> Result<Key, VaultError> {
        let missing = || VaultError::NoKey { customer: self.customer.clone(), place: "customer's folder (key.kms)" };
        let sealed = private_file::read(&self.path)?.ok_or_else(missing)?;
        let plain = kms.decrypt(arn, &sealed, self.context()).await.map_err(VaultError::Kms)?;
        let bad = || VaultError::BadKey { customer: self.customer.clone(), place: PLACE };
        let text = std::str::from_utf8(&plain).map_err(|_| bad())?;
        Key::parse(&SecretString::from(text)).ok_or_else(bad)
    }

    /// Wraps a key, proves that it can be unwrapped, and keeps it.
    pub async fn keep(
        &self,
        key: &Key,
        kms: &impl KeyManagement,
        arn: &str,
        _held: &CustomerLock,
    ) -> Result<(), VaultError> {
        let text = key.text();
        let text = text.expose_secret().as_bytes();
        let sealed = kms.encrypt(arn, text, self.context()).await.map_err(VaultError::Kms)?;
        let again = kms.decrypt(arn, &sealed, self.context()).await.map_err(VaultError::Kms)?;
        if again.as_slice() != text {
            return Err(VaultError::Kms("it gave back something else than it was given".to_owned()));
        }
        Ok(private_file::write(&self.path, &sealed)?)
    }

    fn context(&self) -> [(&str, &str); 1] {
        [("customer", self.customer.as_str())]
    }
}
