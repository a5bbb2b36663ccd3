//! `login`: plain words for a person, and none at all if there is nothing to do.

use std::time::Duration;

use chrono::{Local, TimeZone};

use crate::context::Context;
use crate::error::Error;
use crate::ladder::{AwsCredentials, Climb, Goal, Interaction, climb, sign_in_needed};
use crate::output::note;
use crate::sign_in::{Method, Wish};
use crate::{cache, other_ways, telemetry};

/// Claude Code ends its `awsAuthRefresh` command after 180 s; our own word comes before that, and the sign-in goes on.
const LIMIT: Duration = Duration::from_secs(165);

pub(crate) fn run(context: &Context<'_>, silent: bool, force: bool, wish: &Wish) -> Result<(), Error> {
    if !context.profile.auth.signs_in() {
        return other_ways::show_that_there_are_some(context, LIMIT);
    }
    if !force && let Ok(Some(_)) = AwsCredentials::cached(context) {
        telemetry::repair(context);
        return Ok(());
    }
    // A device code and a pasted address open no browser.
    let silent = silent && !matches!(wish.method, Method::Device | Method::Paste);
    if silent && force {
        return Err(sign_in_needed(context));
    }
    let interaction = if silent { Interaction::Never } else { Interaction::Person };
    let credentials = climb::<AwsCredentials>(context, Climb { interaction, limit: LIMIT, force, wish })?;
    let person = cache::tokens(context)?.person().unwrap_or_default();
    let until = Local.timestamp_opt(credentials.expiration, 0).single();
    let until = until.map(|time| format!(" Credentials are good until {}.", time.format("%H:%M"))).unwrap_or_default();
    note(&format!("Signed in as {person} (profile {}).{until}", context.profile.name));
    Ok(())
}
