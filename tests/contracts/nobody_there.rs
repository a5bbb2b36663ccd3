//! The part of the fault matrix that no server can play: a name that does not resolve, and a port where nobody listens, for
//! each endpoint by itself.

use std::fs;
use std::time::Duration;

use ccwb_tests::{Output, free_port};

use crate::at_once::{Complaints, assert_all};
use crate::desk::Desk;
use crate::failure::{from_the_error, problem};
use crate::fault_table::At;
use crate::faults::{desk, need};

const COMMANDS: [&[&str]; 3] = [&["export"], &[], &["login"]];

#[derive(Clone, Copy, Debug)]
enum Nobody {
    /// A name that nobody has (RFC 6761, section 6.4).
    Dns,
    Refused,
}

impl Nobody {
    fn address(self) -> String {
        match self {
            Self::Dns => "https://nobody-there.invalid".to_owned(),
            Self::Refused => format!("http://127.0.0.1:{}", free_port()),
        }
    }

    /// What the message and the hint are about.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Dns => ["the name could not be resolved", "check the name"],
            Self::Refused => ["refused", "check the network"],
        }
    }

    fn complaint(self, at: At, output: &Output) -> Option<String> {
        let output = from_the_error(output);
        let [message, hint] = self.words();
        let unreachable = at.unreachable();
        problem(&output, unreachable.exit, &[unreachable.code]).or_else(|| {
            let (said, hinted) = output.stderr.rsplit_once("\nhint: ")?;
            let is_right = said.to_lowercase().contains(message) && hinted.contains(hint);
            (!is_right).then(|| format!("neither {message:?} nor {hint:?}: {output}"))
        })
    }
}

/// From now on the endpoint is there.
fn lead_to(desk: &mut Desk, at: At, nobody: Nobody) {
    let address = nobody.address();
    match at {
        At::Discovery => drop(desk.configure("oidc_issuer_url", address)),
        At::Keys => drop(desk.configure("oidc_jwks_uri", format!("{address}/jwks"))),
        At::Exchange | At::Refresh => drop(desk.configure("oidc_token_endpoint", format!("{address}/token"))),
        At::Cognito => drop(desk.home.set_env("AWS_ENDPOINT_URL_COGNITO_IDENTITY", address)),
        At::Sts => drop(desk.home.set_env("AWS_ENDPOINT_URL_STS", address)),
    }
}

/// Another issuer is another identity. What is stored becomes that of the new one, as if it had been signed in there.
fn follow_the_identity(desk: &Desk) {
    let old = desk.stored_text("tokens", "binding");
    desk.run(&["export"]);
    let is_digest = |part: &&str| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit()) && *part != old;
    let names = fs::read_dir(desk.state()).expect("it is there").flatten().map(|entry| entry.file_name());
    let new = names.filter_map(|name| {
        let name = name.to_string_lossy().into_owned();
        name.split(['.', '-']).find(is_digest).map(str::to_owned)
    });
    let new = new.last().expect("files are named after identities");
    let session = fs::read_to_string(desk.session_file()).expect("there is one");
    fs::write(desk.session_file(), session.replace(&old, &new)).expect("it can be written");
}

fn renewals(at: At, nobody: Nobody) -> Complaints {
    let mut complaints = Vec::new();
    let mut desk = desk(at).signed_in();
    let issuer = desk.profile()["oidc_issuer_url"].clone();
    need(&desk, at);
    lead_to(&mut desk, at, nobody);
    if at == At::Discovery {
        follow_the_identity(&desk);
    }
    let before = fs::read(desk.session_file()).expect("there is one");
    for command in COMMANDS {
        let output = desk.run(command);
        let mut complain = |what: String| complaints.push(format!("{at:?}, {nobody:?}, {command:?}: {what}"));
        if let Some(wrong) = nobody.complaint(at, &output) {
            complain(wrong);
        }
        if command == ["export"] && output.elapsed > Duration::from_secs(10) {
            complain(format!("took {:?}", output.elapsed));
        }
        if fs::read(desk.session_file()).ok().as_ref() != Some(&before) {
            complain("what is stored has changed".to_owned());
        }
    }
    // The network is back.
    if at == At::Discovery {
        desk.configure("oidc_issuer_url", issuer);
        follow_the_identity(&desk);
    }
    desk.configure("oidc_jwks_uri", serde_json::Value::Null).configure("oidc_token_endpoint", serde_json::Value::Null);
    desk.home.remove_env("AWS_ENDPOINT_URL_COGNITO_IDENTITY").remove_env("AWS_ENDPOINT_URL_STS");
    let after = desk.run(&["export"]);
    if after.code != Some(0) || desk.windows() > 0 {
        complaints.push(format!("{at:?}, {nobody:?}: it does not recover, {} windows: {after}", desk.windows()));
    }
    complaints
}

fn sign_ins(at: At, nobody: Nobody) -> Complaints {
    let mut complaints = Vec::new();
    let mut desk = desk(at);
    lead_to(&mut desk, at, nobody);
    let windows = usize::from(!matches!(at, At::Discovery | At::Keys));
    for command in [&[][..], &["login"]] {
        let _ = fs::remove_dir_all(desk.state());
        desk.forget_traffic();
        let output = desk.run(command);
        let wrong = nobody.complaint(at, &output);
        let opened = (desk.windows() != windows).then(|| format!("{} windows", desk.windows()));
        let all = wrong.into_iter().chain(opened);
        complaints.extend(all.map(|what| format!("signing in, {at:?}, {nobody:?}, {command:?}: {what}")));
    }
    complaints
}

#[test]
fn a_renewal_where_nobody_is_there_tells_which_of_all_and_loses_nothing() {
    let places = [At::Discovery, At::Keys, At::Refresh, At::Cognito, At::Sts];
    let jobs = places.into_iter().flat_map(|at| [Nobody::Dns, Nobody::Refused].map(|nobody| (at, nobody)));
    assert_all(jobs.map(|(at, nobody)| move || renewals(at, nobody)));
}

#[test]
fn a_sign_in_where_nobody_is_there_tells_which_of_all_and_opens_one_window_at_most() {
    let places = [At::Discovery, At::Keys, At::Exchange, At::Cognito, At::Sts];
    let jobs = places.into_iter().flat_map(|at| [Nobody::Dns, Nobody::Refused].map(|nobody| (at, nobody)));
    assert_all(jobs.map(|(at, nobody)| move || sign_ins(at, nobody)));
}
