//! Whether a window can be opened here. None is.

use std::path::{Path, PathBuf};

use ccwb_config::OidcProfile;

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::world::World;

pub(super) const NAME: &str = "browser";

pub(super) fn check(case: &Case<'_>, context: &Context<'_>, oidc: &OidcProfile) -> Vec<Finding> {
    let world = case.world;
    let login = context.command_line(&["login"]);
    if world.flag("CCWB_NO_BROWSER") {
        let what = "CCWB_NO_BROWSER is set: no call opens one, and a sign-in that is needed is an error";
        return vec![Finding::warning(NAME, what, "unset CCWB_NO_BROWSER")];
    }
    let found = if let Some(variable) = world.var("BROWSER") {
        match programs(variable).iter().find_map(|program| case.find_program(program)) {
            Some(program) => Finding::ok(NAME, format!("{} (from BROWSER)", program.display())),
            None => Finding::warning(
                NAME,
                "BROWSER names no program that is here, so no window can be opened",
                format!("mend or unset BROWSER; until then {login} shows an address to open by hand"),
            ),
        }
    } else if is_remote(world) {
        let port = oidc.redirect_ports.first().copied().unwrap_or_default();
        Finding::warning(
            NAME,
            "this is a remote session without a display: the sign-in's address is shown instead",
            format!("connect with ssh -L {port}:localhost:{port}, run {login} and open the address on your own computer"),
        )
    } else if cfg!(target_os = "linux") && !has_display(world) && !is_wsl(world) {
        Finding::warning(
            NAME,
            "there is no display (DISPLAY and WAYLAND_DISPLAY are not set): no window can be opened",
            format!("set BROWSER, or run {login} and open the address that it shows in a browser on this computer"),
        )
    } else {
        match openers().iter().find_map(|program| case.find_program(program)) {
            Some(program) => Finding::ok(NAME, format!("opened by {}", program.display())),
            None => Finding::warning(NAME, "no program that opens addresses was found", "install xdg-utils, or set BROWSER"),
        }
    };
    vec![found]
}

/// The programs of `BROWSER`, a list of commands separated by colons.
fn programs(variable: &str) -> Vec<PathBuf> {
    if Path::new(variable).is_file() {
        return vec![PathBuf::from(variable)];
    }
    let separator = if cfg!(windows) { '\0' } else { ':' };
    let first_word = |command| shlex::split(command)?.into_iter().next();
    variable.split(separator).filter_map(first_word).map(PathBuf::from).collect()
}

fn openers() -> Vec<PathBuf> {
    open::commands("https://localhost/").iter().map(|command| PathBuf::from(command.get_program())).collect()
}

fn is_remote(world: &World) -> bool {
    world.first_var(&["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]).is_some() && !has_display(world)
}

fn has_display(world: &World) -> bool {
    world.first_var(&["DISPLAY", "WAYLAND_DISPLAY"]).is_some()
}

/// The Windows Subsystem for Linux opens windows on the Windows side.
fn is_wsl(world: &World) -> bool {
    world.first_var(&["WSL_DISTRO_NAME", "WSL_INTEROP"]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn every_alternative_of_the_variable_counts() {
        assert_eq!(programs("firefox --new-window %s:w3m -F"), [PathBuf::from("firefox"), "w3m".into()]);
        assert_eq!(programs("'/opt/my browser/run' --x"), [PathBuf::from("/opt/my browser/run")]);
    }
}
