//! The redirect ports: bound for a moment, as a sign-in would.

use std::time::{Duration, Instant};

use ccwb_config::OidcProfile;
use ccwb_oidc::CallbackServer;

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::port_owner::{Owner, owner_of};
use crate::sign_in;

pub(super) const NAME: &str = "callback-port";

/// A sign-in that has just ended keeps its port until the browser has its last page.
const LAST_PAGE: Duration = Duration::from_secs(2);
const A_MOMENT: Duration = Duration::from_millis(50);

pub(super) fn check(_: &Case<'_>, context: &Context<'_>, oidc: &OidcProfile) -> Vec<Finding> {
    let waiting = sign_in::record(context).filter(sign_in::Record::is_running).and_then(|record| record.port);
    let deadline = Instant::now() + LAST_PAGE;
    let uses: Vec<Use> = oidc.redirect_ports.iter().map(|port| use_of(*port, waiting, deadline)).collect();
    vec![judge(&uses)]
}

enum Use {
    Free(u16),
    /// By this profile's own sign-in.
    OwnSignIn(u16),
    /// By a sign-in of this program, of another profile for instance.
    OtherSignIn(String),
    /// By somebody else, in words.
    Foreign(String),
}

fn use_of(port: u16, waiting: Option<u16>, deadline: Instant) -> Use {
    loop {
        let Err(error) = CallbackServer::bind(&[port]) else { return Use::Free(port) };
        match owner_of(port) {
            Some(owner) if owner.is_this_program() && Some(port) == waiting => return Use::OwnSignIn(port),
            Some(owner) if owner.is_this_program() && Instant::now() >= deadline => {
                return Use::OtherSignIn(format!("{port} is held by {owner}"));
            }
            Some(owner) if owner.is_this_program() => std::thread::sleep(A_MOMENT),
            // A process that ended between the two looks is nobody's.
            None | Some(Owner::User(_)) if Instant::now() < deadline => std::thread::sleep(A_MOMENT),
            Some(owner) => return Use::Foreign(format!("{port} is taken by {owner}")),
            None => return Use::Foreign(error.to_string()),
        }
    }
}

fn judge(uses: &[Use]) -> Finding {
    const CLOSE: &str = "close that program, or set REDIRECT_PORT to another port that is registered at the provider";
    const WAIT: &str = "finish that sign-in (of another profile?); it ends by itself after 5 minutes";
    let free: Vec<String> = uses
        .iter()
        .filter_map(|found| if let Use::Free(port) = found { Some(port.to_string()) } else { None })
        .collect();
    let own = uses.iter().find_map(|found| if let Use::OwnSignIn(port) = found { Some(*port) } else { None });
    let foreign = uses.iter().any(|found| matches!(found, Use::Foreign(_)));
    let taken: Vec<&str> = uses
        .iter()
        .filter_map(|found| match found {
            Use::OtherSignIn(what) | Use::Foreign(what) => Some(what.as_str()),
            Use::Free(_) | Use::OwnSignIn(_) => None,
        })
        .collect();
    let taken = taken.join("; ");
    match (own, taken.is_empty(), free.is_empty()) {
        (Some(port), true, _) => Finding::ok(NAME, format!("{port} is held by the sign-in that waits")),
        (_, true, _) if free.len() == 1 => Finding::ok(NAME, format!("{} is free", free[0])),
        (_, true, _) => Finding::ok(NAME, format!("{} are free", free.join(", "))),
        (None, false, true) if foreign => {
            Finding::failed(NAME, format!("no port is left for a sign-in: {taken}"), CLOSE)
        }
        (_, false, _) if foreign => Finding::warning(NAME, format!("{taken}; another one is used"), CLOSE),
        (_, false, _) => Finding::warning(NAME, taken, WAIT),
    }
}
