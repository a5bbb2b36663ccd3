//! What a month will cost: people, their tokens, the models they use.
//!
//! Nothing here knows how many tokens somebody needs: that is for whoever asks, from a pilot (`ccwb usage`) or a guess of
//! their own. From there on it is exact.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use crate::{Catalogue, InferenceProfile, Price, Prices, Reach, TokenCounts, Usd};

/// A month of several teams.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// By name.
    pub teams: BTreeMap<String, TeamPlan>,
    /// Percent on top of everything, for what nobody thought of.
    #[serde(default)]
    pub contingency: u32,
}

/// A month of one team.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamPlan {
    /// How many use it.
    pub people: u64,
    /// On how many days of the month.
    pub days: u64,
    /// Input tokens of one person on one day, cached or not.
    pub input: u64,
    /// Output tokens of one person on one day.
    pub output: u64,
    /// Model and percent of all tokens; together 100.
    pub models: BTreeMap<String, u32>,
    /// The region that calls come from: it decides which profiles there are.
    pub region: String,
    /// Only profiles under this prefix. Without: the one that keeps data closest.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Percent of input that is read from the cache.
    #[serde(default)]
    pub cache_read: u32,
    /// Percent of input that is written to the cache.
    #[serde(default)]
    pub cache_write: u32,
    /// Written for an hour instead of five minutes.
    #[serde(default)]
    pub cache_for_an_hour: bool,
    /// Percent of all tokens in batch jobs. No price is published for cached tokens in a batch: these are taken as plain.
    #[serde(default)]
    pub batch: u32,
}

/// What a plan comes to.
#[derive(Clone, Debug)]
pub struct Estimate<'a> {
    /// One for each team and model.
    pub lines: Vec<Line<'a>>,
    /// Of all lines with a price.
    pub month: Usd,
    /// On top.
    pub contingency: Usd,
    /// What it would be without the cache.
    pub without_cache: Usd,
    /// What it would be without batch jobs.
    pub without_batch: Usd,
    /// People of all teams.
    pub people: u64,
}

/// One model of one team.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The team.
    pub team: &'a str,
    /// The profile that is called.
    pub profile: &'a InferenceProfile,
    /// Its price; `None` if no source is known.
    pub price: Option<Price>,
    /// Tokens on demand.
    pub on_demand: TokenCounts,
    /// Tokens in batch jobs.
    pub batch: TokenCounts,
    /// The cost of both; `None` without a price.
    pub cost: Option<Usd>,
}

/// A plan that cannot be reckoned.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{team}: {problem}")]
pub struct PlanError {
    /// Which team.
    pub team: String,
    /// What is wrong.
    pub problem: String,
}

impl Plan {
    /// Reckons.
    pub fn estimate<'a>(&'a self, catalogue: &'a Catalogue, prices: &Prices) -> Result<Estimate<'a>, PlanError> {
        if self.contingency > 1_000 {
            let problem = format!("{} percent are more than a thousand", self.contingency);
            return Err(PlanError { team: "contingency".to_owned(), problem });
        }
        let mut estimate = Estimate {
            lines: Vec::new(),
            month: Usd::ZERO,
            contingency: Usd::ZERO,
            without_cache: Usd::ZERO,
            without_batch: Usd::ZERO,
            people: 0,
        };
        for (name, team) in &self.teams {
            team.check().map_err(|problem| PlanError { team: name.clone(), problem })?;
            let shares = team.models.iter().map(|(model, percent)| (model, *percent)).collect::<Vec<_>>();
            let input = split(team.tokens(team.input), &shares);
            let output = split(team.tokens(team.output), &shares);
            for (i, (model, _)) in shares.iter().enumerate() {
                let profile =
                    team.profile(catalogue, model).map_err(|problem| PlanError { team: name.clone(), problem })?;
                let line = Line::new(name, profile, prices.of(&profile.id), team, input[i], output[i]);
                if let (Some(price), Some(cost)) = (line.price, line.cost) {
                    estimate.month += cost;
                    let plain = |team: &TeamPlan| Line::new(name, profile, Some(price), team, input[i], output[i]).cost;
                    let no_cache = TeamPlan { cache_read: 0, cache_write: 0, ..team.clone() };
                    estimate.without_cache += plain(&no_cache).unwrap_or_default();
                    estimate.without_batch += plain(&TeamPlan { batch: 0, ..team.clone() }).unwrap_or_default();
                }
                estimate.lines.push(line);
            }
            estimate.people = estimate.people.saturating_add(team.people);
        }
        estimate.contingency = Usd::from_pico(estimate.month.pico() * i128::from(self.contingency) / 100);
        Ok(estimate)
    }
}

impl Estimate<'_> {
    /// With contingency.
    pub fn total(&self) -> Usd {
        self.month + self.contingency
    }

    /// Whether something has no price: then all sums are too low.
    pub fn is_incomplete(&self) -> bool {
        self.lines.iter().any(|line| line.cost.is_none())
    }
}

impl<'a> Line<'a> {
    fn new(
        team: &'a str,
        profile: &'a InferenceProfile,
        price: Option<Price>,
        plan: &TeamPlan,
        input: u64,
        output: u64,
    ) -> Self {
        let part = |of: u64, percent: u32| part(of, percent);
        let batch =
            TokenCounts { input: part(input, plan.batch), output: part(output, plan.batch), ..TokenCounts::default() };
        let rest = input - batch.input;
        let (read, write) = (part(rest, plan.cache_read), part(rest, plan.cache_write));
        let (short, long) = if plan.cache_for_an_hour { (0, write) } else { (write, 0) };
        let on_demand = TokenCounts {
            input: rest - read - write,
            output: output - batch.output,
            cache_write_5m: short,
            cache_write_1h: long,
            cache_read: read,
        };
        let cost = price.map(|price| price.cost(&on_demand) + in_batch(&price, &batch));
        Self { team, profile, price, on_demand, batch, cost }
    }
}

fn in_batch(price: &Price, tokens: &TokenCounts) -> Usd {
    let of = |count: u64, price: u64| Usd::from_pico(i128::from(count) * i128::from(price));
    of(tokens.input, price.batch_input) + of(tokens.output, price.batch_output)
}

impl TeamPlan {
    fn tokens(&self, of_one_day: u64) -> u64 {
        self.people.saturating_mul(self.days).saturating_mul(of_one_day)
    }

    fn check(&self) -> Result<(), String> {
        let percent: u32 = self.models.values().fold(0, |sum, percent| sum.saturating_add(*percent));
        if percent != 100 {
            return Err(format!("the models are {percent} percent together, and should be 100"));
        }
        if self.cache_read.saturating_add(self.cache_write) > 100 || self.batch > 100 {
            return Err(
                "more than 100 percent of the input is cached, or more than 100 percent is in batch jobs".to_owned()
            );
        }
        if self.days > 31 {
            return Err(format!("no month has {} days", self.days));
        }
        Ok(())
    }

    fn profile<'a>(&self, catalogue: &'a Catalogue, name: &str) -> Result<&'a InferenceProfile, String> {
        let none = || format!("{name} cannot be called from {} that way", self.region);
        let model = catalogue.meant(name, self.prefix.as_deref(), Some(&self.region)).ok_or_else(none)?;
        let Reach::Through(profiles) = catalogue.reach(model, &self.region) else { return Err(none()) };
        profiles.into_iter().find(|profile| profile.is_under(self.prefix.as_deref())).ok_or_else(none)
    }
}

fn part(of: u64, percent: u32) -> u64 {
    u64::try_from(u128::from(of) * u128::from(percent) / 100).unwrap_or(u64::MAX)
}

/// Whole tokens that add up to all of them: what division leaves goes to the first.
fn split<T>(all: u64, shares: &[(T, u32)]) -> Vec<u64> {
    let mut parts: Vec<u64> = shares.iter().map(|(_, percent)| part(all, *percent)).collect();
    let rest = all - parts.iter().sum::<u64>();
    if let Some(first) = parts.first_mut() {
        *first += rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(models: &[(&str, u32)]) -> TeamPlan {
        TeamPlan {
            people: 10,
            days: 20,
            input: 1_000_000,
            output: 50_000,
            models: models.iter().map(|(name, percent)| ((*name).to_owned(), *percent)).collect(),
            region: "us-east-1".to_owned(),
            prefix: None,
            cache_read: 0,
            cache_write: 0,
            cache_for_an_hour: false,
            batch: 0,
        }
    }

    fn plan(team: TeamPlan, contingency: u32) -> Plan {
        Plan { teams: BTreeMap::from([("backend".to_owned(), team)]), contingency }
    }

    fn month(team: TeamPlan) -> String {
        plan(team, 0).estimate(Catalogue::bundled(), Prices::bundled()).unwrap().month.exact()
    }

    #[test]
    fn a_month_is_people_times_days_times_tokens_times_price() {
        // 200 million tokens in and 10 million out, Sonnet 4.6 in a region: 3.30 and 16.50 dollars a million.
        assert_eq!(month(team(&[("sonnet-4-6", 100)])), "825");
        let global = TeamPlan { prefix: Some("global".to_owned()), ..team(&[("sonnet-4-6", 100)]) };
        assert_eq!(month(global), "750");
        // 60 percent of that, and 40 percent at 1.10 and 5.50.
        assert_eq!(month(team(&[("sonnet-4-6", 60), ("haiku-4-5", 40)])), "605");
    }

    #[test]
    fn the_cache_and_batches_are_billed_at_their_own_prices() {
        let cached = TeamPlan { cache_read: 80, cache_write: 10, ..team(&[("sonnet-4-6", 100)]) };
        // 20 x 3.30 + 160 x 0.33 + 20 x 4.125 + 10 x 16.50
        assert_eq!(month(cached.clone()), "366.3");
        assert_eq!(month(TeamPlan { cache_for_an_hour: true, ..cached.clone() }), "415.8");
        let estimate = plan(cached, 20);
        let estimate = estimate.estimate(Catalogue::bundled(), Prices::bundled()).unwrap();
        assert_eq!((estimate.without_cache.exact(), estimate.total().exact()), ("825".to_owned(), "439.56".to_owned()));
        // Half of it at half the price.
        assert_eq!(month(TeamPlan { batch: 50, ..team(&[("sonnet-4-6", 100)]) }), "618.75");
    }

    #[test]
    fn what_has_no_price_is_named_and_not_taken_as_nothing() {
        let plan = plan(TeamPlan { region: "us-gov-west-1".to_owned(), ..team(&[("opus", 100)]) }, 0);
        let estimate = plan.estimate(Catalogue::bundled(), Prices::bundled()).unwrap();
        assert!(estimate.is_incomplete() && estimate.lines[0].cost.is_none());
    }

    #[test]
    fn no_token_is_lost_in_division() {
        let plan = plan(
            TeamPlan {
                people: 1,
                days: 1,
                input: 101,
                output: 7,
                ..team(&[("opus", 33), ("sonnet", 33), ("haiku", 34)])
            },
            0,
        );
        let estimate = plan.estimate(Catalogue::bundled(), Prices::bundled()).unwrap();
        let sum = |of: fn(&TokenCounts) -> u64| estimate.lines.iter().map(|line| of(&line.on_demand)).sum::<u64>();
        assert_eq!((sum(TokenCounts::prompt), sum(|tokens| tokens.output)), (101, 7));
    }

    #[test]
    fn a_plan_that_does_not_add_up_is_refused() {
        for (team, says) in [
            (team(&[("opus", 90)]), "90 percent"),
            (TeamPlan { cache_read: 60, cache_write: 50, ..team(&[("opus", 100)]) }, "more than 100"),
            (TeamPlan { days: 32, ..team(&[("opus", 100)]) }, "32 days"),
            (
                TeamPlan { region: "eu-west-1".to_owned(), ..team(&[("opus-4-1", 100)]) },
                "cannot be called from eu-west-1",
            ),
        ] {
            let error = plan(team, 0).estimate(Catalogue::bundled(), Prices::bundled()).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
