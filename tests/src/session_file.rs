//! The file that `credential_storage: session` keeps: the programs have no clock that could be moved, so what is stored is
//! made older instead.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// 2020: longer ago than any clock skew.
const LONG_AGO: (&str, i64) = ("2020-01-01T00:00:00Z", 1_577_836_800);

/// Changes one item, `credentials` or `tokens`.
///
/// # Panics
///
/// If there is no such file, or it does not hold the item.
pub fn rewrite(file: &Path, item: &str, change: impl FnOnce(&mut Value)) {
    let mut session: Value = serde_json::from_slice(&fs::read(file).expect("a sign-in")).expect("JSON");
    let stored = session[item].as_str().unwrap_or_else(|| panic!("no {item} are stored"));
    let mut value: Value = serde_json::from_str(stored).expect("JSON");
    change(&mut value);
    session[item] = json!(value.to_string());
    fs::write(file, session.to_string()).expect("the state folder can be written");
}

/// Lets the ID token expire.
///
/// # Panics
///
/// If none is stored.
pub fn expire_id_token(file: &Path) {
    rewrite(file, "tokens", |tokens| {
        let token = tokens["id_token"].as_str().expect("an ID token is stored").to_owned();
        let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().expect("a JWT");
        let mut claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON");
        claims["exp"] = LONG_AGO.1.into();
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        tokens["id_token"] = format!("{header}.{payload}.{signature}").into();
    });
}

/// Lets everything expire but the refresh token.
///
/// # Panics
///
/// If nobody has signed in.
pub fn expire_all_but_the_refresh_token(file: &Path) {
    expire_id_token(file);
    rewrite(file, "credentials", |credentials| credentials["Expiration"] = LONG_AGO.0.into());
}
