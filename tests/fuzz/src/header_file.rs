use std::sync::LazyLock;

use ccwb_config::Profile;
use ccwb_telemetry::bearer::{self, Source};
use ccwb_telemetry::{HeaderFile, to_json};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::profiles::profile;

static PROFILE: LazyLock<Profile> = LazyLock::new(|| profile("i.example", &json!({"telemetry_bearer": true})));
const NOW: i64 = 1_800_000_000;

/// The header file and the session file beside it, as otel-helper reads them, separated by a zero byte: what goes out is what
/// Claude Code takes, and no token but the one that the headers are of.
pub fn header_file(input: &[u8]) {
    let (file, session) = input.iter().position(|byte| *byte == 0).map_or((input, &b""[..]), |zero| {
        let (file, session) = input.split_at(zero);
        (file, &session[1..])
    });
    let Ok(read) = HeaderFile::parse(file, "P") else { return };
    assert!(HeaderFile::parse(file, "Q").is_err(), "the header file of another profile");
    let _ = (read.is_bound_to(&PROFILE), read.is_fresh(NOW), read.is_fresh(i64::MAX), read.is_fresh(i64::MIN));
    // What is shown to a person: how long ago, and how long still.
    let _ = (NOW - read.written, read.good_until() - NOW, read.token_expires - NOW);
    let bearer = match bearer::source(&read, NOW, ["https://otel.example.com"]) {
        Ok(Source::HeaderFile(token)) => Some(token),
        Ok(Source::SessionFile) => bearer::from_session_file(session, &read).ok(),
        Err(_) => None,
    };
    if let Ok(source) = bearer::source(&read, NOW, ["http://otel.example.com"]) {
        panic!("a token in the clear: {source:?}");
    }
    if bearer.is_some() {
        assert!(read.token_expires > NOW, "a token that has expired");
    }
    check(&read, bearer.as_ref());
    let written = read.to_json();
    let again = HeaderFile::parse(written.expose_secret().as_bytes(), "P").expect("our own form");
    assert_eq!((&again.rows, &again.left_out, again.good_until()), (&read.rows, &read.left_out, read.good_until()));
}

fn check(file: &HeaderFile<'_>, bearer: Option<&SecretString>) {
    let json = to_json(&file.rows, bearer);
    let object: Map<String, Value> = serde_json::from_str(json.expose_secret()).expect("one object");
    for (name, value) in &object {
        let value = value.as_str().expect("a text");
        assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()), "{name:?}");
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value, "{name}: {value:?}");
    }
    for row in &file.rows {
        if let Some(value) = row.sent() {
            assert!(object.contains_key(&*row.name), "{} was to be sent: {value}", row.name);
        }
    }
    if let (Some(token), Some(sent)) = (bearer, object.get("authorization")) {
        let of_a_row = file.rows.iter().any(|row| row.name == "authorization");
        assert!(of_a_row || sent == &format!("Bearer {}", token.expose_secret()));
    }
}
