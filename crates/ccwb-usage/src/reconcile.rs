//! Telemetry beside the bill, and the difference with a name for each part of it.
//!
//! A bill tells, for each model and kind of token, how many tokens `q` cost how much `b`; telemetry tells of `t` tokens, and
//! the price table of a price `p`. So the difference `b - t·p` is exactly `(b - q·p) + (q - t)·p`: another price, and other
//! tokens. What no telemetry can know of (batch jobs, other tiers, other models) and days that are not billed yet are
//! taken out first. The parts always add up to the difference, to the picodollar.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ccwb_bedrock::{Price, Prices, TokenCounts, Usd};
use chrono::NaiveDate;

use crate::aggregate::Aggregate;
use crate::number::short;
use crate::report::{Dimension, Line, group};

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

/// A part of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which.
    pub kind: CauseKind,
    /// Positive: billed, and not in telemetry.
    pub amount: Usd,
    /// For people.
    pub detail: String,
}

/// What makes bill and telemetry differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseKind {
    /// Tokens that were billed and that no telemetry tells of.
    TokensWithoutTelemetry,
    /// Tokens that telemetry tells of and that were not billed here.
    TelemetryWithoutBill,
    /// Days that AWS has not billed yet.
    NotBilledYet,
    /// Another price than that of the table.
    PriceDifference,
    /// Batch jobs.
    Batch,
    /// Tiers with prices of their own.
    OtherTiers,
    /// Everything that is not a call of a Claude model.
    OtherWorkloads,
    /// Models that the table has no price for.
    UnpricedModels,
    /// Usage whose quantity or unit the bill does not tell: tokens and price cannot be told apart.
    Undivided,
}

impl CauseKind {
    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::TokensWithoutTelemetry => "Tokens without telemetry",
            Self::TelemetryWithoutBill => "Telemetry without a bill",
            Self::NotBilledYet => "Not billed yet",
            Self::PriceDifference => "Another price",
            Self::Batch => "Batch jobs",
            Self::OtherTiers => "Other service tiers",
            Self::OtherWorkloads => "Other workloads on Bedrock",
            Self::UnpricedModels => "Models without a price",
            Self::Undivided => "Not to be divided",
        }
    }

    /// For machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::TokensWithoutTelemetry => "tokens_without_telemetry",
            Self::TelemetryWithoutBill => "telemetry_without_bill",
            Self::NotBilledYet => "not_billed_yet",
            Self::PriceDifference => "price_difference",
            Self::Batch => "batch",
            Self::OtherTiers => "other_tiers",
            Self::OtherWorkloads => "other_workloads",
            Self::UnpricedModels => "unpriced_models",
            Self::Undivided => "undivided",
        }
    }
}

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
    pub fn new(aggregate: &Aggregate, prices: &Prices, days: std::ops::RangeInclusive<NaiveDate>, bill: &Bill) -> Self {
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
        compare(&mut causes, &in_days, &models, prices);

        let is_billed = |day: NaiveDate| last_billed.is_some_and(|last| day <= last);
        let by_day = pairs_of_days(&all, &in_days, is_billed);
        let (by_user, by_team) = pairs_of_people(aggregate, prices, &compared, bill);
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

#[derive(Default)]
struct Causes(BTreeMap<CauseKind, (Usd, Vec<(Usd, String)>)>);

impl Causes {
    fn add(&mut self, kind: CauseKind, amount: Usd, what: String) {
        if amount == Usd::ZERO {
            return;
        }
        let (sum, parts) = self.0.entry(kind).or_default();
        *sum += amount;
        match parts.iter_mut().find(|(_, known)| *known == what) {
            Some((part, _)) => *part += amount,
            None => parts.push((amount, what)),
        }
    }

    fn finish(self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self
            .0
            .into_iter()
            .map(|(kind, (amount, mut parts))| {
                parts.sort_by(|(a, _), (b, _)| b.abs().cmp(&a.abs()));
                let first: Vec<String> =
                    parts.iter().take(3).map(|(amount, what)| format!("{what} ({amount})")).collect();
                let rest = parts.len().saturating_sub(3);
                let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
                Cause { kind, amount, detail: format!("{}{more}", first.join(", ")) }
            })
            .collect();
        causes.sort_by(|a, b| b.amount.abs().cmp(&a.amount.abs()));
        causes
    }
}

/// A kind of token of one model at one kind of endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Item {
    model: String,
    is_global: bool,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    Input,
    Output,
    CacheRead,
    CacheWrite,
}

impl Kind {
    fn of(self, tokens: &TokenCounts) -> u64 {
        match self {
            Self::Input => tokens.input,
            Self::Output => tokens.output,
            Self::CacheRead => tokens.cache_read,
            Self::CacheWrite => tokens.cache_write(),
        }
    }

    /// Writes to the cache at the price of five minutes: what an hour costs more is a difference of price.
    fn price(self, price: &Price) -> u64 {
        match self {
            Self::Input => price.input,
            Self::Output => price.output,
            Self::CacheRead => price.cache_read,
            Self::CacheWrite => price.cache_write_5m,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::CacheRead => "cache read",
            Self::CacheWrite => "cache write",
        }
    }
}

impl Item {
    fn text(&self) -> String {
        let where_ = if self.is_global { "global" } else { "regional" };
        format!("{} {}, {where_}", self.model, self.kind.name())
    }
}

/// What a usage type says.
enum Usage {
    Tokens(Item),
    Apart(CauseKind),
}

/// Names on bills (AWS, "Understanding your Amazon Bedrock Cost and Usage Report data", and usage types of the price list):
/// `InputTokenCount`, `input_tokens_standard`, `CacheReadInputTokenCount`, with `Global`, `batch`, `flex`, `priority` in them.
fn usage(service: &str, usage_type: &str) -> Usage {
    let model = service.split(" (").next().unwrap_or(service).trim();
    if !model.starts_with("Claude") {
        return Usage::Apart(CauseKind::OtherWorkloads);
    }
    let plain: String = usage_type.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let has = |word: &str| plain.contains(word);
    if has("batch") {
        return Usage::Apart(CauseKind::Batch);
    }
    if ["flex", "priority", "reserved", "provisioned", "latencyoptimized"].into_iter().any(has) {
        return Usage::Apart(CauseKind::OtherTiers);
    }
    let kind = match () {
        () if has("cacheread") => Kind::CacheRead,
        () if has("cachewrite") => Kind::CacheWrite,
        () if has("outputtoken") => Kind::Output,
        () if has("inputtoken") => Kind::Input,
        () => return Usage::Apart(CauseKind::OtherWorkloads),
    };
    Usage::Tokens(Item { model: model.to_owned(), is_global: has("global"), kind })
}

#[derive(Default)]
struct Billed {
    cost: Usd,
    /// In units of 10⁻¹²; `None` if some charge does not tell it.
    quantity: Option<i128>,
}

fn compare(causes: &mut Causes, charges: &[&Charge], models: &[Line], prices: &Prices) {
    let mut billed: BTreeMap<Item, Billed> = BTreeMap::new();
    for charge in charges {
        match usage(&charge.service, &charge.usage_type) {
            Usage::Apart(kind) => causes.add(kind, charge.cost, format!("{} {}", charge.service, charge.usage_type)),
            Usage::Tokens(item) => {
                let entry = billed.entry(item).or_insert_with(|| Billed { cost: Usd::ZERO, quantity: Some(0) });
                entry.cost += charge.cost;
                let quantity = Usd::parse(&charge.quantity).map(Usd::pico);
                entry.quantity = entry.quantity.zip(quantity).map(|(sum, more)| sum.saturating_add(more));
            }
        }
    }
    let mut told: BTreeMap<Item, u64> = BTreeMap::new();
    let mut unpriced = BTreeSet::new();
    for line in models {
        let id = line.name();
        let Some(price) = prices.of(&id) else {
            unpriced.insert(id);
            continue;
        };
        let is_global = id.contains("global.");
        for kind in [Kind::Input, Kind::Output, Kind::CacheRead, Kind::CacheWrite] {
            let item = Item { model: price.name.to_owned(), is_global, kind };
            *told.entry(item).or_default() += kind.of(&line.counts.tokens);
        }
    }
    let items: BTreeSet<Item> = billed.keys().chain(told.keys()).cloned().collect();
    for item in items {
        let tokens = told.get(&item).copied().unwrap_or(0);
        let bill = billed.remove(&item).unwrap_or_else(|| Billed { cost: Usd::ZERO, quantity: Some(0) });
        let Some(price) = prices.by_name(&item.model, item.is_global) else {
            let ids = if unpriced.is_empty() {
                "no telemetry of it".to_owned()
            } else {
                "telemetry tells tokens, not money".to_owned()
            };
            causes.add(CauseKind::UnpricedModels, bill.cost, format!("{}: {ids}", item.model));
            continue;
        };
        let price = item.kind.price(&price);
        let cost_of = |count: i128| Usd::from_pico(count.saturating_mul(i128::from(price)));
        let told_cost = cost_of(i128::from(tokens));
        let Some(billed_tokens) = tokens_of(&bill, price) else {
            causes.add(CauseKind::Undivided, bill.cost - told_cost, item.text());
            continue;
        };
        causes.add(CauseKind::PriceDifference, bill.cost - cost_of(billed_tokens), item.text());
        let rest = cost_of(billed_tokens) - told_cost;
        let kind = if rest > Usd::ZERO { CauseKind::TokensWithoutTelemetry } else { CauseKind::TelemetryWithoutBill };
        let tokens = u64::try_from((billed_tokens - i128::from(tokens)).unsigned_abs()).unwrap_or(u64::MAX);
        causes.add(kind, rest, format!("{} {}", short(tokens), item.text()));
    }
}

/// How many tokens were billed. The unit of a usage type is one token, a thousand or a million: that with which the price
/// on the bill is like that of the table. `None` if none is.
fn tokens_of(bill: &Billed, price: u64) -> Option<i128> {
    let quantity = bill.quantity?;
    if quantity == 0 {
        return (bill.cost == Usd::ZERO).then_some(0);
    }
    #[expect(clippy::cast_precision_loss, reason = "a comparison within a factor of three")]
    let per_unit = bill.cost.pico() as f64 / quantity as f64;
    [1_000_000_i128, 1_000, 1].into_iter().find_map(|unit| {
        #[expect(clippy::cast_precision_loss, reason = "a comparison within a factor of three")]
        let ratio = per_unit / (price as f64 / 1e12 * unit as f64);
        ((1.0 / 3.0)..=3.0).contains(&ratio).then(|| quantity.saturating_mul(unit) / 1_000_000_000_000)
    })
}

fn pairs_of_days(lines: &[Line], charges: &[&Charge], is_billed: impl Fn(NaiveDate) -> bool) -> Vec<Pair> {
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
fn pairs_of_people(
    aggregate: &Aggregate,
    prices: &Prices,
    days: &std::ops::RangeInclusive<NaiveDate>,
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
