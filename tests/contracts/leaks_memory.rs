//! What is in the memory of each process at each moment of a day: what it needs then, and nothing else.
//!
//! A dump that holds a secret which it must hold at that moment proves that the search can see. What is copied beyond the
//! reach of this is said in docs/guides/security-model.md.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ccwb_sandbox::{Federation, Rotation};
use ccwb_tests::leaks::{Secret, held};
use ccwb_tests::memory::Stuck;
use ccwb_tests::part::as_root;
use ccwb_tests::{LIMIT, Program, memory, start};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::leaks::{CLIENT_SECRET, Planted, redirect};
use crate::processes::{child_of, soon};

/// How long the sandbox keeps an answer back: time for a dump on a busy machine.
const DELAY: u64 = 3_000;

/// Whether a secret is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// It is needed now; its being found proves the search.
    Held,
    /// It must not be there.
    Gone,
}
use Is::{Gone, Held};

#[track_caller]
fn assert_row(moment: &str, dump: &[u8], row: &[(Is, &Secret)]) {
    for &(expected, secret) in row {
        let is_held = !held(std::slice::from_ref(secret), dump).is_empty();
        match expected {
            Held => assert!(is_held, "{moment}: {secret:?} is not found, so the search proves nothing"),
            Gone => assert!(!is_held, "{moment}: {secret:?} is still there"),
        }
    }
}

/// The code verifier, which nobody but the program knows: what has this challenge (RFC 7636, section 4.2).
fn holds_the_verifier_of(challenge: &str, dump: &[u8]) -> bool {
    const LENGTH: usize = 43;
    let is_in_verifier = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    dump.split(|byte| !is_in_verifier(byte))
        .filter(|run| run.len() >= LENGTH)
        .any(|run| run.windows(LENGTH).any(|window| URL_SAFE_NO_PAD.encode(Sha256::digest(window)) == challenge))
}

fn secret(name: &str, value: &str) -> Secret {
    Secret::new(name, value)
}

impl Planted {
    fn delay(&self, endpoint: &str) {
        let fault = json!({"endpoint": endpoint, "delay_ms": DELAY, "times": 1});
        let fault = serde_json::from_value(fault).expect("it has a fault's form");
        self.desk.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    }

    fn answered(&self, endpoint: &str) -> bool {
        self.desk.sandbox.control().count(endpoint) > 0
    }

    fn record(&self) -> Value {
        let files = std::fs::read_dir(self.desk.state()).into_iter().flatten().flatten();
        let mut records = files.filter(|file| file.file_name().to_string_lossy().ends_with(".sign-in.json"));
        let text = records.next().and_then(|record| std::fs::read(record.path()).ok()).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn stored_now(&self, slot: &str, key: &str) -> Secret {
        secret(key, &self.desk.stored_text(slot, key))
    }
}

/// A dump while the sandbox keeps the answer of `endpoint` back.
#[track_caller]
fn dump_before_the_answer_of(planted: &Planted, endpoint: &str, process: u32) -> Vec<u8> {
    // The request is on its way in milliseconds.
    thread::sleep(Duration::from_millis(DELAY / 4));
    let dump = memory::dump(process).expect("root may look");
    assert!(!planted.answered(endpoint), "{endpoint} was answered before the dump was made");
    dump
}

#[test]
fn a_sign_in_holds_each_secret_only_while_it_is_needed() {
    as_root(|| {
        thread::scope(|scope| {
            for federation in [Federation::Cognito, Federation::Direct] {
                scope.spawn(move || sign_in_moment_by_moment(federation));
            }
        });
    });
}

/// The one call to AWS: the identity is remembered from the sign-in before.
fn exchange(federation: Federation) -> &'static str {
    match federation {
        Federation::Cognito => "cognito:GetCredentialsForIdentity",
        Federation::Direct => "sts:AssumeRoleWithWebIdentity",
    }
}

fn sign_in_moment_by_moment(federation: Federation) {
    let exchange = exchange(federation);
    let planted = Planted::with(federation, Rotation::Always);
    let client_secret = secret("client secret", CLIENT_SECRET);
    let refresh_token_before = planted.stored_now("tokens", "refresh_token");
    planted.desk.forget_traffic();
    planted.delay("token");
    planted.delay(exchange);

    let login = start(&mut planted.desk.command(&["login", "--force"]));
    let address = soon("a window", || planted.desk.home.openings().first().cloned());
    let url = Url::parse(&address).expect("a URL");
    let parameter = |url: &Url, wanted: &str| {
        let found = url.query_pairs().find(|(name, _)| name == wanted);
        found.unwrap_or_else(|| panic!("no {wanted} in {url}")).1.into_owned()
    };
    let challenge = parameter(&url, "code_challenge");
    let process = u32::try_from(planted.record()["pid"].as_u64().expect("an id")).expect("an id");

    let waiting = memory::dump(process).expect("root may look");
    let callback = redirect(&address);
    let code = secret("code", &parameter(&callback, "code"));
    // A browser that reads its page and keeps the connection: the process stays for it a moment.
    let mut browser = TcpStream::connect(("127.0.0.1", callback.port().expect("a port"))).expect("it listens");
    let target = &callback[url::Position::BeforePath..];
    let host = &callback[url::Position::BeforeHost..url::Position::AfterPort];
    write!(browser, "GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("it listens");

    let exchanging = dump_before_the_answer_of(&planted, "token", process);
    soon("the provider's answer", || planted.answered("token").then_some(()));
    let federating = dump_before_the_answer_of(&planted, exchange, process);
    soon("the end", || (!planted.record()["finished"].is_null()).then_some(()));
    memory::stop(process).expect("it has a page to send");
    let finished = memory::read(process).expect("root may look");
    memory::resume(process).expect("it stands");
    login.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success();

    let stored = |slot, key| planted.stored_now(slot, key);
    let (id_token, refresh_token) = (stored("tokens", "id_token"), stored("tokens", "refresh_token"));
    let aws = [stored("credentials", "SecretAccessKey"), stored("credentials", "SessionToken")];
    // The moment, its dump, whether the code verifier is in it, and the rest.
    let rows: [(_, &[u8], _, &[_]); 4] = [
        ("waiting for the browser", &waiting, true, &[(Held, &client_secret), (Gone, &refresh_token_before)]),
        (
            "exchanging the code",
            &exchanging,
            true,
            &[(Held, &client_secret), (Held, &code), (Gone, &refresh_token_before)],
        ),
        (
            "exchanging the ID token",
            &federating,
            false,
            &[(Held, &id_token), (Held, &refresh_token), (Gone, &client_secret), (Gone, &code)],
        ),
        (
            "sending the last page",
            &finished,
            false,
            &[
                (Gone, &client_secret),
                (Gone, &code),
                (Gone, &refresh_token_before),
                (Gone, &refresh_token),
                (Gone, &id_token),
                (Gone, &aws[0]),
                (Gone, &aws[1]),
            ],
        ),
    ];
    for (moment, dump, verifier, row) in rows {
        assert_row(moment, dump, row);
        assert_eq!(holds_the_verifier_of(&challenge, dump), verifier, "{moment}: the code verifier");
    }
    // The last dump has what the person reads, so it is of this very process and was searched.
    assert!(!held(&[secret("person", "alice@example.com")], &finished).is_empty());
}

#[test]
fn a_renewal_forgets_the_refresh_token_that_it_has_spent() {
    as_root(|| {
        let planted = Planted::with(Federation::Direct, Rotation::Always);
        let endpoint = exchange(Federation::Direct);
        let (client_secret, spent) =
            (secret("client secret", CLIENT_SECRET), planted.stored_now("tokens", "refresh_token"));
        planted.desk.lose_credentials_and_id_token();
        planted.desk.forget_traffic();
        planted.delay("token");
        planted.delay(endpoint);
        let export = start(&mut planted.desk.command(&["export"]));
        let process = soon("a renewal", || child_of(export.id(), "__renew"));
        let refreshing = dump_before_the_answer_of(&planted, "token", process);
        soon("the provider's answer", || planted.answered("token").then_some(()));
        let federating = dump_before_the_answer_of(&planted, endpoint, process);
        let waiting = memory::dump(export.id()).expect("root may look");
        export.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success();

        let (id_token, refresh_token) =
            (planted.stored_now("tokens", "id_token"), planted.stored_now("tokens", "refresh_token"));
        assert_row("refreshing", &refreshing, &[(Held, &client_secret), (Held, &spent)]);
        let row = [(Held, &id_token), (Held, &refresh_token), (Gone, &client_secret), (Gone, &spent)];
        assert_row("exchanging the ID token", &federating, &row);
        let nothing_secret = [&client_secret, &spent, &id_token, &refresh_token].map(|secret| (Gone, secret));
        assert_row("waiting for the renewal", &waiting, &nothing_secret);
        assert!(!held(&[secret("issuer", planted.desk.sandbox.issuer())], &waiting).is_empty());
    });
}

#[test]
fn who_prints_a_secret_holds_that_one_and_no_other() {
    as_root(|| {
        let mut planted = Planted::with(Federation::Direct, Rotation::Always);
        planted.desk.configure("monitoring_enabled", true).configure("telemetry_bearer", true);
        planted.sign_in_by_hand(|_| {}).1.success();
        let planted = planted;
        let stored = |slot, key| planted.stored_now(slot, key);
        let all = [
            ("SecretAccessKey", stored("credentials", "SecretAccessKey")),
            ("SessionToken", stored("credentials", "SessionToken")),
            ("id_token", stored("tokens", "id_token")),
            ("refresh_token", stored("tokens", "refresh_token")),
            ("client secret", secret("client secret", CLIENT_SECRET)),
        ];
        let aws: &[&str] = &["SecretAccessKey", "SessionToken"];
        let home = &planted.desk.home;
        let commands = [
            ("credential-process", home.credential_process(&[]), aws),
            ("credential-process export", home.credential_process(&["export"]), aws),
            ("credential-process token", home.credential_process(&["token"]), &["id_token"]),
            ("otel-helper", home.program(Program::OtelHelper, &["--profile", "ClaudeCode"]), &["id_token"]),
        ];
        for (name, command, printed) in commands {
            let stuck = Stuck::start(command);
            let (_, first) = all.iter().find(|(name, _)| *name == printed[0]).expect("it is one of them");
            let dump = stuck.dump(first);
            let row: Vec<_> =
                all.iter().map(|(name, secret)| (if printed.contains(name) { Held } else { Gone }, secret)).collect();
            assert_row(name, &dump, &row);
        }
    });
}
