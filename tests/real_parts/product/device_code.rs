//! Device codes at the certified provider, entered in a real browser on another device.

use std::time::Duration;

use ccwb_tests::part::Chromium;
use ccwb_tests::{Home, LIMIT, Running, run, start};
use serde_json::{Value, json};

use super::credentials::{assert_failed, credentials};
use super::machine::eventually;
use super::stage::Stage;

fn login(stage: &Stage) -> Running {
    start(&mut stage.home.credential_process(&["login", "--method", "device"]))
}

/// Address and code, as the person reads them.
fn shown(login: &Running) -> (String, String) {
    eventually("a code is shown", || login.stderr_so_far().contains("is good for"));
    let told = login.stderr_so_far();
    let mut lines = told.lines().map(str::trim).filter(|line| !line.is_empty() && !line.ends_with(':'));
    (lines.next().expect("an address").to_owned(), lines.next().expect("a code").to_owned())
}

/// The person, on another device.
fn enter(chromium: Chromium, (address, code): (String, String)) {
    let chromium = chromium.with_user_code(&code);
    let mut device = Home::new();
    device.set_envs(chromium.as_browser_env());
    run(device.command(chromium.program()).arg(address), LIMIT).expect("the browser closes").success();
}

fn polls(stage: &Stage) -> Vec<Value> {
    stage.provider.token_requests("urn:ietf:params:oauth:grant-type:device_code")
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_code_is_entered_in_a_browser_on_another_device() {
    let (Some(stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    stage.configure(&json!({}));
    let login = login(&stage);
    enter(chromium, shown(&login));
    let output = login.wait(LIMIT).expect("it ends").success();
    assert!(output.stderr.contains("Signed in as alice@example.com"), "{output}");
    credentials(&stage.run(&["--no-browser"]));
}

/// A client assertion is good for one request, and a code is asked about many times.
#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_client_with_a_certificate_proves_itself_anew_with_each_question_and_slows_down_when_told_to() {
    let (Some(stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    let (key, certificate) = stage.provider.client_certificate();
    stage.configure(&json!({
        "client_id": "ccwb-certificate", "client_auth": "certificate",
        "client_certificate_path": certificate, "client_certificate_key_path": key,
    }));
    stage.provider.fault(&json!({
        "endpoint": "token", "times": 1, "status": 400, "body": {"error": "slow_down"},
    }));
    let login = login(&stage);
    let shown = shown(&login);
    eventually("it was asked again after the slow_down", || polls(&stage).len() >= 2);
    enter(chromium, shown);
    login.wait(LIMIT).expect("it ends").success();

    let polls = polls(&stage);
    let mut ids: Vec<_> = polls.iter().map(|poll| poll["assertion"]["claims"]["jti"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert!(polls.len() >= 3 && ids.len() == polls.len(), "{polls:#?}");
    let statuses: Vec<_> = polls.iter().map(|poll| poll["status"].as_u64()).collect();
    assert_eq!(statuses.last(), Some(&Some(200)), "{statuses:?}");
    let times: Vec<i64> = polls.iter().map(|poll| poll["at"].as_i64().expect("milliseconds")).collect();
    // 5 s is the interval where the provider names none (RFC 8628, section 3.2), and slow_down adds 5.
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 9_900), "{times:?}");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn who_says_no_in_the_browser_is_told_so_by_the_device() {
    let (Some(stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    stage.configure(&json!({}));
    let login = login(&stage);
    enter(chromium.cancelling(), shown(&login));
    assert_failed(&login.wait(LIMIT).expect("it ends"), 5, "sign-in-cancelled");
    assert_eq!(stage.moto.requests(), []);
}

#[test]
#[ignore = "needs oidc-provider, moto"]
fn a_code_that_nobody_enters_expires() {
    let Some(stage) = Stage::set() else { return };
    stage.configure(&json!({}));
    stage.provider.set_lifetimes(&json!({"ttlDevice": 7}));
    let output = login(&stage).wait(LIMIT).expect("it ends");
    assert_failed(&output, 5, "sign-in-timed-out");
    assert!(output.elapsed < Duration::from_secs(20), "{output}");
    assert_eq!(polls(&stage).len(), 1, "authorization_pending once, and the end of its life");
}
