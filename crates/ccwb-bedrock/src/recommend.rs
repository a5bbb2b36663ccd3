//! Which model for which work, with reasons.
//!
//! What the tiers are for is Anthropic's own word: Claude API documentation, Models overview
//! (<https://platform.claude.com/docs/en/models/overview>) and Choosing a model, as of 2026-11-26. Which tier comes first
//! for a task is this project's reading of it.

use crate::{Catalogue, InferenceProfile, Model, Price, Prices, Reach, State, Tier, TokenCounts, Usd};

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Everyday programming: features, tests, bugs.
    Coding,
    /// Reading other people's changes.
    Review,
    /// Architecture, refactorings across a system, hard bugs.
    Planning,
    /// Agents that work for hours by themselves.
    Agents,
    /// Much of the same: classification, extraction, renaming.
    Bulk,
    /// Questions about code, short answers.
    Questions,
}

impl Task {
    /// Tiers, the fitting one first, and why.
    fn tiers(self) -> [(Tier, &'static str); 3] {
        const BALANCED: &str = "the balance of speed and intelligence for everyday work";
        const DEEP: &str = "made for long agentic coding and hard problems";
        const FAST: &str = "the fastest and cheapest, for simple work in large numbers";
        const DEMANDING: &str = "for the most demanding reasoning, at the highest price";
        match self {
            Self::Coding => [(Tier::Sonnet, BALANCED), (Tier::Opus, DEEP), (Tier::Haiku, FAST)],
            Self::Review => [(Tier::Opus, DEEP), (Tier::Sonnet, BALANCED), (Tier::Haiku, FAST)],
            Self::Planning => [(Tier::Opus, DEEP), (Tier::Fable, DEMANDING), (Tier::Sonnet, BALANCED)],
            Self::Agents => [(Tier::Opus, DEEP), (Tier::Sonnet, BALANCED), (Tier::Fable, DEMANDING)],
            Self::Bulk | Self::Questions => [(Tier::Haiku, FAST), (Tier::Sonnet, BALANCED), (Tier::Opus, DEEP)],
        }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The work.
    pub task: Task,
    /// The region that calls come from.
    pub region: &'a str,
    /// Only profiles under this prefix.
    pub prefix: Option<&'a str>,
    /// Today, `YYYY-MM-DD`: models that have ended by then are not proposed.
    pub day: &'a str,
    /// What a month may cost, for how many tokens.
    pub budget: Option<(Usd, TokenCounts)>,
}

/// A model for the work.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// The model.
    pub model: &'a Model,
    /// The profile to call it through.
    pub profile: &'a InferenceProfile,
    /// Its price; `None` if none is known.
    pub price: Option<Price>,
    /// What the tokens of the budget cost with it.
    pub cost: Option<Usd>,
    /// Whether that is more than the budget, or not known.
    pub over_budget: bool,
    /// Why.
    pub reasons: Vec<String>,
}

/// The newest model of each tier that fits, the best choice first: what is within the budget comes before what is not.
pub fn recommend<'a>(catalogue: &'a Catalogue, prices: &Prices, wish: &Wish<'_>) -> Vec<Proposal<'a>> {
    let tiers = wish.task.tiers().into_iter();
    let mut proposals: Vec<Proposal<'a>> =
        tiers.filter_map(|(tier, reason)| newest(catalogue, prices, wish, tier, reason)).collect();
    proposals.sort_by_key(|proposal| proposal.over_budget);
    proposals
}

fn newest<'a>(
    catalogue: &'a Catalogue,
    prices: &Prices,
    wish: &Wish<'_>,
    tier: Tier,
    reason: &str,
) -> Option<Proposal<'a>> {
    let state = |model: &Model| model.lifecycle.as_ref().map(|lifecycle| lifecycle.state(wish.day));
    let models =
        catalogue.newest(tier).into_iter().filter(|model| !matches!(state(model), Some(State::Ended | State::Legacy)));
    let (model, profile) = models.into_iter().find_map(|model| {
        let Reach::Through(through) = catalogue.reach(model, wish.region) else { return None };
        let wanted = |profile: &&&InferenceProfile| profile.is_under(wish.prefix);
        Some((model, *through.iter().find(wanted)?))
    })?;
    let mut reasons = vec![format!("{}: {reason}", tier.name())];
    let outranked = catalogue.newest(tier)[0];
    if outranked != model {
        reasons.push(format!("{} cannot be called from {} that way", outranked.name, wish.region));
    }
    reasons.push(match &profile.destinations {
        None => {
            "served in any commercial region: a tenth cheaper where a regional premium applies, and no data residency"
                .to_owned()
        }
        Some(destinations) => format!("served in {}", destinations.join(", ")),
    });
    let price = prices.of(&profile.id);
    let cost = wish.budget.and_then(|(_, tokens)| price.map(|price| price.cost(&tokens)));
    let over_budget = wish.budget.is_some_and(|(limit, _)| cost.is_none_or(|cost| cost > limit));
    match (wish.budget, cost) {
        (Some((limit, _)), Some(cost)) if over_budget => {
            reasons.push(format!("{cost} in a month is more than {limit}"));
        }
        (Some((limit, _)), Some(cost)) => reasons.push(format!("{cost} in a month is within {limit}")),
        (Some(_), None) => reasons.push("no price is known: it cannot be held against the budget".to_owned()),
        (None, _) => {}
    }
    Some(Proposal { model, profile, price, cost, over_budget, reasons })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(wish: &Wish<'_>) -> Option<String> {
        recommend(Catalogue::bundled(), Prices::bundled(), wish).first().map(|proposal| proposal.profile.id.clone())
    }

    fn wish(task: Task, region: &str) -> Wish<'_> {
        Wish { task, region, prefix: None, day: "2026-11-26", budget: None }
    }

    #[test]
    fn the_work_decides_about_the_tier_and_the_region_about_the_model() {
        assert_eq!(first(&wish(Task::Coding, "us-east-1")).as_deref(), Some("us.anthropic.claude-sonnet-5"));
        assert_eq!(first(&wish(Task::Planning, "eu-west-1")).as_deref(), Some("eu.anthropic.claude-opus-4-8"));
        assert_eq!(
            first(&wish(Task::Bulk, "us-gov-west-1")).as_deref(),
            Some("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0")
        );
        let global = Wish { prefix: Some("global"), ..wish(Task::Coding, "us-east-1") };
        assert_eq!(first(&global).as_deref(), Some("global.anthropic.claude-sonnet-5"));
        assert_eq!(first(&wish(Task::Coding, "cn-north-1")), None);
    }

    #[test]
    fn a_budget_moves_what_is_too_expensive_behind_what_is_not() {
        let tokens = TokenCounts { input: 100_000_000, output: 10_000_000, ..TokenCounts::default() };
        // Opus 4.8 in a region: 100 x 5.50 + 10 x 27.50 dollars. Sonnet 5: 100 x 2.20 + 10 x 11.
        let limit =
            |text| Wish { budget: Some((Usd::parse(text).unwrap(), tokens)), ..wish(Task::Planning, "us-east-1") };
        assert_eq!(first(&limit("825")).as_deref(), Some("us.anthropic.claude-opus-4-8"));
        assert_eq!(first(&limit("824.99")).as_deref(), Some("us.anthropic.claude-sonnet-5"));
        let wish = limit("10");
        let all = recommend(Catalogue::bundled(), Prices::bundled(), &wish);
        assert!(all.len() == 3 && all.iter().all(|proposal| proposal.over_budget), "shown, and said to be too much");
    }

    #[test]
    fn nothing_is_proposed_that_has_ended() {
        let day = Wish { day: "2026-11-26", ..wish(Task::Coding, "ap-south-1") };
        for proposal in recommend(Catalogue::bundled(), Prices::bundled(), &day) {
            let state = proposal.model.lifecycle.as_ref().map(|lifecycle| lifecycle.state(day.day));
            assert!(!matches!(state, Some(State::Ended | State::Legacy)), "{}", proposal.model.name);
        }
    }
}
