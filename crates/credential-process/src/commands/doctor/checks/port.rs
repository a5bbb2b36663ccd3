//! The redirect ports: bound for a moment, as a sign-in would.

use ccwb_config::OidcProfile;
use ccwb_oidc::CallbackServer;

use super::port_owner::{Owner, owner_of};
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::sign_in;

pub(super) const NAME: &str = "callback-port";

pub(super) fn check(_: &Case<'_>, context: &Context<'_>, oidc: &OidcProfile) -> Vec<Finding> {
    let ours = sign_in::record(context).filter(sign_in::Record::is_running).map(|record| record.pid);
    let (mut free, mut waiting, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for &port in &oidc.redirect_ports {
        match CallbackServer::bind(&[port]) {
            Ok(_) => free.push(port.to_string()),
            Err(error) => match owner_of(port) {
                Some(Owner::Process { id, .. }) if Some(id) == ours => waiting.push(port.to_string()),
                Some(owner) => taken.push(format!("{port} is taken by {owner}")),
                None => taken.push(error.to_string()),
            },
        }
    }
    let fix = "close that program, or set REDIRECT_PORT to another port that is registered at the provider";
    let found = match (taken.is_empty(), waiting.first(), free.is_empty()) {
        (true, Some(port), _) => Finding::ok(NAME, format!("{port} is held by the sign-in that waits")),
        (true, None, _) => Finding::ok(NAME, format!("{} free", is_or_are(&free))),
        (false, None, true) => Finding::failed(NAME, format!("no port is left for a sign-in: {}", taken.join("; ")), fix),
        (false, ..) => Finding::warning(NAME, format!("{}; the next one is used", taken.join("; ")), fix),
    };
    vec![found]
}

fn is_or_are(ports: &[String]) -> String {
    format!("{} {}", ports.join(", "), if ports.len() == 1 { "is" } else { "are" })
}
