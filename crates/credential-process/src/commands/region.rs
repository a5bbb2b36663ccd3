//! `region`: where Claude Code should call Bedrock now.

use std::time::Duration;

use ccwb_config::Profile;
use ccwb_federation::{BedrockEndpoint, RegionState, Signer, ask_region};
use ccwb_http::HttpClient;
use serde_json::{Value, json};

use super::{credentials, settings};
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::{http, output};

/// A region of the profile and what it said.
struct Answer<'a> {
    region: &'a str,
    state: RegionState,
}

/// Prints one region, and says on stderr why it is not the usual one.
pub(crate) fn run(context: &Context<'_>, apply: bool, as_json: bool) -> Result<(), Error> {
    let credentials = credentials::quietly(context)?;
    let client = http::client(context)?;
    let named = http::bedrock_endpoint(context.world)?;
    let endpoint = match named.as_deref() {
        Some(address) => BedrockEndpoint::At(address),
        None if context.world.flag("AWS_USE_FIPS_ENDPOINT") => BedrockEndpoint::Fips,
        None => BedrockEndpoint::Usual,
    };
    let (usual, fallback) = regions(&context.profile);
    let model = context.profile.selected_model.as_deref().unwrap_or("anthropic.claude");
    let asking = Asking { client: &client, endpoint, model, signer: credentials.signer() };
    let answers = http::runtime()?.block_on(async {
        let (first, second) = tokio::join!(asking.ask(Some(usual)), asking.ask(fallback));
        first.into_iter().chain(second).collect::<Vec<_>>()
    });
    let advice = advice(&answers);
    if as_json {
        output::json(&to_json(&answers, advice))?;
    }
    let region = advice.ok_or_else(|| nowhere(context, &answers))?;
    if let Some(first) = answers.first().filter(|first| first.region != region) {
        output::note(&format!("note: {} {}; {region} is used instead", first.region, words(&first.state)));
    }
    if apply && settings::set_region(context.world, region)? == 0 {
        let message = "Claude Code's settings hold no region of ours";
        let hint = format!("run {} first", context.command_line(&["install-settings"]));
        return Err(Error::new(codes::NO_SETTINGS, message, hint));
    }
    if as_json { Ok(()) } else { output::text(&format!("{region}\n")) }
}

/// The usual region, and the one that stands in for it.
pub(super) fn regions(profile: &Profile) -> (&str, Option<&str>) {
    let usual = profile.claude.bedrock_region.as_deref().unwrap_or(&profile.aws_region);
    (usual, profile.claude.fallback_region.as_deref().filter(|fallback| *fallback != usual))
}

struct Asking<'a> {
    client: &'a HttpClient,
    endpoint: BedrockEndpoint<'a>,
    model: &'a str,
    signer: Signer<'a>,
}

impl<'a> Asking<'a> {
    async fn ask(&self, region: Option<&'a str>) -> Option<Answer<'a>> {
        let region = region?;
        let state = ask_region(self.client, region, self.endpoint, self.model, self.signer).await;
        Some(Answer { region, state })
    }
}

/// The first region that takes requests. The usual one if it refuses and no other takes them: its reason is the one to mend.
fn advice<'a>(answers: &[Answer<'a>]) -> Option<&'a str> {
    let up = answers.iter().find(|answer| matches!(answer.state, RegionState::Up(_)));
    let refusing = || answers.iter().find(|answer| matches!(answer.state, RegionState::Refuses(_)));
    up.or_else(refusing).map(|answer| answer.region)
}

fn nowhere(context: &Context<'_>, answers: &[Answer<'_>]) -> Error {
    let said = answers.iter().map(|answer| format!("{} {}", answer.region, words(&answer.state)));
    let message = said.collect::<Vec<_>>().join("; ");
    let look = context.command_line(&["doctor", "--live"]);
    let hint = match answers.len() {
        1 => format!("run {look}, or have bedrock_fallback_region set in config.json"),
        _ => format!("run {look}, or try again later"),
    };
    Error::new(codes::REGIONS_DOWN, message, hint)
}

fn words(state: &RegionState) -> String {
    match state {
        RegionState::Up(took) => format!("answers in {} ms", milliseconds(*took)),
        RegionState::Refuses(reason) => format!("refuses ({reason})"),
        RegionState::Down(reason) => format!("is down ({reason})"),
    }
}

fn to_json(answers: &[Answer<'_>], advice: Option<&str>) -> Value {
    let regions = answers.iter().map(|answer| {
        let (state, took, reason) = match &answer.state {
            RegionState::Up(took) => ("up", Some(milliseconds(*took)), None),
            RegionState::Refuses(reason) => ("refuses", None, Some(reason)),
            RegionState::Down(reason) => ("down", None, Some(reason)),
        };
        json!({"region": answer.region, "state": state, "milliseconds": took, "reason": reason})
    });
    json!({"region": advice, "regions": regions.collect::<Vec<_>>()})
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advised(states: &[RegionState]) -> Option<&'static str> {
        let answers: Vec<_> = ["one", "two"]
            .into_iter()
            .zip(states.iter().cloned())
            .map(|(region, state)| Answer { region, state })
            .collect();
        advice(&answers)
    }

    #[test]
    fn the_usual_region_is_left_only_for_one_that_takes_requests() {
        let (up, refuses, down) = (
            RegionState::Up(Duration::from_millis(1)),
            RegionState::Refuses("403".to_owned()),
            RegionState::Down("503".to_owned()),
        );
        let of = |first: &RegionState, second: &RegionState| advised(&[first.clone(), second.clone()]);
        assert_eq!(of(&up, &up), Some("one"));
        assert_eq!(of(&up, &down), Some("one"));
        assert_eq!(of(&down, &up), Some("two"));
        assert_eq!(of(&refuses, &up), Some("two"));
        assert_eq!(of(&refuses, &refuses), Some("one"));
        assert_eq!(of(&refuses, &down), Some("one"));
        assert_eq!(of(&down, &down), None);
        assert_eq!(advised(&[down]), None);
    }
}
