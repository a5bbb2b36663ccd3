//! The last page of a sign-in.

use ccwb_oidc::Page;
use ccwb_oidc::callback::Tone;
use chrono::{Local, TimeZone};

use crate::context::Context;
use crate::error::Error;
use crate::world::World;
use crate::{caller, commands};

/// Who asks for a sign-in that no person asked for, and for what.
pub(super) fn ask_first(context: &Context<'_>) -> Page {
    let page = Page::new(200, Tone::Neutral, "A program asks you to sign in")
        .paragraph(
            "It needs AWS credentials for Claude Code, and the last sign-in was not finished. With \u{201c}Not now\u{201d} no \
             program opens this page for an hour.",
        );
    let page = match caller::of_this_sign_in(context) {
        Some(program) => page.fact("Program", &program),
        None => page,
    };
    let page = page
        .fact("Computer", &caller::computer(context.world))
        .fact("AWS profile", &context.profile.name)
        .fact("AWS", &commands::target(context));
    match context.oidc() {
        Ok(profile) => page.fact("Sign in at", profile.issuer.url().host_str().unwrap_or_default()),
        Err(_) => page,
    }
}

pub(super) fn signed_in(profile: &str, person: &str, expiration: i64) -> Page {
    Page::new(200, Tone::Good, "You are signed in")
        .paragraph("You can close this tab and go back to your terminal or editor.")
        .fact("Signed in as", person)
        .fact("AWS profile", profile)
        .fact("Good until", &local_time(expiration))
}

pub(super) fn failed(profile: &str, error: &Error) -> Page {
    let page = Page::new(400, Tone::Bad, heading(error)).paragraph(&sentence(&error.message));
    let page = match error.hint.strip_prefix("run ") {
        Some(command) => page.paragraph("To try again, run this in a terminal:").command(command),
        None => page.paragraph(&sentence(&error.hint)),
    };
    page.fact("AWS profile", profile).fact("Error", &error.code)
}

fn heading(error: &Error) -> &'static str {
    match error.code.as_str() {
        "sign-in-cancelled" => "The sign-in was cancelled",
        "sign-in-postponed" => "All right, not now",
        code if code.starts_with("aws-") => "You signed in, but AWS gave no credentials",
        code if code.starts_with("store-") => "You signed in, but the result could not be stored",
        _ => "The sign-in did not work",
    }
}

/// Capital letter first, full stop last.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

/// The time of day, with the day where it is not today's.
fn local_time(seconds: i64) -> String {
    let Some(time) = Local.timestamp_opt(seconds, 0).single() else { return "an unknown time".to_owned() };
    let today = World::now().with_timezone(&Local).date_naive() == time.date_naive();
    time.format(if today { "%H:%M" } else { "%H:%M, %-d %B" }).to_string()
}
