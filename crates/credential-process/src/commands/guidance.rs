//! The flags of the AWS guidance's binary, with its output and its exit codes.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;
use std::time::Duration;

use ccwb_config::Storage;
use ccwb_oidc::IdToken;
use ccwb_store::{Backend, Slot};
use chrono::{Local, TimeDelta, TimeZone};
use secrecy::SecretString;
use serde_json::Value;

use super::{claims, credentials, explain, login, logout, token};
use crate::cache;
use crate::cli::Cli;
use crate::codes;
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::ladder::Interaction;
use crate::other_ways::{self, Asked};
use crate::output::{self, note};
use crate::sign_in::Wish;
use crate::world::World;

/// How long credentials that nobody signs in for are looked for.
const LOOK: Duration = Duration::from_secs(10);

/// One of the flags; the first in the guidance's own order counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    SetClientSecret,
    Explain,
    ClearCache,
    ShowTags,
    ShowClaims,
    GetTag(String),
    GetMonitoringToken,
    GetMcpAuthHeader,
    CheckExpiration,
    Login,
    RefreshIfNeeded,
}

impl Flag {
    pub(crate) fn from_cli(cli: &Cli) -> Option<Self> {
        let flags = &cli.guidance;
        [
            flags.set_client_secret.then_some(Self::SetClientSecret),
            flags.explain.then_some(Self::Explain),
            flags.clear_cache.then_some(Self::ClearCache),
            flags.show_tags.then_some(Self::ShowTags),
            flags.show_claims.then_some(Self::ShowClaims),
            flags.get_tag.clone().map(Self::GetTag),
            flags.get_monitoring_token.then_some(Self::GetMonitoringToken),
            flags.get_mcp_auth_header.then_some(Self::GetMcpAuthHeader),
            flags.check_expiration.then_some(Self::CheckExpiration),
            flags.login.then_some(Self::Login),
            flags.refresh_if_needed.then_some(Self::RefreshIfNeeded),
        ]
        .into_iter()
        .flatten()
        .next()
    }
}

/// Runs a flag. The guidance knows 0 and 1 only, and 2 and 4 for `--get-tag`.
pub(crate) fn run(world: &World, cli: &Cli, flag: Flag) -> Result<ExitCode, Error> {
    let silent = cli.no_browser || world.flag("CCWB_NO_BROWSER");
    let context = Context::load(world, cli.profile.as_deref(), KeyringManners::Quick);
    let result = context.and_then(|context| match flag {
        Flag::SetClientSecret => set_client_secret(&context).map(|()| ExitCode::SUCCESS),
        Flag::Explain => explain::run(&context).map(|()| ExitCode::SUCCESS),
        Flag::ClearCache => clear_cache(&context).map(|()| ExitCode::SUCCESS),
        Flag::ShowTags => show_tags(&context, silent),
        Flag::ShowClaims => output::json(signed_in(&context, silent)?.claims()).map(|()| ExitCode::SUCCESS),
        Flag::GetTag(key) => get_tag(&context, &key),
        Flag::GetMonitoringToken => monitoring_token(&context, silent).map(|()| ExitCode::SUCCESS),
        Flag::GetMcpAuthHeader => token::header(&context).map(|()| ExitCode::SUCCESS),
        Flag::CheckExpiration => check_expiration(&context),
        Flag::Login => login::run(&context, silent, false, &Wish::any()).map(|()| ExitCode::SUCCESS),
        Flag::RefreshIfNeeded => refresh_if_needed(&context, silent).map(|()| ExitCode::SUCCESS),
    });
    result.map_err(|error| Error { exit: codes::UNEXPECTED.exit, ..error })
}

/// A token of the environment is handed on while it has more than a minute to live; whoever receives it verifies it.
fn monitoring_token(context: &Context<'_>, silent: bool) -> Result<(), Error> {
    let given = context.world.var("CLAUDE_CODE_MONITORING_TOKEN").map(SecretString::from);
    let lives = |token: &IdToken| token.expires() - World::now() > TimeDelta::seconds(60);
    match given.as_ref().and_then(IdToken::from_store).filter(lives) {
        Some(token) => output::secret_line(token.raw()),
        None => token::raw(context, silent),
    }
}

fn clear_cache(context: &Context<'_>) -> Result<(), Error> {
    logout::clear(context)?;
    note(&format!("Cleared cached credentials for profile '{}'", context.profile.name));
    Ok(())
}

fn show_tags(context: &Context<'_>, silent: bool) -> Result<ExitCode, Error> {
    let tags = claims::tag_claims(signed_in(context, silent)?.claims());
    if tags.is_empty() {
        note("The ID token holds no principal tags.");
        return Ok(ExitCode::FAILURE);
    }
    output::json(&Value::Object(tags)).map(|()| ExitCode::SUCCESS)
}

fn get_tag(context: &Context<'_>, key: &str) -> Result<ExitCode, Error> {
    let Some(token) = claims::cached(context)? else { return Ok(ExitCode::from(2)) };
    if token.expires() <= World::now() {
        return Ok(ExitCode::from(4));
    }
    match claims::principal_tag(token.claims(), key) {
        Some(value) => output::text(&format!("{value}\n")).map(|()| ExitCode::SUCCESS),
        None => Ok(ExitCode::from(2)),
    }
}

/// 0 if there are credentials, wherever they are stored; where nobody signs in, nothing need be stored.
fn check_expiration(context: &Context<'_>) -> Result<ExitCode, Error> {
    if !context.profile.auth.signs_in() {
        let answer = other_ways::answer(context, Asked { interaction: Interaction::Never, limit: LOOK, force: false });
        note(if answer.is_ok() { "Credentials are valid" } else { "Credentials are missing or expired" });
        return Ok(if answer.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    match cache::usable_credentials(context, World::now())? {
        Some(credentials) => {
            let until = Local.timestamp_opt(credentials.expiration, 0).single().map(|time| time.to_rfc3339());
            note(&format!("Credentials are valid until {}", until.unwrap_or_default()));
            Ok(ExitCode::SUCCESS)
        }
        None => {
            note("Credentials are missing or expired");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Silent if credentials are good, else as the default command. Session storage only, as in the guidance.
fn refresh_if_needed(context: &Context<'_>, silent: bool) -> Result<(), Error> {
    if context.profile.storage != Storage::Session {
        let message = "--refresh-if-needed is for credential_storage session only";
        return Err(Error::new(codes::USAGE, message, "run the program without this flag"));
    }
    if cache::usable_credentials(context, World::now())?.is_some() {
        return Ok(());
    }
    credentials::print(context, silent)
}

fn signed_in(context: &Context<'_>, silent: bool) -> Result<IdToken, Error> {
    match claims::cached(context)? {
        Some(token) => Ok(token),
        None => token::get(context, if silent { Interaction::Never } else { Interaction::Budgeted }),
    }
}

/// From `CCWB_CLIENT_SECRET`, else from the terminal without echo, else from standard input. Empty removes it.
fn set_client_secret(context: &Context<'_>) -> Result<(), Error> {
    let secret = match context.world.var("CCWB_CLIENT_SECRET") {
        Some(secret) => secret.to_owned(),
        None => prompt().map_err(|error| {
            let message = format!("could not read the secret: {error}");
            Error::new(codes::USAGE, message, "set CCWB_CLIENT_SECRET, or run this in a terminal")
        })?,
    };
    let Some(held) = context.lock().try_acquire()? else {
        let message = "a sign-in or renewal is running";
        return Err(Error::new(codes::SIGN_IN_RUNNING, message, "try again when it has ended"));
    };
    if secret.is_empty() {
        context.store.remove(Slot::ClientSecret)?;
        note("The client secret was removed.");
        return Ok(());
    }
    let fallback = context.store.write(Slot::ClientSecret, &secret.into(), World::now().timestamp(), &held)?;
    let place = fallback.map_or_else(|| context.store.backend(), |fallback| fallback.backend);
    match place {
        Backend::Keyring => note("The client secret was stored in the OS keyring."),
        other => note(&format!("The client secret was stored in the {other}.")),
    }
    Ok(())
}

fn prompt() -> std::io::Result<String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Client secret (empty removes it): ");
    }
    let mut secret = String::new();
    std::io::stdin().take(64 * 1024).read_to_string(&mut secret)?;
    Ok(secret.trim_end_matches(['\r', '\n']).to_owned())
}
