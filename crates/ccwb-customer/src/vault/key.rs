use std::fmt;
use std::str::FromStr as _;

use age::x25519::Identity;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// The key of one customer's vault: an age identity.
#[derive(Clone)]
pub struct Key(Identity);

impl Key {
    /// A new one.
    pub fn generate() -> Self {
        Self(Identity::generate())
    }

    /// One that was kept, as age writes it: `AGE-SECRET-KEY-1...`.
    pub fn parse(text: &SecretString) -> Option<Self> {
        Identity::from_str(text.expose_secret().trim()).ok().map(Self)
    }

    /// As age writes it, to be kept.
    pub fn text(&self) -> SecretString {
        self.0.to_string()
    }

    pub(super) fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        age::encrypt(&self.0.to_public(), plain).ok()
    }

    pub(super) fn unseal(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        age::decrypt(&self.0, sealed).ok().map(Zeroizing::new)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
