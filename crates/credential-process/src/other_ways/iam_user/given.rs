//! A key as a person gives it: typed at a terminal, or what `aws iam create-access-key` prints. Never an argument, which
//! everybody on the machine could read.

use std::io::{IsTerminal, Read as _, Write as _};

use ccwb_rotation::Key;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use zeroize::Zeroizing;

use super::lasting_key::not_one;
use crate::codes;
use crate::error::Error;

const HINT: &str =
    "give the access key id (AKIA...) and the secret access key, or the JSON of aws iam create-access-key";

pub(super) fn read(now: i64) -> Result<Key, Error> {
    let (id, secret) = if std::io::stdin().is_terminal() { ask() } else { piped() }.map_err(|error| {
        let message = format!("could not read the key: {error}");
        Error::new(codes::USAGE, message, "run this in a terminal, or pipe the key into it")
    })?;
    key(&id, secret, now)
}

fn ask() -> std::io::Result<(String, SecretString)> {
    let mut stderr = std::io::stderr();
    write!(stderr, "Access key ID: ").and_then(|()| stderr.flush())?;
    let mut id = String::new();
    std::io::stdin().read_line(&mut id)?;
    Ok((id.trim().to_owned(), rpassword::prompt_password("Secret access key (not shown): ")?.into()))
}

fn piped() -> std::io::Result<(String, SecretString)> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().take(64 * 1024).read_to_string(&mut text)?;
    let from_aws: Option<Value> = serde_json::from_str(&text).ok();
    let word = |name: &str, place: usize| match &from_aws {
        Some(json) => json["AccessKey"][name].as_str().unwrap_or_default().to_owned(),
        None => text.split_whitespace().nth(place).unwrap_or_default().to_owned(),
    };
    Ok((word("AccessKeyId", 0), word("SecretAccessKey", 1).into()))
}

fn key(id: &str, secret: SecretString, now: i64) -> Result<Key, Error> {
    let is_id =
        (16..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_secret = (16..=128).contains(&secret.expose_secret().len())
        && secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    match (is_id, is_secret) {
        _ if id.starts_with("ASIA") => Err(not_one("a temporary key", "give one of an IAM user (AKIA...)")),
        (true, true) => Ok(Key { id: id.to_owned(), secret, created: now }),
        (false, _) => Err(not_one("no access key id", HINT)),
        (true, false) => Err(not_one("an access key id without its secret", HINT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_lasting_key_is_one() {
        let secret = "s".repeat(40);
        assert!(key("AKIAIOSFODNN7EXAMPLE", secret.as_str().into(), 0).is_ok());
        for (id, secret) in
            [("ASIAIOSFODNN7EXAMPLE", &*secret), ("alice", &secret), ("", &secret), ("AKIAIOSFODNN7EXAMPLE", "")]
        {
            let error = key(id, secret.into(), 0).unwrap_err();
            assert!(error.code == "key-form" && !error.message.contains(&"s".repeat(40)));
        }
    }
}
