//! Planted secrets are in no stderr, no file but the session file, no argument of a child; in stdout only where the
//! contract says so. Everything runs with debug lines on.

use std::process::Command;
use std::time::Duration;

use ccwb_sandbox::{Client, ClientAuthentication, Federation, Options, Rotation};
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::{FakeBrowser, LIMIT, Output, start};
use serde_json::Value;
use ureq::ResponseExt as _;
use url::Url;

use crate::desk::{Desk, PROFILE, finish, options};

pub(crate) const CLIENT_SECRET: &str = "planted-client-secret-5f1c";
pub(crate) const PROXY_PASSWORD: &str = "planted-proxy-password-77aa";
pub(crate) const CALLERS_KEY: &str = "planted-callers-own-aws-key-90be";

/// A signed-in desk of a confidential client, and every secret that it has seen.
pub(crate) struct Planted {
    pub(crate) desk: Desk,
    secrets: Vec<(&'static str, String)>,
}

impl Planted {
    pub(crate) fn new(federation: Federation) -> Self {
        // Without rotation, so that a test may come back to the tokens that it knows.
        Self::with(federation, Rotation::Never)
    }

    pub(crate) fn with(federation: Federation, rotation: Rotation) -> Self {
        let client = Client::new("confidential-client", ClientAuthentication::ClientSecretPost(CLIENT_SECRET.into()));
        let options = Options { clients: vec![client], rotation: Some(rotation), ..options() };
        let mut desk = Desk::with(options, federation);
        desk.configure("client_secret", Value::Null).configure("client_auth", "secret");
        desk.home
            .set_env("COGNITO_AUTH_DEBUG", "1")
            .set_env("HTTPS_PROXY", format!("http://person:{PROXY_PASSWORD}@127.0.0.1:9"))
            .set_env("AWS_SECRET_ACCESS_KEY", CALLERS_KEY)
            .use_browser(FakeBrowser::DoesNothing);
        finish(desk.command(&["--set-client-secret"]).env("CCWB_CLIENT_SECRET", CLIENT_SECRET)).success();
        let mut planted = Self {
            desk,
            secrets: vec![
                ("client secret", CLIENT_SECRET.into()),
                ("proxy password", PROXY_PASSWORD.into()),
                ("caller's own key", CALLERS_KEY.into()),
            ],
        };
        let (code, output, _) = planted.sign_in_by_hand(|_| {});
        planted.secrets.push(("code", code));
        output.success();
        planted.note_stored();
        planted
    }

    /// One more secret.
    pub(crate) fn note(&mut self, name: &'static str, value: &str) {
        self.secrets.push((name, value.to_owned()));
    }

    /// What is stored now is secret too.
    pub(crate) fn note_stored(&mut self) {
        let credentials = self.desk.stored("credentials");
        self.secrets.extend([
            ("AWS secret key", text(&credentials["SecretAccessKey"])),
            ("AWS session token", text(&credentials["SessionToken"])),
        ]);
        self.note_tokens();
    }

    /// The tokens alone, where there are no credentials yet.
    pub(crate) fn note_tokens(&mut self) {
        let tokens = self.desk.stored("tokens");
        let id_token = text(&tokens["id_token"]);
        let parts: Vec<&str> = id_token.split('.').collect();
        self.secrets.extend([
            ("refresh token", text(&tokens["refresh_token"])),
            ("ID token", id_token.clone()),
            // A message that was cut must not begin with most of a token either.
            ("ID token (payload)", parts[1][..64].to_owned()),
            ("ID token (signature)", parts[2].to_owned()),
        ]);
    }

    /// The secrets, except those whose name starts with one of `allowed`.
    pub(crate) fn secrets(&self, allowed: &[&str]) -> Vec<Secret> {
        let kept = self.secrets.iter().filter(|(name, _)| !allowed.iter().any(|allowed| name.starts_with(allowed)));
        kept.map(|(name, value)| Secret::new(*name, value)).collect()
    }

    /// Every value with this name.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.secrets.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Signs in as a person would; `before_the_callback` sees the authorization code on its way. Gives the code, what
    /// `login` said, and the last page.
    pub(crate) fn sign_in_by_hand(&mut self, before_the_callback: impl FnOnce(&str)) -> (String, Output, String) {
        self.sign_in_by_hand_with(&mut self.desk.command(&["login", "--force"]), before_the_callback)
    }

    /// The same with another command that signs in.
    pub(crate) fn sign_in_by_hand_with(
        &self,
        command: &mut Command,
        before_the_callback: impl FnOnce(&str),
    ) -> (String, Output, String) {
        let opened = self.desk.windows();
        let login = start(command);
        let address = loop {
            assert!(login.stderr_so_far().lines().all(|line| !line.starts_with("error[")), "{}", login.stderr_so_far());
            if let Some(address) = self.desk.home.openings().get(opened) {
                break address.clone();
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let callback = redirect(&address);
        let parameter =
            |wanted: &str| callback.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        let code = parameter("code").unwrap_or_else(|| panic!("no code in {callback}"));
        before_the_callback(&code);
        let page = page(callback.as_str());
        let output = login.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
        (code, output, page)
    }

    /// Neither the streams of a command nor any file but the session file hold a secret.
    #[track_caller]
    pub(crate) fn assert_tight(&self, output: &Output) {
        assert_absent(&self.secrets(&[]), Place::output(output).into_iter().chain([self.files()]));
    }

    #[track_caller]
    fn assert_files_tight(&self) {
        assert_absent(&self.secrets(&[]), [self.files()]);
    }

    fn files(&self) -> Place<'_> {
        let session = format!("home/.local/state/claude-code-with-bedrock/{PROFILE}.session.json");
        Place::folder(self.desk.home.root()).except(session)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("nothing stored")).to_owned()
}

fn agent(redirects: u32) -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).max_redirects(redirects);
    config.max_redirects_will_error(false).timeout_global(Some(LIMIT)).build().into()
}

/// Where the provider sends the browser.
pub(crate) fn redirect(address: &str) -> Url {
    let mut next = address.to_owned();
    loop {
        let answer = agent(0).get(&next).call().unwrap_or_else(|error| panic!("{next}: {error}"));
        let location = answer
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_else(|| panic!("{next}: no redirect"));
        let base = Url::parse(&answer.get_uri().to_string()).expect("a URL");
        let url = base.join(location).expect("a URL");
        if url.path() == "/callback" {
            return url;
        }
        next = url.into();
    }
}

pub(crate) fn page(address: &str) -> String {
    let mut answer = agent(0).get(address).call().unwrap_or_else(|error| panic!("{address}: {error}"));
    answer.body_mut().read_to_string().expect("a page")
}

const AWS: &[&str] = &["AWS secret key", "AWS session token"];
const ID_TOKEN: &[&str] = &["ID token"];

/// Every command, and the secrets that its stdout is for.
const COMMANDS: &[(&[&str], &[&str])] = &[
    (&[], AWS),
    (&["export"], AWS),
    (&["--refresh-if-needed"], &[]),
    (&["login"], &[]),
    (&["status"], &[]),
    (&["status", "--json"], &[]),
    (&["token"], ID_TOKEN),
    (&["token", "--format", "header"], ID_TOKEN),
    (&["--get-monitoring-token"], ID_TOKEN),
    (&["--get-mcp-auth-header"], ID_TOKEN),
    (&["claims"], &[]),
    (&["--show-claims"], &[]),
    (&["--get-tag", "x"], &[]),
    (&["explain"], &[]),
    (&["--check-expiration"], &[]),
    (&["--help"], &[]),
    (&["--version"], &[]),
    (&["completions", "bash"], &[]),
    (&["man"], &[]),
];

#[test]
fn commands_that_work_put_a_secret_into_stdout_only_where_that_is_their_purpose() {
    let mut planted = Planted::new(Federation::Cognito);
    for renewed in [false, true] {
        if renewed {
            planted.desk.lose_credentials_and_id_token();
            planted.desk.run(&["export"]).success();
            planted.note_stored();
        }
        for (arguments, allowed) in COMMANDS {
            let output = planted.desk.run(arguments);
            assert_absent(&planted.secrets(&[]), [Place::text("stderr", &output.stderr)]);
            assert_absent(&planted.secrets(allowed), [Place::text("stdout", &output.stdout)]);
            for secret in *allowed {
                let held = planted.values(secret).any(|value| output.stdout.contains(value));
                assert!(held, "{arguments:?} should print the {secret}");
            }
        }
        planted.assert_files_tight();
    }
    let output = planted.desk.run(&["logout"]).success();
    planted.assert_tight(&output);
}

#[test]
fn a_sign_in_leaves_no_secret_in_output_page_or_files() {
    let mut planted = Planted::new(Federation::Direct);
    let (code, output, page) = planted.sign_in_by_hand(|_| {});
    planted.secrets.push(("second code", code));
    planted.note_stored();
    planted.assert_tight(&output.success());
    assert_absent(&planted.secrets(&[]), [Place::text("page", &page)]);
}
