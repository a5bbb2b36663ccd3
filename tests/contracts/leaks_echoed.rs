//! Servers and proxies that repeat what they were sent: nothing of it is shown or kept.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ccwb_sandbox::{Fault, Federation};
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::{Home, free_port};
use serde_json::{Value, json};

use crate::desk::{finish, plain_profile};
use crate::failure::{assert_failure, exit};
use crate::leaks::Planted;

fn answer(endpoint: &str, status: u16, body: Value) -> Fault {
    Fault { endpoint: endpoint.into(), status: Some(status), body: Some(body), ..Fault::default() }
}

/// Answers of a token endpoint that repeat `echo`.
fn token_answers(endpoint: &str, echo: &str) -> Vec<Fault> {
    vec![
        answer(endpoint, 400, json!({"error": "invalid_request", "error_description": format!("cannot use {echo}")})),
        answer(
            endpoint,
            400,
            json!({"error": "invalid_request", "error_description": echo, "error_uri": format!("https://x.test/?{echo}")}),
        ),
        answer(endpoint, 401, json!({"error": echo})),
        answer(endpoint, 400, json!({"message": echo})),
        answer(endpoint, 200, json!({"access_token": echo, "token_type": "Bearer", "note": echo})),
        answer(endpoint, 200, json!({"access_token": "x", "token_type": "Bearer", "id_token": echo})),
        answer(
            endpoint,
            200,
            json!({"access_token": "x", "token_type": "Bearer", "id_token": 5, "refresh_token": {"a": echo}}),
        ),
        answer(endpoint, 200, json!(format!("<html><h1>{echo}</h1></html>"))),
        answer(endpoint, 500, json!(format!("<html><h1>{echo}</h1></html>"))),
        Fault {
            headers: [("location".into(), format!("https://x.test/?{echo}"))].into(),
            ..answer(endpoint, 302, json!(echo))
        },
    ]
}

/// Answers of Cognito, or of STS, that repeat `echo`.
fn aws_answers(endpoint: &str, echo: &str) -> Vec<Fault> {
    let xml =
        |status, text: String| Fault { content_type: Some("text/xml".into()), ..answer(endpoint, status, text.into()) };
    let error = |code: &str, message: &str| {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        )
    };
    let html = answer(endpoint, 403, json!(format!("<html><h1>{echo}</h1></html>")));
    if endpoint == "sts" {
        return vec![
            xml(400, error("InvalidIdentityToken", &format!("Cannot read {echo}"))),
            xml(403, error("AccessDenied", echo)),
            xml(400, error(echo, "no")),
            xml(200, format!("<AssumeRoleWithWebIdentityResponse><{echo}")),
            html,
        ];
    }
    vec![
        answer(
            endpoint,
            400,
            json!({"__type": "NotAuthorizedException", "message": format!("Invalid login token: {echo}")}),
        ),
        answer(endpoint, 400, json!({"__type": "InvalidParameterException", "message": echo})),
        answer(endpoint, 400, json!({"__type": echo, "message": "no"})),
        answer(endpoint, 200, json!({"IdentityId": 5, "Credentials": {"SecretKey": echo}})),
        html,
    ]
}

/// Runs `export` against each answer with each secret echoed that the endpoint was sent, and collects what leaks.
fn leaks(
    planted: &Planted,
    (endpoint, sent): (&str, &[&str]),
    answers: fn(&str, &str) -> Vec<Fault>,
    prepare: fn(&Planted),
) -> Vec<String> {
    let mut leaks = Vec::new();
    let keep = std::fs::read(planted.desk.session_file()).expect("there is one");
    for (name, value) in sent.iter().flat_map(|name| planted.values(name).map(move |value| (name, value))) {
        for fault in answers(endpoint, value) {
            std::fs::write(planted.desk.session_file(), &keep).expect("it can be written");
            prepare(planted);
            let shown = format!(
                "{} {}",
                fault.status.unwrap_or(0),
                fault.body.clone().unwrap_or_default().to_string().replace(value, "<echo>")
            );
            planted.desk.sandbox.control().clear_faults();
            planted.desk.sandbox.control().add_fault(fault).expect("there is such an endpoint");
            let output = planted.desk.run(&["export"]);
            assert_ne!(output.code, Some(0), "{endpoint}: {shown}: {output}");
            if let Some(what) = complaint(|| planted.assert_tight(&output)) {
                leaks.push(format!("{endpoint} answers {shown} with the {name}: {what}"));
            }
        }
    }
    leaks
}

/// What an assertion complains about, on one line, so that one leak does not hide the others.
fn complaint(assertion: impl FnOnce()) -> Option<String> {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(assertion)).err()?;
    Some(panic.downcast_ref::<String>().cloned().unwrap_or_default().replace('\n', "; "))
}

#[test]
fn a_token_endpoint_that_repeats_what_a_refresh_sent() {
    let planted = Planted::new(Federation::Cognito);
    let leaks = leaks(&planted, ("token", &["client secret", "refresh token"]), token_answers, |planted| {
        planted.desk.lose_credentials_and_id_token();
    });
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn cognito_that_repeats_what_it_was_sent() {
    let planted = Planted::new(Federation::Cognito);
    let leaks = leaks(&planted, ("cognito", &["ID token"]), aws_answers, |planted| planted.desk.lose_credentials());
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn sts_that_repeats_what_it_was_sent() {
    let planted = Planted::new(Federation::Direct);
    let leaks = leaks(&planted, ("sts", &["ID token"]), aws_answers, |planted| planted.desk.lose_credentials());
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn a_token_endpoint_that_repeats_the_code_of_a_sign_in() {
    let mut planted = Planted::new(Federation::Cognito);
    let control = planted.desk.sandbox.control().clone();
    let mut leaks = Vec::new();
    for index in 0..token_answers("token", "").len() {
        control.clear_faults();
        planted.desk.run(&["--clear-cache"]).success();
        let (code, output, page) = planted.sign_in_by_hand(|code| {
            let fault = token_answers("token", code).remove(index);
            control.add_fault(fault).expect("there is such an endpoint");
        });
        assert_ne!(output.code, Some(0), "{output}");
        let places = [Place::text("page", &page), Place::folder(planted.desk.home.root())]
            .into_iter()
            .chain(Place::output(&output));
        if let Some(what) = complaint(|| assert_absent(&[Secret::new("code", code)], places)) {
            leaks.push(format!("answer {index}: {what}"));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

const PASSWORD: &str = "planted-proxy-password-31dc";

/// A proxy that wants none of it and repeats the whole request.
fn echoing_proxy() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).unwrap_or(0);
            let body = format!("{PASSWORD} {}", String::from_utf8_lossy(&bytes[..length]));
            let head = format!(
                "HTTP/1.1 407 {PASSWORD}\r\ncontent-length: {}\r\nproxy-authenticate: Basic realm=\"{PASSWORD}\"\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    port
}

#[test]
fn a_proxys_password_is_shown_by_nothing_that_fails_because_of_it() {
    let home = Home::new();
    home.write_config_value(&json!({"Work": plain_profile()}));
    let secrets = [
        Secret::new("proxy password", PASSWORD),
        Secret::new("in base64", STANDARD.encode(format!("person:{PASSWORD}"))),
    ];
    let proxies = [
        (format!("http://person:{PASSWORD}@127.0.0.1:{}", free_port()), "provider-unreachable"),
        (format!("http://person:{PASSWORD}@127.0.0.1:{}", echoing_proxy()), "provider-unreachable"),
        (format!("http://person:{PASSWORD}@no-such-proxy.invalid:3128"), "provider-unreachable"),
        (format!("gopher://person:{PASSWORD}@127.0.0.1"), "network-setup"),
        (format!("http://person:{PASSWORD}@"), "network-setup"),
        (format!("{PASSWORD} {PASSWORD}"), "network-setup"),
    ];
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        for (proxy, code) in &proxies {
            let run = |arguments: &[&str]| {
                finish(home.credential_process(arguments).env(variable, proxy).env("COGNITO_AUTH_DEBUG", "1"))
            };
            let output = run(&["login"]);
            assert_absent(&secrets, Place::output(&output));
            assert_failure_after_debug(&output, code);
            assert_absent(&secrets, Place::output(&run(&["status"])));
            assert_absent(&secrets, Place::output(&run(&["explain"])));
            assert_absent(&secrets, [Place::folder(home.root())]);
        }
    }
}

/// Debug lines come before the error.
#[track_caller]
fn assert_failure_after_debug(output: &ccwb_tests::Output, code: &str) {
    let stderr =
        output.stderr.lines().filter(|line| !line.starts_with("Debug: ")).map(|line| format!("{line}\n")).collect();
    assert_failure(&ccwb_tests::Output { stderr, ..output.clone() }, exit::NETWORK, code);
}

#[test]
fn a_secret_in_the_wrong_place_of_config_json_is_not_repeated() {
    let home = Home::new();
    let secret = Secret::new("client secret", "GOCSPX-planted-7781");
    for config in [
        json!({"client_secret": "GOCSPX-planted-7781"}),
        json!({"profiles": "GOCSPX-planted-7781"}),
        json!({"ClaudeCode": "GOCSPX-planted-7781"}),
        json!({"ClaudeCode": {"client_id": "x", "client_secret": ["GOCSPX-planted-7781"]}}),
    ] {
        home.write_config_value(&config);
        let output = finish(home.credential_process(&["status"]).env("COGNITO_AUTH_DEBUG", "1"));
        assert_eq!(output.code, Some(exit::CONFIG), "{output}");
        assert_absent(std::slice::from_ref(&secret), Place::output(&output));
    }
}
