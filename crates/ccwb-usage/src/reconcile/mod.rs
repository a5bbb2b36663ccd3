//! Telemetry beside the bill, and the difference with a name for each part of it.
//!
//! A bill tells, for each model and kind of token, how many tokens `q` cost how much `b`; telemetry tells of `t` tokens, and
//! the price table of a price `p`. So the difference `b - t·p` is exactly `(b - q·p) + (q - t)·p`: another price, and other
//! tokens. What no telemetry can know of (batch jobs, other tiers, other models) and days that are not billed yet are
//! taken out first. The parts always add up to the difference, to the picodollar.

mod cause;
mod compare;
mod pair;
mod usage_type;

use std::ops::RangeInclusive;

use ccwb_bedrock::{Prices, Usd};
use chrono::NaiveDate;

pub use cause::{Cause, CauseKind};
pub use pair::{Pair, UNTAGGED};

use self::cause::Causes;
use crate::aggregate::Aggregate;
use crate::report::{Dimension, group};

/// What AWS billed.
#[derive(Clone, Debug, Default)]
pub struct Bill {
    /// Usage by day, service and usage type.
    pub charges: Vec<Charge>,
    /// The same by day and person, if a cost allocation tag tells them apart. Without the tag: an empty name.
    pub by_user: Option<Vec<Attributed>>,
    /// The same by day and team.
    pub by_team: Option<Vec<Attributed>>,
    /// What is no usage: credits, refunds, taxes.
    pub other_records: Vec<(String, Usd)>,
}

/// One line of it.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The day.
    pub day: NaiveDate,
    /// The product: `Claude Sonnet 4.5 (Amazon Bedrock Edition)`, `Amazon Bedrock`.
    pub service: String,
    /// `USE1-MP:USE1_InputTokenCount_Global-Units`.
    pub usage_type: String,
    /// What it cost.
    pub cost: Usd,
    /// How much it was, in the unit of the usage type, as a decimal number; empty if the bill does not say.
    pub quantity: String,
}

/// What somebody was billed on a day.
#[derive(Clone, Debug)]
pub struct Attributed {
    /// The day.
    pub day: NaiveDate,
    /// The value of the tag; empty if the caller had none.
    pub name: String,
    /// What it cost.
    pub cost: Usd,
}

/// Both, and what is between them.
#[derive(Clone, Debug)]
pub struct Reconciliation {
    /// What telemetry comes to with the price table.
    pub telemetry: Usd,
    /// What was billed for usage.
    pub billed: Usd,
    /// The parts of the difference. They add up to it.
    pub causes: Vec<Cause>,
    /// Each day.
    pub by_day: Vec<Pair>,
    /// Each person on the days that are billed; empty if the bill does not tell them apart.
    pub by_user: Vec<Pair>,
    /// Each team on these days; empty if the bill tells neither teams nor people apart.
    pub by_team: Vec<Pair>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

impl Reconciliation {
    /// Billed, and not in telemetry.
    pub fn difference(&self) -> Usd {
        self.billed - self.telemetry
    }

    /// The tables that have something in them.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &[Pair])> {
        [("Day", &self.by_day), ("Person", &self.by_user), ("Team", &self.by_team)]
            .into_iter()
            .filter(|(_, pairs)| !pairs.is_empty())
            .map(|(title, pairs)| (title, pairs.as_slice()))
    }

    /// Sets both beside each other.
    pub fn new(aggregate: &Aggregate, prices: &Prices, days: RangeInclusive<NaiveDate>, bill: &Bill) -> Self {
        let in_days: Vec<&Charge> = bill.charges.iter().filter(|charge| days.contains(&charge.day)).collect();
        let last_billed = in_days.iter().filter(|charge| charge.cost != Usd::ZERO).map(|charge| charge.day).max();
        let billed = in_days.iter().map(|charge| charge.cost).sum();
        let all = group(aggregate, prices, days.clone(), &[Dimension::Day]);
        let telemetry: Usd = all.iter().map(|line| line.cost.known).sum();

        let mut causes = Causes::default();
        // What is not billed yet is compared with nothing.
        let (compared, waiting) = match last_billed {
            Some(last) if last < *days.end() => (*days.start()..=last, Some(next(last)..=*days.end())),
            Some(_) => (days.clone(), None),
            None => (*days.start()..=*days.start(), Some(days.clone())),
        };
        if let Some(waiting) = &waiting {
            let cost: Usd = all
                .iter()
                .filter(|line| line.name().parse().is_ok_and(|day| waiting.contains(&day)))
                .map(|line| line.cost.known)
                .sum();
            causes.add(CauseKind::NotBilledYet, -cost, format!("{} to {}", waiting.start(), waiting.end()));
        }
        let models = match last_billed {
            Some(_) => group(aggregate, prices, compared.clone(), &[Dimension::Model]),
            None => Vec::new(),
        };
        compare::compare(&mut causes, &in_days, &models, prices);

        let is_billed = |day: NaiveDate| last_billed.is_some_and(|last| day <= last);
        let by_day = pair::of_days(&all, &in_days, is_billed);
        let (by_user, by_team) = pair::of_people(aggregate, prices, &compared, bill);
        let mut this = Self { telemetry, billed, causes: causes.finish(), by_day, by_user, by_team, notes: Vec::new() };
        this.notes = notes(&this, bill);
        if let Some(last) = last_billed.filter(|last| last < days.end() && !this.by_user.is_empty()) {
            this.notes.push(format!("People and teams are compared up to {last}, the last day that is billed."));
        }
        this
    }
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

fn notes(this: &Reconciliation, bill: &Bill) -> Vec<String> {
    let mut notes = Vec::new();
    if bill.charges.is_empty() {
        notes.push(
            "The bill has nothing of Claude on Bedrock in these days: it comes a day or two late, and to the account that pays."
                .to_owned(),
        );
    }
    match &bill.by_user {
        None => notes.push(
            "The bill does not tell people apart: no cost allocation tag of the callers is active (docs/guides/cost-attribution.md)."
                .to_owned(),
        ),
        Some(charges) => {
            let tagged: Usd = charges.iter().filter(|charge| !charge.name.is_empty()).map(|charge| charge.cost).sum();
            let untagged: Usd = charges.iter().filter(|charge| charge.name.is_empty()).map(|charge| charge.cost).sum();
            if untagged > Usd::ZERO {
                notes.push(format!(
                    "{untagged} was billed to callers without the tag, {tagged} to callers with it: programs with roles of \
                     their own, or days before the tag was active."
                ));
            }
            let silent: Vec<&str> =
                this.by_user.iter().filter(|pair| pair.remark() == "no telemetry").map(|pair| pair.name.as_str()).collect();
            if !silent.is_empty() && this.by_user.iter().all(|pair| pair.telemetry == Usd::ZERO || pair.billed == Usd::ZERO) {
                notes.push(
                    "Nobody on the bill is in telemetry by the same name: are e-mail addresses hashed or dropped there?".to_owned(),
                );
            } else if !silent.is_empty() {
                let cost: Usd = this.by_user.iter().filter(|pair| pair.remark() == "no telemetry").map(|pair| pair.billed).sum();
                let first = silent.iter().take(5).copied().collect::<Vec<_>>().join(", ");
                let more = if silent.len() > 5 { format!(" and {} more", silent.len() - 5) } else { String::new() };
                notes.push(format!("{cost} was billed to people without any telemetry: {first}{more}."));
            }
        }
    }
    for (record, amount) in &bill.other_records {
        notes.push(format!("Not in these figures: {record}, {amount}."));
    }
    notes
}
