//! `status`: who, what, until when, where, and what went wrong last. Files and store only.

use std::fmt::Write as _;

use ccwb_config::{AuthMode, FederationTarget};
use chrono::{DateTime, Local, TimeZone, Utc};
use serde_json::{Value, json};

use crate::clock::span as ago;
use crate::context::Context;
use crate::error::Error;
use crate::world::World;
use crate::{cache, clock, last_error, other_ways, output, renewal, sign_in, telemetry};

pub(crate) fn run(context: &Context<'_>, as_json: bool) -> Result<(), Error> {
    let status = Status::read(context);
    if as_json { output::json(&status.to_json(context)) } else { output::text(&status.to_text(context)) }
}

/// What is known without the network.
struct Status {
    now: DateTime<Utc>,
    person: Option<String>,
    credentials_until: Option<i64>,
    id_token_until: Option<i64>,
    /// Of the session at Identity Center.
    session_until: Option<i64>,
    /// The key that lasts, and what to do about it.
    key: Option<(String, Option<String>)>,
    can_renew: bool,
    signed_in_at: Option<i64>,
    groups_left_out: bool,
    shortened: bool,
    clock_behind: i64,
    store_error: Option<String>,
}

impl Status {
    fn read(context: &Context<'_>) -> Self {
        let (credentials, tokens) = (cache::credentials(context), cache::tokens(context));
        let store_error = credentials.as_ref().err().or(tokens.as_ref().err()).map(ToString::to_string);
        let tokens = tokens.unwrap_or_default();
        let credentials = credentials.ok().flatten();
        let id_token = tokens.last_id_token();
        Self {
            now: World::now(),
            // Read once: a token is long.
            person: id_token.as_ref().map(ccwb_oidc::IdToken::person).or_else(|| tokens.person.clone()),
            credentials_until: credentials.as_ref().map(ccwb_federation::Credentials::expiration_on_this_clock),
            groups_left_out: id_token.as_ref().is_some_and(ccwb_oidc::IdToken::groups_left_out),
            id_token_until: id_token.map(|token| token.expires().timestamp()),
            session_until: session_until(context),
            key: other_ways::key::health(context)
                .map(|health| health.unwrap_or_else(|error| (error.message, Some(error.hint)))),
            can_renew: renewal::goes_on(context, &tokens),
            signed_in_at: tokens.signed_in_at,
            shortened: tokens.shortened,
            clock_behind: credentials.map_or(0, |found| found.skew),
            store_error,
        }
    }

    fn valid(&self, until: Option<i64>) -> bool {
        until.is_some_and(|until| until > self.now.timestamp())
    }

    fn to_json(&self, context: &Context<'_>) -> Value {
        let time = |seconds: Option<i64>| seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map(rfc3339);
        json!({
            "profile": context.profile.name,
            "config": context.config.path(),
            "signed_in_as": self.person,
            "role": target(context),
            "credentials": {"valid": self.valid(self.credentials_until), "expires": time(self.credentials_until), "shortened_by_role": self.shortened},
            "id_token": {"valid": self.valid(self.id_token_until), "expires": time(self.id_token_until)},
            "stored_key": self.key.as_ref().map(|(what, fix)| json!({"what": what, "hint": fix})),
            "groups_left_out": self.groups_left_out,
            "renews_without_sign_in": self.can_renew || self.valid(self.id_token_until) || self.valid(self.session_until),
            "signed_in_at": time(self.signed_in_at),
            "clock_behind_seconds": self.clock_behind,
            "next_human_sign_in": self.next_sign_in(context),
            "sign_in_running": sign_in::is_running(context),
            "storage": {
                "configured": context.profile.storage.name(),
                "in_use": context.store.backend(),
                "fallback": context.store.fallback(),
                "error": self.store_error,
            },
            "telemetry": telemetry_json(context),
            "last_error": last_error::read(&context.state.last_error(&context.profile.name)).map(|last| json!({
                "code": last.error.code, "message": last.error.message, "hint": last.error.hint, "at": time(Some(last.at)),
            })),
        })
    }

    fn to_text(&self, context: &Context<'_>) -> String {
        let mut text = String::new();
        let signs_in = context.profile.auth.signs_in();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<14}{value}");
        };
        line("Profile", &context.profile.name);
        line("Signed in as", self.person.as_deref().unwrap_or(if signs_in { "nobody" } else { "nobody needs to" }));
        line("AWS", &target(context));
        let is_handed_on = matches!(context.profile.auth, AuthMode::Ambient(None));
        let none_cached = if is_handed_on { "asked for at each call" } else { "none cached" };
        line("Credentials", &self.span(self.credentials_until, none_cached));
        if let Some((what, fix)) = &self.key {
            line("Key", what);
            if let Some(fix) = fix {
                line("", &format!("hint: {fix}"));
            }
        }
        if self.session_until.is_some() {
            line("Session", &self.span(self.session_until, ""));
        }
        if self.shortened {
            line("", "the role allows one hour only; max_session_duration in config.json asks for more");
        }
        if self.groups_left_out {
            line(
                "Groups",
                "left out of the ID token: there are more than the provider puts in. Have app roles used, or",
            );
            line("", "\"Groups assigned to the application\" (Entra ID: Token configuration, groups claim)");
        }
        if let Some(difference) = clock::difference(self.clock_behind, "AWS's") {
            line("Clock", &difference);
        }
        line("Next sign-in", self.next_sign_in(context));
        line("Storage", &self.storage(context));
        line("Telemetry", &telemetry_text(context, self.now.timestamp()));
        line("Config", &context.config.path().display().to_string());
        if sign_in::is_running(context) {
            line("Sign-in", "waits for you");
        }
        if let Some(last) = last_error::read(&context.state.last_error(&context.profile.name)) {
            line(
                "Last error",
                &format!("{} ago: [{}] {}", ago(self.now.timestamp() - last.at), last.error.code, last.error.message),
            );
            line("", &format!("hint: {}", last.error.hint));
        }
        text
    }

    /// When a person is needed next; the provider decides, so this is what is known here.
    fn next_sign_in(&self, context: &Context<'_>) -> &'static str {
        if !context.profile.auth.signs_in() {
            return "never (nobody signs in)";
        }
        let lasting = [self.credentials_until, self.id_token_until, self.session_until];
        match (self.can_renew, lasting.into_iter().any(|until| self.valid(until))) {
            (true, _) => "when the identity provider ends the session (renewed without you until then)",
            (false, true) => "when the cached credentials and token expire (there is no refresh token)",
            (false, false) => "now",
        }
    }

    fn span(&self, until: Option<i64>, none: &str) -> String {
        let Some(until) = until else { return none.to_owned() };
        let left = until - self.now.timestamp();
        match Local.timestamp_opt(until, 0).single() {
            Some(time) if left > 0 => format!("good until {} ({} left)", time.format("%H:%M"), ago(left)),
            _ => format!("expired {} ago", ago(-left)),
        }
    }

    fn storage(&self, context: &Context<'_>) -> String {
        let in_use = context.store.backend();
        match (context.store.fallback(), &self.store_error) {
            (Some(fallback), _) => format!("{in_use}, instead of the OS keyring: {}", fallback.reason),
            (None, Some(error)) => format!("{in_use} ({error})"),
            (None, None) => in_use.to_string(),
        }
    }
}

/// What `otel-helper` tells the collector, in one line.
fn telemetry_text(context: &Context<'_>, now: i64) -> String {
    match telemetry::State::of(context) {
        telemetry::State::Off => "off (monitoring_enabled is false)".to_owned(),
        telemetry::State::None if !context.profile.auth.signs_in() => "no headers: nobody signs in".to_owned(),
        telemetry::State::None => "no headers yet; they come with the next sign-in or renewal".to_owned(),
        telemetry::State::Refused(reason) => format!("no headers: {reason}"),
        telemetry::State::Headers { count, written, good_until, .. } => format!(
            "{count} headers, {} old, good for another {}; otel-helper --test shows them",
            ago(now - written),
            ago(good_until - now)
        ),
    }
}

fn telemetry_json(context: &Context<'_>) -> Value {
    let state = telemetry::State::of(context);
    let time = |seconds: i64| DateTime::from_timestamp(seconds, 0).map(rfc3339);
    match state {
        telemetry::State::Off => json!({"state": "off"}),
        telemetry::State::None => json!({"state": "none"}),
        telemetry::State::Refused(reason) => json!({"state": "refused", "reason": reason}),
        telemetry::State::Headers { count, written, good_until, .. } => {
            json!({"state": "good", "headers": count, "written": time(written), "expires": time(good_until)})
        }
    }
}

/// When the session at Identity Center ends by itself.
fn session_until(context: &Context<'_>) -> Option<i64> {
    match &context.profile.auth {
        AuthMode::IdentityCenter(center) => {
            other_ways::identity_center::session(context, center).map(|found| found.expires)
        }
        _ => None,
    }
}

/// The role, pool or place that gives the credentials.
pub(crate) fn target(context: &Context<'_>) -> String {
    let auth = &context.profile.auth;
    let first = match auth {
        AuthMode::Oidc(oidc) => match &oidc.federation.target {
            FederationTarget::IdentityPool { id, .. } => format!("identity pool {id}"),
            FederationTarget::WebIdentityRole { role_arn, .. } => role_arn.clone(),
        },
        AuthMode::IdentityCenter(center) => {
            format!("permission set {} in account {}", center.permission_set_name, center.account_id)
        }
        AuthMode::WebIdentity(token) => token.role_arn.clone().unwrap_or_else(|| "the role of AWS_ROLE_ARN".to_owned()),
        AuthMode::IamUser(_) => "stored keys of an IAM user".to_owned(),
        AuthMode::BedrockApiKey => "a stored Bedrock API key".to_owned(),
        AuthMode::Ambient(_) => "the machine's own credentials".to_owned(),
    };
    auth.assume_role().map_or(first.clone(), |role| format!("{}, through {first}", role.role_arn))
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
