//! `statusline`: one line for Claude Code's `statusLine`. From files only, in a few milliseconds, and never a failure: a
//! status line that fails is one that nobody sees.

use std::io::{IsTerminal, Read};
use std::sync::mpsc;
use std::time::Duration;

use ccwb_config::{AuthMode, FederationTarget, Storage};
use ccwb_http::printable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::sign_in::{self, Record};
use crate::summary::Summary;
use crate::world::World;
use crate::{cache, last_error, output};

/// Where nobody says how wide the line may be.
const WIDTH: usize = 120;
/// Fewer columns hold no reason worth reading.
const SHORTEST_REASON: usize = 16;
/// The words of an error that are shown.
const LONGEST_REASON: usize = 90;
/// How long Claude Code's own description of the session is waited for, after the line is out.
const PATIENCE: Duration = Duration::from_millis(5);

pub(crate) fn run(world: &World, profile: Option<&str>) {
    let read = read_input();
    let width = world.var("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|width| *width > 0);
    let line = match Context::load(world, profile, KeyringManners::Quick) {
        Ok(context) => line(&context, width.unwrap_or(WIDTH)),
        Err(error) => Line::trouble(&[], &error, width.unwrap_or(WIDTH)),
    };
    let _ = output::text(&format!("{}\n", line.painted(world)));
    let _ = read.recv_timeout(PATIENCE);
}

/// Claude Code writes JSON on the session to this program's standard input. Nothing of it is needed; it is read so that
/// Claude Code does not write into a closed pipe, and not waited for where nobody writes.
fn read_input() -> mpsc::Receiver<()> {
    let (done, read) = mpsc::channel();
    if !std::io::stdin().is_terminal() {
        std::thread::spawn(move || {
            const LARGEST: u64 = 1024 * 1024;
            let _ = std::io::copy(&mut std::io::stdin().take(LARGEST), &mut std::io::sink());
            let _ = done.send(());
        });
    }
    read
}

fn line(context: &Context<'_>, width: usize) -> Line {
    let record = sign_in::record(context);
    if sign_in::is_running(context) {
        return Line::fitting(Tone::Attention, &waiting(record.as_ref()), width);
    }
    if !context.profile.auth.signs_in() {
        return without_a_sign_in(context, width);
    }
    let known = known(context);
    let left = known.credentials_until.map_or(0, |until| until - World::now().timestamp());
    let failure = failure(context, record);
    let who = known.person.as_deref().map(printable);
    let role = role(context);
    let state = match (left > 0, known.renews) {
        (true, _) => format!("{} left", span(left)),
        (false, true) if failure.is_none() => "renews at the next request".to_owned(),
        (false, _) => return needed(context, failure.as_ref(), width),
    };
    let parts = |parts: &[Option<&str>]| parts.iter().flatten().copied().collect::<Vec<_>>().join(" · ");
    let (who, role, state) = (who.as_deref(), role.as_deref(), Some(state.as_str()));
    let forms = [parts(&[who, role, state]), parts(&[who, state]), parts(&[state])];
    match failure {
        Some(failure) => Line::trouble(&forms, &failure, width),
        None => Line::fitting(Tone::Good, &forms, width),
    }
}

/// Nobody can be told to sign in: where the credentials come from, and what went wrong last.
fn without_a_sign_in(context: &Context<'_>, width: usize) -> Line {
    let target = printable(&super::target(context));
    let forms = [target.clone(), role(context).unwrap_or(target)];
    match last_error::read(&context.state.last_error(&context.profile.name)) {
        Some(last) => Line::trouble(&forms, &last.error, width),
        None => Line::fitting(Tone::Good, &forms, width),
    }
}

/// What is known without asking a keyring.
fn known(context: &Context<'_>) -> Summary {
    if context.profile.storage != Storage::Session {
        return Summary::read(context).unwrap_or_default();
    }
    let credentials = cache::credentials(context).ok().flatten();
    Summary::of(context, credentials.as_ref(), &cache::tokens(context).unwrap_or_default())
}

/// The last failure: of a sign-in, which is what later calls only repeat, else of anything.
fn failure(context: &Context<'_>, record: Option<Record>) -> Option<Error> {
    let last = last_error::read(&context.state.last_error(&context.profile.name))?.error;
    Some(record.and_then(|record| record.failure).unwrap_or(last))
}

fn needed(context: &Context<'_>, failure: Option<&Error>, width: usize) -> Line {
    let command = context.command_line(&["login"]);
    let forms = [command.as_str(), "credential-process login", ""].map(|command| {
        if command.is_empty() { "Sign-in needed".to_owned() } else { format!("Sign-in needed: {command}") }
    });
    match failure {
        Some(failure) => Line::trouble(&forms, failure, width),
        None => Line::fitting(Tone::Attention, &forms, width),
    }
}

fn waiting(record: Option<&Record>) -> [String; 2] {
    let short = "Sign-in waits for you".to_owned();
    match record.and_then(|record| record.device.as_ref()) {
        Some(_) if record.is_some_and(|record| record.opens_browser && record.browser_failure.is_none()) => {
            ["Sign-in waits in your browser".to_owned(), short]
        }
        Some(device) => {
            let (code, address) = (printable(&device.user_code), printable(&device.verification_uri));
            [format!("Sign-in waits: enter {code} at {address}"), short]
        }
        None if record.is_some_and(|record| record.opens_browser) => {
            ["Sign-in waits in your browser".to_owned(), short]
        }
        None => [short.clone(), short],
    }
}

/// The name of the role that gives the credentials, as far as config.json tells: an identity pool chooses its own.
fn role(context: &Context<'_>) -> Option<String> {
    let name = |arn: &str| printable(arn.rsplit('/').next().unwrap_or(arn));
    let auth = &context.profile.auth;
    if let Some(role) = auth.assume_role() {
        return Some(name(&role.role_arn));
    }
    match auth {
        AuthMode::Oidc(oidc) => Some(match &oidc.federation.target {
            FederationTarget::WebIdentityRole { role_arn, .. } => name(role_arn),
            FederationTarget::IdentityPool { .. } => "identity pool".to_owned(),
        }),
        AuthMode::IdentityCenter(center) => Some(printable(&center.permission_set_name)),
        AuthMode::WebIdentity(token) => token.role_arn.as_deref().map(name),
        AuthMode::IamUser(_) | AuthMode::BedrockApiKey | AuthMode::Ambient(_) => None,
    }
}

/// Minutes, since those are what a person plans with.
fn span(seconds: i64) -> String {
    match seconds {
        ..60 => "less than 1 min".to_owned(),
        60..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Good,
    Attention,
    Trouble,
}

/// What is printed.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    tone: Tone,
    text: String,
}

impl Line {
    /// The first form that fits, else as much of the last as fits.
    fn fitting(tone: Tone, forms: &[String], width: usize) -> Self {
        let fits = forms.iter().find(|form| form.width() <= width);
        let text = fits.or(forms.last()).map(|form| cut(form, width)).unwrap_or_default();
        Self { tone, text }
    }

    /// The first form that leaves room for the reason.
    fn trouble(forms: &[String], failure: &Error, width: usize) -> Self {
        let reason = cut(&printable(&failure.message), LONGEST_REASON);
        let reason = format!("[{}] {reason}", failure.code);
        let enough = reason.width().min(failure.code.width() + SHORTEST_REASON);
        let before = forms.iter().map(|form| format!("{form} · ")).find(|form| form.width() + enough <= width);
        let text = match (before, forms.last()) {
            (Some(before), _) => format!("{before}{reason}"),
            (None, Some(shortest)) => shortest.clone(),
            (None, None) => reason,
        };
        Self { tone: Tone::Trouble, text: cut(&text, width) }
    }

    fn painted(&self, world: &World) -> String {
        let plain = world.var("NO_COLOR").is_some() || world.var("TERM") == Some("dumb");
        match self.tone {
            _ if plain => self.text.clone(),
            Tone::Good => self.text.clone(),
            Tone::Attention => format!("\u{1b}[33m{}\u{1b}[0m", self.text),
            Tone::Trouble => format!("\u{1b}[31m{}\u{1b}[0m", self.text),
        }
    }
}

/// As much of a text as fits into so many columns.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    fn forms(forms: &[&str]) -> Vec<String> {
        forms.iter().map(|&form| form.to_owned()).collect()
    }

    #[test]
    fn the_longest_form_that_fits_is_shown_and_wide_characters_count_double() {
        let forms = forms(&["alice · role · 42 min left", "alice · 42 min left", "42 min left"]);
        for (width, text) in
            [(80, "alice · role · 42 min left"), (20, "alice · 42 min left"), (12, "42 min left"), (5, "42 m…")]
        {
            assert_eq!(Line::fitting(Tone::Good, &forms, width).text, text);
        }
        assert_eq!(cut("東京東京", 5), "東京…");
        assert_eq!(cut("東京東京", 8), "東京東京");
    }

    #[test]
    fn an_error_is_told_in_few_words_and_without_what_would_move_the_cursor() {
        let failure = Error::new(codes::PROVIDER_REFUSED, "it said \u{1b}[2Jno\nand no again", "run x");
        let forms = forms(&["Sign-in needed: /a/long/path/credential-process login", "Sign-in needed"]);
        let line = |width| Line::trouble(&forms, &failure, width).text;
        assert_eq!(
            line(200),
            "Sign-in needed: /a/long/path/credential-process login · [provider-refused] it said  [2Jno and no again"
        );
        assert_eq!(line(60), "Sign-in needed · [provider-refused] it said  [2Jno and no a…");
        assert_eq!(line(20), "Sign-in needed");
        assert!((1..200).all(|width| line(width).width() <= width && !line(width).contains(char::is_control)));
    }
}
