//! `token`: the ID token for programs of the company.

use ccwb_sandbox::Federation;

use crate::support::{ErrorReport, Journey};

#[test]
fn raw_is_the_token_alone_and_header_is_one_authorization_header_with_it() {
    let journey = Journey::new();
    journey.sign_in();
    let token = journey.stored("tokens").expect("tokens are stored")["id_token"].as_str().expect("a text").to_owned();
    assert_eq!(journey.call(&["token"]).success().stdout, format!("{token}\n"));
    assert_eq!(journey.call(&["token", "--format", "raw"]).success().stdout, format!("{token}\n"));
    let header = journey.call(&["token", "--format", "header"]).success();
    assert_eq!(header.stdout, format!("{{\"Authorization\":\"Bearer {token}\"}}\n"));
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn the_guidances_flags_print_the_same() {
    let journey = Journey::new();
    journey.sign_in();
    let raw = journey.call(&["token"]).success().stdout;
    assert_eq!(journey.call(&["--get-monitoring-token"]).success().stdout, raw);
    let header = journey.call(&["token", "--format", "header"]).success().stdout;
    assert_eq!(journey.call(&["--get-mcp-auth-header"]).success().stdout, header);
}

#[test]
fn raw_signs_in_where_there_is_no_token_and_the_credentials_come_with_it() {
    let journey = Journey::new();
    let output = journey.call(&["token"]).success();
    assert_eq!(output.stdout.trim().split('.').count(), 3, "{output}");
    assert_eq!(journey.openings(), 1);
    journey.forget_requests();
    journey.call(&["export"]).success();
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn header_never_opens_a_browser() {
    let journey = Journey::new();
    journey.call(&["token", "--format", "header"]).is_error_at_once(4, "sign-in-needed");
    assert_eq!(journey.openings(), 0);
}

#[test]
fn an_expired_token_is_renewed_by_one_refresh_and_aws_is_not_asked() {
    for format in ["raw", "header"] {
        let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
        journey.call(&["token", "--format", format]).success();
        assert_eq!(journey.requests(), ["token:refresh_token"], "{format}");
        assert_eq!(journey.openings(), 1);
    }
}

#[test]
fn raw_signs_in_for_a_token_while_the_aws_credentials_are_still_good() {
    let journey = Journey::signed_in(Federation::Direct, |_| {});
    journey.expire_id_token();
    journey.sandbox.control().revoke_all_refresh_tokens();
    journey.call(&["token"]).success();
    assert_eq!(journey.openings(), 2);
}
