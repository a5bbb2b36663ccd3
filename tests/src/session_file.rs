//! What the program stored, made older: it has no clock that could be moved.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::now;

/// The file of `credential_storage: session` of one profile. Changing it panics where nobody has signed in.
#[derive(Clone, Debug)]
pub struct SessionFile(pub PathBuf);

impl SessionFile {
    /// A stored item, `credentials` or `tokens`.
    pub fn stored(&self, item: &str) -> Option<Value> {
        let session: Value = serde_json::from_slice(&fs::read(&self.0).ok()?).ok()?;
        serde_json::from_str(session[item].as_str()?).ok()
    }

    /// Lets time pass for the stored AWS credentials.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn age_credentials(&self, seconds: i64) {
        self.rewrite("credentials", |credentials| {
            let expiration: DateTime<Utc> =
                credentials["Expiration"].as_str().expect("a text").parse().expect("a time");
            let aged = expiration - TimeDelta::seconds(seconds);
            credentials["Expiration"] = aged.format("%Y-%m-%dT%H:%M:%SZ").to_string().into();
            credentials["Issued"] = (credentials["Issued"].as_i64().expect("a time") - seconds).into();
        });
    }

    /// Lets the stored AWS credentials expire: the rung of the ID token is next.
    pub fn expire_credentials(&self) {
        self.age_credentials(24 * 60 * 60);
    }

    /// Lets the stored ID token expire.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn expire_id_token(&self) {
        self.rewrite("tokens", |tokens| {
            let token = tokens["id_token"].as_str().expect("an ID token is stored").to_owned();
            let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().expect("a JWT");
            let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
            let mut claims: Value = serde_json::from_slice(&payload).expect("JSON");
            claims["exp"] = (now().timestamp() - 60).into();
            let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
            tokens["id_token"] = format!("{header}.{payload}.{signature}").into();
        });
    }

    /// Lets all expire but the refresh token, whose rung is next.
    pub fn expire_all_but_the_refresh_token(&self) {
        self.expire_credentials();
        self.expire_id_token();
    }

    /// Changes one item.
    ///
    /// # Panics
    ///
    /// If it is not stored.
    pub fn rewrite(&self, item: &str, change: impl FnOnce(&mut Value)) {
        let mut session: Value = serde_json::from_slice(&fs::read(&self.0).expect("a sign-in")).expect("JSON");
        let stored = session[item].as_str().unwrap_or_else(|| panic!("no {item} are stored"));
        let mut value: Value = serde_json::from_str(stored).expect("JSON");
        change(&mut value);
        session[item] = json!(value.to_string());
        fs::write(&self.0, session.to_string()).expect("the state folder can be written");
    }
}
