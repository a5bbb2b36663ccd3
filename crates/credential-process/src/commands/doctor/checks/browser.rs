//! Whether a window can be opened here. None is.

use crate::browser;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::surroundings::Place;

pub(super) const NAME: &str = "browser";

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if !context.profile.auth.signs_in() {
        return vec![Finding::skipped(NAME, "nobody signs in to this profile")];
    }
    if case.world.flag("CCWB_NO_BROWSER") {
        let what = "CCWB_NO_BROWSER is set: no call opens one, and a sign-in that is needed is an error";
        return vec![Finding::warning(NAME, what, "unset CCWB_NO_BROWSER")];
    }
    vec![match Place::of(case.world) {
        Place::Desktop | Place::Wsl => on_a_desktop(case),
        place => elsewhere(place, context),
    }]
}

fn on_a_desktop(case: &Case<'_>) -> Finding {
    let variable = case.world.var("BROWSER");
    match (browser::programs(case.world).iter().find_map(|program| case.find_program(program)), variable) {
        (Some(program), _) => Finding::ok(NAME, format!("opened by {}", program.display())),
        (None, Some(_)) => Finding::warning(
            NAME,
            "BROWSER names no program that is here, so no window can be opened",
            "mend or unset BROWSER; until then a sign-in shows its address, to be opened by hand",
        ),
        (None, None) => {
            Finding::warning(NAME, "no program that opens addresses was found", "install xdg-utils, or set BROWSER")
        }
    }
}

/// No window is opened there: a code or an address is shown instead.
fn elsewhere(place: Place, context: &Context<'_>) -> Finding {
    let login = context.command_line(&["login"]);
    let what = match place {
        Place::Ssh => "this is a session over SSH: your browser is on another computer",
        Place::Container => "this is a container: your browser is outside",
        Place::VsCodeRemote => "this is the remote side of VS Code, outside of its terminal: your browser is elsewhere",
        Place::Desktop | Place::Wsl | Place::NoDisplay => {
            "there is no display here (DISPLAY and WAYLAND_DISPLAY are not set, or BROWSER is none)"
        }
    };
    let port = context.profile.oidc().and_then(|oidc| oidc.redirect_ports.first());
    let forward = match port {
        Some(port) if place == Place::Ssh => format!(" (or connect with ssh -L {port}:127.0.0.1:{port})"),
        _ => String::new(),
    };
    Finding::warning(
        NAME,
        format!("{what}; no window is opened, and a sign-in shows a code or an address instead"),
        format!("run {login} and follow what it says{forward}"),
    )
}
