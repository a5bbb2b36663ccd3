//! One file per command.

mod claims;
mod credentials;
mod doctor;
mod explain;
mod guidance;
mod install;
mod key;
mod login;
mod logout;
mod reference;
mod region;
mod run;
mod settings;
mod status;
mod statusline;
mod token;

pub(crate) use status::target;

use std::process::ExitCode;

use crate::cli::{Cli, Command, TokenFormat};
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::sign_in::{Method, Who, Wish};
use crate::world::World;
use crate::{output, renewal, sign_in};

/// Runs what was asked for.
pub(crate) fn run(world: &World, cli: Cli) -> Result<ExitCode, Error> {
    if cli.version {
        return done(output::text(&version()));
    }
    if let Some(flag) = guidance::Flag::from_cli(&cli) {
        return guidance::run(world, &cli, flag);
    }
    let silent = cli.no_browser || world.flag("CCWB_NO_BROWSER");
    let load = |manners| Context::load(world, cli.profile.as_deref(), manners);
    match cli.command {
        None => done(credentials::print(&load(KeyringManners::Quick)?, silent)),
        Some(Command::Export) => done(credentials::export(&load(KeyringManners::Quick)?)),
        Some(Command::Login { method, force, print_url, switch_account, login_hint }) => {
            let method = if print_url { Method::Paste } else { method };
            let wish = Wish { method, who: Who { login_hint, another: switch_account } };
            done(login::run(&load(KeyringManners::Person)?, silent, force || switch_account, &wish))
        }
        Some(Command::Logout { all }) => logout::run(world, cli.profile.as_deref(), all),
        Some(Command::Status { json }) => done(status::run(&load(KeyringManners::Quick)?, json)),
        Some(Command::Statusline) => {
            statusline::run(world, cli.profile.as_deref());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Doctor { json, live }) => doctor::run(world, cli.profile.as_deref(), json, live),
        Some(Command::Token { format: TokenFormat::Raw }) => done(token::raw(&load(KeyringManners::Quick)?, silent)),
        Some(Command::Token { format: TokenFormat::Header }) => done(token::header(&load(KeyringManners::Quick)?)),
        Some(Command::Claims { tags, tag }) => done(claims::run(&load(KeyringManners::Quick)?, tags, tag.as_deref())),
        Some(Command::Region { apply, json }) => done(region::run(&load(KeyringManners::Quick)?, apply, json)),
        Some(Command::Key { action }) => done(key::run(&load(KeyringManners::Person)?, &action)),
        Some(Command::Run { program }) => run::run(&load(KeyringManners::Quick)?, &program),
        Some(Command::Explain) => done(explain::run(&load(KeyringManners::Quick)?)),
        Some(Command::Install(wanted)) => done(install::run(world, cli.profile.as_deref(), &wanted)),
        Some(Command::Uninstall(wanted)) => install::undo(world, &wanted),
        Some(Command::InstallSettings(wanted)) => done(settings::install(world, cli.profile.as_deref(), &wanted)),
        Some(Command::UninstallSettings(wanted)) => done(settings::uninstall(world, &wanted)),
        Some(Command::Completions { shell }) => done(reference::completions(shell)),
        Some(Command::Man) => done(reference::man()),
        Some(Command::SignIn { method, by_person }) => {
            done(sign_in::run(&load(KeyringManners::Quick)?, method, by_person))
        }
        Some(Command::Renew { wanted }) => done(renewal::run(&load(KeyringManners::Quick)?, wanted)),
    }
}

fn done(result: Result<(), Error>) -> Result<ExitCode, Error> {
    result.map(|()| ExitCode::SUCCESS)
}

/// `credential-process <version> (<commit>)`, as the guidance's binary prints it.
fn version() -> String {
    format!("credential-process {} ({})\n", env!("CARGO_PKG_VERSION"), commit())
}

/// The commit this was built from, where the build told.
pub(crate) fn commit() -> &'static str {
    option_env!("CCWB_COMMIT").unwrap_or("unknown")
}
