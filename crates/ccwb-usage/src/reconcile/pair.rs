//! Days, people and teams: telemetry beside the bill.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use ccwb_bedrock::{Prices, Usd};
use chrono::NaiveDate;

use super::{Bill, Charge};
use crate::aggregate::Aggregate;
use crate::report::{Dimension, Line, group};

/// Somebody or some day, in telemetry and on the bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Who or when.
    pub name: String,
    /// What telemetry comes to.
    pub telemetry: Usd,
    /// What was billed.
    pub billed: Usd,
    /// Whether AWS has billed anything for this at all yet.
    pub is_billed: bool,
}

impl Pair {
    /// Billed, and not in telemetry.
    pub fn difference(&self) -> Usd {
        self.billed - self.telemetry
    }

    /// What that may mean.
    pub fn remark(&self) -> &'static str {
        let larger = self.billed.abs().max(self.telemetry.abs());
        let is_small = self.difference().abs().pico() * 50 <= larger.pico() || larger.pico() < 10_000_000_000;
        match () {
            () if is_small => "agrees",
            () if !self.is_billed => "not billed yet",
            () if self.name == UNTAGGED => "no tag",
            () if self.telemetry == Usd::ZERO => "no telemetry",
            () if self.billed == Usd::ZERO => "not on the bill",
            () if self.difference() > Usd::ZERO => "more was billed",
            () => "less was billed",
        }
    }
}

/// What is shown for callers without the tag.
pub const UNTAGGED: &str = "(without the tag)";

pub(super) fn of_days(lines: &[Line], charges: &[&Charge], is_billed: impl Fn(NaiveDate) -> bool) -> Vec<Pair> {
    let mut days: BTreeMap<NaiveDate, (Usd, Usd)> = BTreeMap::new();
    for line in lines {
        if let Ok(day) = line.name().parse() {
            days.entry(day).or_default().0 += line.cost.known;
        }
    }
    for charge in charges {
        days.entry(charge.day).or_default().1 += charge.cost;
    }
    days.into_iter()
        .map(|(day, (telemetry, billed))| Pair { name: day.to_string(), telemetry, billed, is_billed: is_billed(day) })
        .collect()
}

/// People, and teams by what telemetry knows of its people unless the bill tells teams itself.
pub(super) fn of_people(
    aggregate: &Aggregate,
    prices: &Prices,
    days: &RangeInclusive<NaiveDate>,
    bill: &Bill,
) -> (Vec<Pair>, Vec<Pair>) {
    let lines = group(aggregate, prices, days.clone(), &[Dimension::User, Dimension::Team]);
    let (mut users, mut teams) = (BTreeMap::new(), BTreeMap::new());
    let mut team_of: HashMap<String, String> = HashMap::new();
    for line in &lines {
        let [user, team] = line.names.as_slice() else { continue };
        let user = user.to_lowercase();
        // The lines are in the order of cost: somebody with two teams is of that where they cost more.
        team_of.entry(user.clone()).or_insert_with(|| team.clone());
        both(&mut users, &user).telemetry += line.cost.known;
        both(&mut teams, team).telemetry += line.cost.known;
    }
    for charge in bill.by_user.iter().flatten().filter(|charge| days.contains(&charge.day)) {
        let name = named(&charge.name);
        both(&mut users, &name).billed += charge.cost;
        if bill.by_team.is_none() {
            let team = team_of.get(&name).map_or("(no telemetry)", String::as_str);
            both(&mut teams, team).billed += charge.cost;
        }
    }
    for charge in bill.by_team.iter().flatten().filter(|charge| days.contains(&charge.day)) {
        both(&mut teams, &named(&charge.name)).billed += charge.cost;
    }
    let users = if bill.by_user.is_some() { sorted(users) } else { Vec::new() };
    let teams = if bill.by_user.is_some() || bill.by_team.is_some() { sorted(teams) } else { Vec::new() };
    (users, teams)
}

fn both<'a>(pairs: &'a mut BTreeMap<String, Pair>, name: &str) -> &'a mut Pair {
    pairs.entry(name.to_owned()).or_insert_with(|| Pair {
        name: name.to_owned(),
        telemetry: Usd::ZERO,
        billed: Usd::ZERO,
        is_billed: true,
    })
}

fn named(name: &str) -> String {
    let name = ccwb_http::printable(name).to_lowercase();
    if name.is_empty() { UNTAGGED.to_owned() } else { name }
}

fn sorted(pairs: BTreeMap<String, Pair>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> =
        pairs.into_values().filter(|pair| pair.telemetry != Usd::ZERO || pair.billed != Usd::ZERO).collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.billed.max(pair.telemetry)));
    pairs
}
