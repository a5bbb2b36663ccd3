//! `--set-client-secret`: from `CCWB_CLIENT_SECRET` to the token endpoint of a confidential client.

use ccwb_sandbox::{Client, ClientAuthentication, Federation, Options};
use ccwb_tests::leaks::{Place, Secret, assert_absent};

use crate::desk::{Desk, assert_credentials, options};
use crate::failure::{assert_failure, exit, from_the_error};

const SECRET: &str = "s3cret of/the client:+ü&=%";

fn desk() -> Desk {
    let client = Client::new("confidential-client", ClientAuthentication::ClientSecretPost(SECRET.into()));
    let mut desk = Desk::with(Options { clients: vec![client], ..options() }, Federation::Cognito);
    // Not in config.json: there it would be nobody's secret.
    desk.configure("client_secret", serde_json::Value::Null).configure("client_auth", "secret");
    desk
}

#[test]
fn it_is_stored_and_then_used_for_the_exchange_and_for_the_refresh() {
    let desk = desk();
    let output = desk.run_with(&["--set-client-secret"], &[("CCWB_CLIENT_SECRET", SECRET)]).success();
    assert_eq!(output.stdout, "");
    assert_absent(&[Secret::new("client secret", SECRET)], Place::output(&output));
    assert_credentials(&desk.run(&[]).success());
    desk.lose_credentials_and_id_token();
    assert_credentials(&desk.run(&["--no-browser"]).success());
    assert_eq!(desk.sandbox.control().count("token:refresh_token"), 1);
}

#[test]
fn azure_auth_mode_is_the_guidances_name_for_it() {
    let mut desk = desk();
    desk.configure("client_auth", serde_json::Value::Null).configure("azure_auth_mode", "secret");
    desk.run_with(&["--set-client-secret"], &[("CCWB_CLIENT_SECRET", SECRET)]).success();
    assert_credentials(&desk.run(&[]).success());
}

#[test]
fn without_it_nobody_is_asked_to_sign_in_and_the_hint_is_the_flag() {
    let desk = desk();
    let output = desk.run(&[]);
    assert_failure(&output, exit::CONFIG, "client-secret-missing");
    assert!(output.stderr.lines().last().is_some_and(|hint| hint.ends_with("--set-client-secret")), "{output}");
    assert_eq!(desk.windows(), 0);
}

#[test]
fn a_wrong_one_is_refused_by_the_provider() {
    let desk = desk();
    desk.run_with(&["--set-client-secret"], &[("CCWB_CLIENT_SECRET", "another")]).success();
    assert_failure(&from_the_error(&desk.run(&[])), exit::PROVIDER, "provider-refused");
    assert_eq!(desk.windows(), 1);
}

#[test]
fn nothing_given_removes_it() {
    let desk = desk();
    desk.run_with(&["--set-client-secret"], &[("CCWB_CLIENT_SECRET", SECRET)]).success();
    // Empty counts as not set, and standard input is at its end.
    desk.run_with(&["--set-client-secret"], &[("CCWB_CLIENT_SECRET", "")]).success();
    assert_failure(&desk.run(&[]), exit::CONFIG, "client-secret-missing");
    assert_absent(&[Secret::new("client secret", SECRET)], [Place::folder(desk.home.root())]);
}

#[test]
fn it_survives_logout_and_clear_cache_for_it_is_the_machines() {
    let desk = desk();
    desk.run_with(&["--set-client-secret"], &[("CCWB_CLIENT_SECRET", SECRET)]).success();
    desk.run(&["logout"]).success();
    desk.run(&["--clear-cache"]).success();
    assert_credentials(&desk.run(&[]).success());
}
