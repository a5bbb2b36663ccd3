//! Signing keys and the JWKS.
//!
//! Keys are made, not shipped: a private key in a repository sets off every secret scanner, however it is labelled. An RSA
//! key takes a few hundred milliseconds, so the keys of a process are made once and shared by all its sandboxes: a
//! sandbox's n-th key is the process's n-th. Their tokens still differ by issuer.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::options::SigningAlgorithm;

/// One key pair with its `kid`.
#[derive(Debug)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
    Ec(Box<p256::ecdsa::SigningKey>),
}

impl SigningKey {
    fn generate(algorithm: SigningAlgorithm) -> Self {
        let mut generator = rsa::rand_core::OsRng;
        let pair = match algorithm {
            SigningAlgorithm::Rs256 => {
                let key = rsa::RsaPrivateKey::new(&mut generator, 2048)
                    .expect("2048 is a size that the rsa crate can generate");
                Pair::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key)))
            }
            SigningAlgorithm::Es256 => Pair::Ec(Box::new(p256::ecdsa::SigningKey::random(&mut generator))),
        };
        let mut key = Self { kid: String::new(), pair };
        key.kid = key.thumbprint();
        key
    }

    pub(crate) fn algorithm(&self) -> SigningAlgorithm {
        match self.pair {
            Pair::Rsa(_) => SigningAlgorithm::Rs256,
            Pair::Ec(_) => SigningAlgorithm::Es256,
        }
    }

    /// RFC 7515 section 5.1 step 5; ES256 as r and s side by side (RFC 7518 section 3.4).
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(key) => key.sign(message).to_vec(),
            Pair::Ec(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_vec()
            }
        }
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.pair {
            Pair::Rsa(key) => {
                let key = rsa::pkcs1v15::VerifyingKey::<Sha256>::new(key.as_ref().as_ref().to_public_key());
                rsa::pkcs1v15::Signature::try_from(signature)
                    .is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
            Pair::Ec(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verifying_key().verify(message, &signature).is_ok()),
        }
    }

    /// What an attacker who mixes algorithms up would use as the HMAC secret.
    pub(crate) fn public_pem(&self) -> String {
        let pem = match &self.pair {
            Pair::Rsa(key) => key.as_ref().as_ref().to_public_key().to_public_key_pem(LineEnding::LF),
            Pair::Ec(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
        };
        pem.expect("a generated key can be written as PEM")
    }

    /// RFC 7517; only the public half.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = self.required_members();
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(self.algorithm().name());
        jwk
    }

    fn required_members(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(key) => {
                let key: &rsa::RsaPrivateKey = key.as_ref().as_ref();
                json!({"e": encode(&key.e().to_bytes_be()), "kty": "RSA", "n": encode(&key.n().to_bytes_be())})
            }
            Pair::Ec(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                let (x, y) = (point.x().map(|x| encode(x)), point.y().map(|y| encode(y)));
                json!({"crv": "P-256", "kty": "EC", "x": x, "y": y})
            }
        }
    }

    /// RFC 7638: members in lexicographic order without spaces, which is how `serde_json` writes a map.
    fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.required_members().to_string()))
    }
}

/// The live key and those that are still published.
#[derive(Debug)]
pub(crate) struct KeyRing {
    algorithm: SigningAlgorithm,
    generation: usize,
    live: OnceLock<Arc<SigningKey>>,
    retired: Vec<Arc<SigningKey>>,
}

impl KeyRing {
    pub(crate) fn new(algorithm: SigningAlgorithm) -> Self {
        Self { algorithm, generation: 0, live: OnceLock::new(), retired: Vec::new() }
    }

    pub(crate) fn live(&self) -> Arc<SigningKey> {
        self.live.get_or_init(|| process_key(self.algorithm, self.generation)).clone()
    }

    pub(crate) fn rotate(&mut self, keep: bool) {
        let old = self.live();
        if keep {
            self.retired.push(old);
        } else {
            self.retired.clear();
        }
        self.generation += 1;
        self.live = OnceLock::new();
    }

    /// Newest first.
    pub(crate) fn published(&self) -> Vec<Arc<SigningKey>> {
        std::iter::once(self.live()).chain(self.retired.iter().rev().cloned()).collect()
    }

    pub(crate) fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        self.published().into_iter().find(|key| key.kid == kid)
    }
}

/// A key that no sandbox ever publishes, for forged tokens.
pub(crate) fn foreign_key(algorithm: SigningAlgorithm) -> Arc<SigningKey> {
    static RSA: OnceLock<Arc<SigningKey>> = OnceLock::new();
    static EC: OnceLock<Arc<SigningKey>> = OnceLock::new();
    let slot = match algorithm {
        SigningAlgorithm::Rs256 => &RSA,
        SigningAlgorithm::Es256 => &EC,
    };
    slot.get_or_init(|| Arc::new(SigningKey::generate(algorithm))).clone()
}

fn process_key(algorithm: SigningAlgorithm, index: usize) -> Arc<SigningKey> {
    static RSA: Mutex<Vec<Arc<SigningKey>>> = Mutex::new(Vec::new());
    static EC: Mutex<Vec<Arc<SigningKey>>> = Mutex::new(Vec::new());
    let pool = match algorithm {
        SigningAlgorithm::Rs256 => &RSA,
        SigningAlgorithm::Es256 => &EC,
    };
    let mut pool = pool.lock().unwrap_or_else(PoisonError::into_inner);
    while pool.len() <= index {
        pool.push(Arc::new(SigningKey::generate(algorithm)));
    }
    pool[index].clone()
}
