//! Random texts, from the operating system.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::CustomerError;

/// 32 random bytes: what a customer's role asks of whoever assumes it
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>: unique for each customer, made by us).
pub fn external_id() -> Result<String, CustomerError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| CustomerError::NoRandomness)?;
    // IAM allows letters, digits and =,.@:/- in an external id.
    Ok(URL_SAFE_NO_PAD.encode(bytes).replace('_', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_external_ids_are_alike_and_iam_takes_them() {
        let (one, other) = (external_id().unwrap(), external_id().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)), "{one}");
    }
}
