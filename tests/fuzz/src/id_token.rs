use std::collections::BTreeSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ccwb_oidc::{Expectations, IdToken, Metadata, Nonce};
use chrono::DateTime;
use jsonwebtoken::{Algorithm, EncodingKey};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use crate::profiles::CLIENT;
use crate::text::assert_printable;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://i.example";
const NONCE: &str = "n1";

/// An ID token and a key set: nothing is accepted that no key of the set has signed with an allowed algorithm, and of what is
/// signed just what OpenID Connect Core 1.0, section 3.1.3.7, says.
///
/// The first byte says what the rest is: a token (0), keys and a token on a line each (1), or header and claims on a line
/// each, which are then signed (anything else; its bits choose key and mischief).
pub fn id_token(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    match (kind, rest.split_once('\n')) {
        (0, _) => of_a_stranger(rest, &KEYS),
        (1, Some((keys, token))) => {
            let Ok(keys) = serde_json::from_str(keys) else { return };
            of_a_stranger(token, &keys);
        }
        (_, Some((header, claims))) => of_the_provider(Mischief(*kind), header, claims),
        _ => {}
    }
}

/// Who has no private key can only repeat what the provider has signed, for who believes in its keys.
fn of_a_stranger(token: &str, keys: &Value) {
    match IdToken::verify(token, keys, &metadata(false), &expectations(&Nonce::new(NONCE.to_owned()))) {
        Ok(_) => {
            let (signed, _) = token.rsplit_once('.').expect("three parts");
            assert!(SIGNED.contains(signed), "a token that nobody signed: {token}");
            let numbers = [SIGNERS[0].public, SIGNERS[1].public];
            let set = keys.to_string();
            assert!(numbers.iter().any(|number| set.contains(number)), "by a key that is not in {set}");
        }
        Err(error) => assert_printable(&error.to_string()),
    }
}

fn of_the_provider(mischief: Mischief, header: &str, claims: &str) {
    let signer = &SIGNERS[usize::from(mischief.second_key())];
    let parts = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    let signed = parts.join(".");
    let mut signature = signer.sign(&signed);
    if mischief.broken_signature() {
        signature.replace_range(..1, if signature.starts_with('A') { "B" } else { "A" });
    }
    let token = format!("{signed}.{signature}");
    let nonce = Nonce::new(NONCE.to_owned());
    let metadata = metadata(mischief.silent_provider());
    let verdict = IdToken::verify(&token, &mischief.keys(signer), &metadata, &expectations(&nonce));
    let expected = !mischief.is_fatal() && is_acceptable(signer, header, claims);
    assert_eq!(verdict.is_ok(), expected, "{mischief:?}\n{header}\n{claims}\n{verdict:?}");
    match verdict {
        Ok(token) => {
            assert_printable(&token.person());
            let stored = IdToken::from_store(token.raw()).expect("what was verified can be read from the store");
            assert_eq!((stored.claims(), stored.expires()), (token.claims(), token.expires()));
        }
        Err(error) => assert_printable(&error.to_string()),
    }
    let _ = IdToken::from_store(&SecretString::from(token));
}

/// The rules, written apart from what is tested.
fn is_acceptable(signer: &Signer, header: &str, claims: &str) -> bool {
    let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let (Some(header), Some(claims)) = (object(header), object(claims)) else { return false };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).filter(|value| value.is_number()).and_then(Value::as_f64);
    let now = 1_800_000_000.0;
    let right_key = header.get("kid").and_then(Value::as_str).is_none_or(|id| id == signer.id);
    let right_algorithm = header.get("alg").and_then(Value::as_str) == Some(signer.algorithm_name);
    let (for_us, alone) = match claims.get("aud") {
        Some(Value::String(one)) => (one == CLIENT, true),
        Some(Value::Array(all)) => {
            let all: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
            (all.contains(&CLIENT), all.len() == 1)
        }
        _ => (false, false),
    };
    let party = claims.get("azp").map_or(alone, |party| party == CLIENT);
    let alive = number("exp").is_some_and(|end| end.trunc() > now && end < 8.2e12);
    let begun = ["iat", "nbf"].iter().all(|name| number(name).is_none_or(|begin| begin.trunc() <= now + 300.0));
    let person = text("sub").is_some_and(|subject| !subject.is_empty());
    right_key
        && right_algorithm
        && !header.contains_key("crit")
        && text("iss") == Some(ISSUER)
        && for_us
        && party
        && alive
        && begun
        && text("nonce") == Some(NONCE)
        && person
}

/// What is wrong with a set of keys or a signature, bit by bit.
#[derive(Clone, Copy, Debug)]
struct Mischief(u8);

impl Mischief {
    fn second_key(self) -> bool {
        self.0 & 2 != 0
    }

    fn broken_signature(self) -> bool {
        self.0 & 4 != 0
    }

    /// The provider does not say which algorithms it signs with.
    fn silent_provider(self) -> bool {
        self.0 & 8 != 0
    }

    /// The signer's key is not in the set, or is there for something else.
    fn wrong_key(self) -> u8 {
        (self.0 >> 4) & 3
    }

    fn is_fatal(self) -> bool {
        self.broken_signature() || self.wrong_key() != 0
    }

    fn keys(self, signer: &Signer) -> Value {
        let mut keys = KEYS.clone();
        let list = keys["keys"].as_array_mut().expect("a list");
        let at = list.iter().position(|key| key["kid"] == signer.id).expect("its key");
        match self.wrong_key() {
            1 => drop(list.remove(at)),
            2 => list[at]["use"] = json!("enc"),
            3 => list[at]["alg"] = json!("ES384"),
            _ => {}
        }
        keys
    }
}

struct Signer {
    id: &'static str,
    algorithm: Algorithm,
    algorithm_name: &'static str,
    public: &'static str,
    key: EncodingKey,
}

impl Signer {
    fn sign(&self, text: &str) -> String {
        jsonwebtoken::crypto::sign(text.as_bytes(), &self.key, self.algorithm).expect("a good key")
    }
}

/// The example keys of RFC 7517, appendix A.2, and RFC 8037, appendix A.1.
static SIGNERS: LazyLock<[Signer; 2]> = LazyLock::new(|| {
    let p256 = [EC_D, EC_X, EC_Y].map(|number| URL_SAFE_NO_PAD.decode(number).expect("base64"));
    let mut der = vec![0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07];
    der.extend([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    der.extend([0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20]);
    der.extend(&p256[0]);
    der.extend([0xa1, 0x44, 0x03, 0x42, 0x00, 0x04]);
    der.extend(p256[1..].concat());
    let mut ed = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    ed.extend(URL_SAFE_NO_PAD.decode(ED_D).expect("base64"));
    [
        Signer {
            id: "k1",
            algorithm: Algorithm::ES256,
            algorithm_name: "ES256",
            public: EC_X,
            key: EncodingKey::from_ec_der(&der),
        },
        Signer {
            id: "k2",
            algorithm: Algorithm::EdDSA,
            algorithm_name: "EdDSA",
            public: ED_X,
            key: EncodingKey::from_ed_der(&ed),
        },
    ]
});

const EC_D: &str = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE";
const EC_X: &str = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
const EC_Y: &str = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
const ED_D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const ED_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// With a key of a kind that nobody knows and an RSA key (RFC 7517, appendix A.1) that never signs: what looks like its
/// signature is somebody's trick.
static KEYS: LazyLock<Value> = LazyLock::new(|| {
    json!({"keys": [
        {"kty": "XYZ", "kid": "strange"},
        {"kty": "EC", "crv": "P-256", "use": "sig", "kid": "k1", "alg": "ES256", "x": EC_X, "y": EC_Y},
        {"kty": "OKP", "crv": "Ed25519", "kid": "k2", "x": ED_X},
        {"kty": "RSA", "kid": "k3", "e": "AQAB", "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"},
    ]})
});

/// All that the provider ever signed, in the stored corpus: header and claims of good tokens.
static SIGNED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let claims = json!({"aud": CLIENT, "exp": NOW + 600, "iat": NOW - 5, "iss": ISSUER, "nonce": NONCE, "sub": "u1"});
    let tokens = SIGNERS.iter().map(|signer| {
        let header = json!({"alg": signer.algorithm_name, "kid": signer.id});
        [header, claims.clone()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".")
    });
    tokens.collect()
});

fn metadata(silent: bool) -> Metadata {
    let url = Url::parse("https://i.example/x").expect("an address");
    let announced = if silent { &[][..] } else { &["ES256", "EdDSA", "HS256", "none"] };
    Metadata {
        issuer: ISSUER.to_owned(),
        authorization_endpoint: url.clone(),
        token_endpoint: url.clone(),
        jwks_uri: url,
        revocation_endpoint: None,
        device_authorization_endpoint: None,
        end_session_endpoint: None,
        signing_algorithms: announced.iter().map(|&name| name.to_owned()).collect(),
        scopes: Vec::new(),
    }
}

fn expectations(nonce: &Nonce) -> Expectations<'_> {
    Expectations {
        client_id: CLIENT,
        nonce: Some(nonce),
        subject: None,
        now: DateTime::from_timestamp(NOW, 0).expect("a date"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise a fuzzer, who cannot sign, would never see what comes after the signature.
    #[test]
    fn the_corpus_holds_a_good_token_of_each_key() {
        for (signer, signed) in SIGNERS.iter().zip(["ES256", "EdDSA"].map(signed_with)) {
            let token = format!("{signed}.{}", signer.sign(&signed));
            let nonce = Nonce::new(NONCE.to_owned());
            let verdict = IdToken::verify(&token, &KEYS, &metadata(false), &expectations(&nonce));
            assert!(verdict.is_ok(), "{verdict:?}");
            let path = format!("{}/corpus/id_token/good-{}", env!("CARGO_MANIFEST_DIR"), signer.algorithm_name);
            assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), format!("\0{token}"));
        }
    }

    fn signed_with(algorithm: &str) -> String {
        let start = URL_SAFE_NO_PAD.encode(format!("{{\"alg\":\"{algorithm}\""));
        let found = SIGNED.iter().find(|signed| signed.starts_with(&start[..start.len() - 2]));
        found.expect("a token of each").clone()
    }
}
