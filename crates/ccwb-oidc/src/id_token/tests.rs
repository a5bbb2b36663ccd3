use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use url::Url;

use super::*;

const NOW: i64 = 1_800_000_000;

/// A provider with one P-256 key, made for these tests.
struct Issuer {
    key: EncodingKey,
    jwks: Value,
}

impl Issuer {
    fn new() -> Self {
        // RFC 7517, appendix A.2: the example key.
        let d = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE";
        let (x, y) = ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        Self {
            key: EncodingKey::from_ec_der(&pkcs8(&[d, x, y])),
            jwks: json!({"keys": [
                {"kty": "XYZ", "kid": "strange"},
                {"kty": "EC", "crv": "P-256", "use": "sig", "kid": "k1", "alg": "ES256", "x": x, "y": y},
            ]}),
        }
    }

    fn sign(&self, key_id: &str, claims: &Value) -> String {
        let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// The PKCS #8 form (RFC 5958) of a P-256 key, its three numbers given in base64url.
fn pkcs8(numbers: &[&str; 3]) -> Vec<u8> {
    let [d, x, y] = numbers.map(|number| URL_SAFE_NO_PAD.decode(number).unwrap());
    let mut der = vec![0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07];
    der.extend([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    der.extend([0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20]);
    der.extend(d);
    der.extend([0xa1, 0x44, 0x03, 0x42, 0x00, 0x04]);
    der.extend(x);
    der.extend(y);
    der
}

fn metadata() -> Metadata {
    let url = Url::parse("https://i.example/x").unwrap();
    Metadata {
        issuer: "https://i.example".to_owned(),
        authorization_endpoint: url.clone(),
        token_endpoint: url.clone(),
        jwks_uri: url,
        revocation_endpoint: None,
        device_authorization_endpoint: None,
        end_session_endpoint: None,
        signing_algorithms: ["ES256", "HS256", "none"].map(str::to_owned).to_vec(),
        scopes: Vec::new(),
    }
}

fn claims() -> Value {
    json!({"iss": "https://i.example", "aud": "client", "sub": "u1", "email": "alice@example.com", "nonce": "n1",
           "iat": NOW - 5, "exp": NOW + 600})
}

fn with(changes: Value) -> Value {
    let mut claims = claims();
    let Value::Object(changes) = changes else { panic!("not an object") };
    for (name, value) in changes {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(&name);
        } else {
            claims[name] = value;
        }
    }
    claims
}

fn verify(token: &str) -> Result<IdToken, IdTokenError> {
    let nonce = Nonce::new("n1".to_owned());
    let expected = Expectations {
        client_id: "client",
        nonce: Some(&nonce),
        subject: None,
        now: DateTime::from_timestamp(NOW, 0).unwrap(),
    };
    IdToken::verify(token, &Issuer::new().jwks, &metadata(), &expected)
}

#[test]
fn a_good_token_is_accepted_and_tells_who_it_is() {
    let issuer = Issuer::new();
    let token = verify(&issuer.sign("k1", &claims())).unwrap();
    assert_eq!((token.subject(), token.person().as_str()), ("u1", "alice@example.com"));
    assert_eq!(token.expires().timestamp(), NOW + 600);
    let several = with(json!({"aud": ["client", "other"], "azp": "client"}));
    assert!(verify(&issuer.sign("k1", &several)).is_ok());
}

#[test]
fn every_wrong_claim_is_refused_for_its_own_reason() {
    let issuer = Issuer::new();
    for (changes, reason) in [
        (json!({"iss": "https://evil.example"}), "Issuer"),
        (json!({"iss": "https://i.example/"}), "Issuer"),
        (json!({"iss": null}), "Issuer"),
        (json!({"aud": "other"}), "Audience"),
        (json!({"aud": null}), "Audience"),
        (json!({"aud": ["client", "other"]}), "AuthorizedParty"),
        (json!({"azp": "other"}), "AuthorizedParty"),
        (json!({"azp": 7}), "AuthorizedParty"),
        (json!({"exp": NOW}), "Expired"),
        (json!({"exp": null}), "Malformed"),
        (json!({"iat": NOW + 1_000}), "NotYetValid"),
        (json!({"nbf": NOW + 1_000}), "NotYetValid"),
        (json!({"nonce": "n2"}), "Nonce"),
        (json!({"nonce": null}), "Nonce"),
        (json!({"sub": null}), "Subject"),
        (json!({"sub": ""}), "Subject"),
    ] {
        let error = verify(&issuer.sign("k1", &with(changes.clone()))).unwrap_err();
        assert!(format!("{error:?}").starts_with(reason), "{changes}: {error:?}");
    }
}

#[test]
fn no_mac_and_no_missing_signature_is_ever_accepted_whatever_the_provider_announces() {
    let b64 = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", b64(json!({"alg": "none"})), b64(claims()));
    assert!(matches!(verify(&none).unwrap_err(), IdTokenError::Algorithm { found, .. } if found == "none"));
    // The old trick: the public key as the secret of a MAC.
    let public_key = Issuer::new().jwks["keys"][1]["x"].as_str().unwrap().to_owned();
    let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) };
    let mac = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(public_key.as_bytes())).unwrap();
    assert!(matches!(verify(&mac).unwrap_err(), IdTokenError::Algorithm { .. }));
    let announced = format!("{}.{}.AAAA", b64(json!({"alg": "RS256"})), b64(claims()));
    assert!(matches!(verify(&announced).unwrap_err(), IdTokenError::Algorithm { .. }));
}

#[test]
fn a_changed_token_and_an_unknown_key_are_told_apart() {
    let issuer = Issuer::new();
    let token = issuer.sign("k1", &claims());
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(with(json!({"sub": "admin"})).to_string());
    assert_eq!(verify(&format!("{header}.{other}.{signature}")).unwrap_err(), IdTokenError::Signature);
    assert!(
        matches!(verify(&issuer.sign("k9", &claims())).unwrap_err(), IdTokenError::Key { key_id } if key_id == "k9")
    );
}

#[test]
fn what_is_not_a_jwt_is_malformed() {
    for junk in ["", ".", "..", "a.b.c", "a.b.c.d.e", "e30.e30", "e30.W10.x"] {
        assert!(matches!(verify(junk), Err(IdTokenError::Malformed(_))), "{junk}");
    }
}
