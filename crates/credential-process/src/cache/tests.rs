//! What is left of what is stored, on clocks that are right, wrong, and mended since.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// The years 1970 to 9999.
const TIMES: std::ops::Range<i64> = 0..253_402_300_800;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn credentials(expiration: i64, issued: i64, skew: i64) -> Credentials {
    Credentials {
        access_key_id: "ASIA1".to_owned(),
        secret_access_key: "s".into(),
        session_token: "t".into(),
        expiration,
        issued: Some(issued),
        skew,
    }
}

fn stored(expires: i64, skew: i64, saved_at: Option<i64>) -> SecretString {
    let [header, claims] = [json!({"alg": "ES256"}), json!({"exp": expires, "sub": "u"})]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let tokens = json!({
        "binding": "b", "id_token": format!("{header}.{claims}.c2ln"), "refresh_token": "r", "skew": skew,
        "saved_at": saved_at,
    });
    tokens.to_string().into()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn credentials_have_left_what_the_servers_clock_says_and_never_more_later(
        life in 0_i64..50_000, skew in -100_000_i64..100_000, passed in 0_i64..60_000, later in 0_i64..60_000,
    ) {
        // A clock that is behind by `skew` had them at `issued`; they end by the servers' clock.
        let issued = 1_800_000_000;
        let credentials = credentials(issued + skew + life, issued, skew);
        let left = seconds_left(&credentials, at(issued + passed));
        if skew.abs() > TOLERATED_SKEW {
            prop_assert_eq!(left, life - passed);
        } else {
            prop_assert!((left - (life - passed)).abs() <= TOLERATED_SKEW);
        }
        prop_assert_eq!(seconds_left(&credentials, at(issued + passed + later)), left - later);
        // A clock that was set back since is right now.
        prop_assert_eq!(seconds_left(&credentials, at(issued - 1)), issued + skew + life - (issued - 1));
    }

    #[test]
    fn a_clock_that_was_right_and_is_before_the_moment_of_storing_is_not_believed(
        back in 61_i64..100_000, skew in -100_000_i64..100_000,
    ) {
        let issued = 1_800_000_000;
        let credentials = credentials(issued + skew + 3_600, issued, skew);
        prop_assert_eq!(clock_was_set_wrong_since(&credentials, at(issued - back)), skew.abs() <= TOLERATED_SKEW);
        prop_assert!(!clock_was_set_wrong_since(&credentials, at(issued - TOLERATED_SKEW)));
    }

    #[test]
    fn an_id_token_is_used_while_it_has_more_than_a_minute_on_the_servers_clock(
        life in -100_i64..50_000, skew in -100_000_i64..100_000, passed in 0_i64..60_000,
    ) {
        let saved = 1_800_000_000;
        let tokens = parse(&stored(saved + skew + life, skew, Some(saved)), "b").unwrap();
        let usable = tokens.usable_id_token(at(saved + passed)).is_some();
        if skew.abs() > TOLERATED_SKEW {
            prop_assert_eq!(usable, life - passed > 60);
        } else {
            prop_assert_eq!(usable, skew + life - passed > 60);
        }
        prop_assert!(parse(&stored(saved, skew, None), "another").is_none());
    }

    #[test]
    fn whatever_is_stored_and_whatever_the_clock_says_it_is_an_answer(
        times in (any::<i64>(), any::<i64>(), any::<Option<i64>>()), now in TIMES,
    ) {
        let (expires, skew, saved_at) = times;
        if let Some(tokens) = parse(&stored(expires, skew, saved_at), "b") {
            let _ = (tokens.usable_id_token(at(now)).is_some(), tokens.skew(at(now)));
        }
        let _ = seconds_left(&credentials(expires.rem_euclid(TIMES.end), skew, saved_at.unwrap_or(skew)), at(now));
    }

    #[test]
    fn what_is_no_stored_form_is_no_token(text in ".*") {
        prop_assert!(parse(&text.into(), "b").is_none());
    }
}
