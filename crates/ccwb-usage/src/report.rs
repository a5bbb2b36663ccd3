//! What was added up, priced and put in order.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;

use ccwb_bedrock::{Price, Prices, Usd};
use chrono::{Days, NaiveDate};

use crate::aggregate::{Aggregate, Cell, Name, UNNAMED};
use crate::aws::{Marginal, Metrics};
use crate::counts::Counts;
use crate::forecast::{Forecast, forecast};
use crate::number::{grouped, short};

/// What sums are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// UTC days.
    Day,
    /// People.
    User,
    /// Teams.
    Team,
    /// Models and inference profiles.
    Model,
    /// Regions that requests went to.
    Region,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Day, Self::User, Self::Team, Self::Model, Self::Region];

    /// The name of a column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::User => "user",
            Self::Team => "team",
            Self::Model => "model",
            Self::Region => "region",
        }
    }

    /// What is in front of the sums, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::User => "Person",
            Self::Team => "Team",
            Self::Model => "Model",
            Self::Region => "Region",
        }
    }
}

/// What was used and what it cost.
#[derive(Clone, Debug)]
pub struct Report {
    /// The days that are shown.
    pub days: RangeInclusive<NaiveDate>,
    /// Where the figures come from, for people.
    pub source: String,
    /// Whether people are known at all: metrics name none.
    pub knows_people: bool,
    /// All together.
    pub total: Line,
    /// Every day, those without usage too.
    pub by_day: Vec<Line>,
    /// What cost most first.
    pub by_user: Vec<Line>,
    /// What cost most first.
    pub by_team: Vec<Line>,
    /// What cost most first.
    pub by_model: Vec<Line>,
    /// What cost most first.
    pub by_region: Vec<Line>,
    /// The last seven whole days beside the seven before: 0.1 is a tenth more.
    pub trend: Option<f64>,
    /// What this month comes to.
    pub forecast: Option<Forecast>,
    /// The prices of the models that were used.
    pub prices: BTreeMap<String, Option<Price>>,
    /// What one should know to read the figures.
    pub notes: Vec<String>,
}

/// Sums for one person, one day, one person on one day ...
#[derive(Clone, Debug)]
pub struct Line {
    /// One name for each dimension.
    pub names: Vec<String>,
    /// What is counted.
    pub counts: Counts,
    /// What it cost.
    pub cost: Cost,
    /// How many people called a model.
    pub people: usize,
    /// What each day cost, in the order of days.
    pub daily: Vec<Usd>,
}

/// A cost that may not be all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// What tokens of models with a price cost.
    pub known: Usd,
    /// What the same prompts would have cost without a cache.
    pub without_cache: Usd,
    /// What those prompts cost.
    pub prompts: Usd,
    /// Tokens of models without a price. They are in no sum of money.
    pub unpriced_tokens: u64,
}

impl Cost {
    /// The cost, unless nothing of it is known.
    pub fn amount(&self) -> Option<Usd> {
        (self.unpriced_tokens == 0 || self.known != Usd::ZERO).then_some(self.known)
    }

    /// For people: `$1.20`, `$1.20 + ?` or `unknown`.
    pub fn text(&self) -> String {
        match (self.amount(), self.unpriced_tokens) {
            (None, _) => "unknown".to_owned(),
            (Some(amount), 0) => amount.to_string(),
            (Some(amount), _) => format!("{amount} + ?"),
        }
    }

    fn add(&mut self, other: &Self) {
        self.known += other.known;
        self.without_cache += other.without_cache;
        self.prompts += other.prompts;
        self.unpriced_tokens = self.unpriced_tokens.saturating_add(other.unpriced_tokens);
    }
}

/// What is asked of a report.
#[derive(Clone, Debug)]
pub struct Question {
    /// The days to show.
    pub days: RangeInclusive<NaiveDate>,
    /// The day that is not over yet.
    pub today: NaiveDate,
    /// The first day that the source knows of.
    pub known_since: NaiveDate,
    /// Where the figures come from, for people.
    pub source: String,
}

impl Report {
    /// Prices everything and puts it in order.
    pub fn new(aggregate: &Aggregate, prices: &Prices, question: Question) -> Self {
        let priced = Priced::new(aggregate, prices, question.days.clone());
        let total = priced.lines(&[]).pop().unwrap_or_else(|| Line::empty(Vec::new(), &question.days));
        let mut by_day = priced.lines(&[Dimension::Day]);
        fill_days(&mut by_day, &question.days);
        let daily = priced.daily_cost();
        let cost = |day: NaiveDate| daily.get(&day).copied().unwrap_or_default();
        let is_current = *question.days.end() >= question.today;
        let mut report = Self {
            forecast: is_current.then(|| forecast(cost, question.known_since, question.today)).flatten(),
            trend: trend(cost, question.known_since, question.today.min(next(*question.days.end()))),
            knows_people: priced.knows_people(),
            by_user: priced.lines(&[Dimension::User]),
            by_team: priced.lines(&[Dimension::Team]),
            by_model: priced.lines(&[Dimension::Model]),
            by_region: priced.lines(&[Dimension::Region]),
            prices: priced.models(),
            notes: Vec::new(),
            days: question.days,
            source: question.source,
            total,
            by_day,
        };
        report.notes = notes(&report, aggregate);
        report
    }

    /// Takes teams and regions from metrics, which tell neither their models nor their people. What they cost is what Claude
    /// Code reckons.
    pub fn with_metrics(&mut self, metrics: &Metrics) {
        let days = self.days.clone();
        let lines = |marginals: &[Marginal]| -> Vec<Line> {
            let mut lines: Vec<Line> = marginals.iter().map(|marginal| marginal_line(marginal, &days)).collect();
            lines.sort_by(|a, b| b.cost.known.cmp(&a.cost.known).then_with(|| a.names.cmp(&b.names)));
            lines
        };
        self.by_team = lines(&metrics.teams);
        self.by_region = lines(&metrics.regions);
        self.notes.push(
            "Teams and regions have the cost that Claude Code reckons: metrics do not tell which models they called."
                .to_owned(),
        );
    }

    /// The sums for one dimension.
    pub fn lines(&self, dimension: Dimension) -> &[Line] {
        match dimension {
            Dimension::Day => &self.by_day,
            Dimension::User => &self.by_user,
            Dimension::Team => &self.by_team,
            Dimension::Model => &self.by_model,
            Dimension::Region => &self.by_region,
        }
    }
}

fn marginal_line(marginal: &Marginal, days: &RangeInclusive<NaiveDate>) -> Line {
    let mut line = Line::empty(vec![ccwb_http::printable(&marginal.name)], days);
    for (day, (requests, cost)) in marginal.days.range(days.clone()) {
        line.counts.requests += requests;
        line.counts.claimed += *cost;
        line.cost.known += *cost;
        if let Some(sum) = line.daily.get_mut(usize::try_from((*day - *days.start()).num_days()).unwrap_or(usize::MAX))
        {
            *sum += *cost;
        }
    }
    line
}

/// Sums for any combination of dimensions: days in their order, everything else by cost.
pub fn group(aggregate: &Aggregate, prices: &Prices, days: RangeInclusive<NaiveDate>, by: &[Dimension]) -> Vec<Line> {
    Priced::new(aggregate, prices, days).lines(by)
}

impl Line {
    fn empty(names: Vec<String>, days: &RangeInclusive<NaiveDate>) -> Self {
        let daily = vec![Usd::ZERO; length(days)];
        Self { names, counts: Counts::default(), cost: Cost::default(), people: 0, daily }
    }

    /// How many tokens; `None` where requests were made and nobody tells of their tokens.
    pub fn tokens(&self) -> Option<u64> {
        let total = self.counts.tokens.total();
        (total > 0 || self.counts.requests == 0).then_some(total)
    }

    /// The names as one.
    pub fn name(&self) -> String {
        self.names.join(" / ")
    }

    /// Everything that is not among the first, as one line; `None` if that is nothing.
    pub fn others(lines: &[Self], top: usize) -> Option<Self> {
        let rest = lines.get(top..).filter(|rest| !rest.is_empty())?;
        let mut sum = rest.first()?.clone();
        sum.names = vec![format!("{} others", grouped(rest.len() as u64))];
        for line in rest.iter().skip(1) {
            sum.counts.add(&line.counts);
            sum.cost.add(&line.cost);
            sum.people += line.people;
            for (mine, theirs) in sum.daily.iter_mut().zip(&line.daily) {
                *mine += *theirs;
            }
        }
        Some(sum)
    }
}

/// An aggregate with prices.
struct Priced<'a> {
    aggregate: &'a Aggregate,
    prices: HashMap<Name, Option<Price>>,
    days: RangeInclusive<NaiveDate>,
}

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Part {
    Day(NaiveDate),
    Name(Option<Name>),
}

struct Sum {
    line: Line,
    people: HashSet<Name>,
}

impl<'a> Priced<'a> {
    fn new(aggregate: &'a Aggregate, prices: &Prices, days: RangeInclusive<NaiveDate>) -> Self {
        let mut by_model = HashMap::new();
        for (cell, _) in aggregate.cells() {
            if let Some(model) = cell.model {
                by_model.entry(model).or_insert_with(|| prices.of(aggregate.name(model)));
            }
        }
        Self { aggregate, prices: by_model, days }
    }

    fn cost(&self, cell: &Cell, counts: &Counts) -> Cost {
        match cell.model.and_then(|model| self.prices.get(&model)) {
            Some(Some(price)) => {
                let known = price.cost(&counts.tokens);
                let output = ccwb_bedrock::TokenCounts { output: counts.tokens.output, ..Default::default() };
                let prompts = known - price.cost(&output);
                let without_cache = price.input_without_cache(&counts.tokens);
                Cost { known, without_cache, prompts, unpriced_tokens: 0 }
            }
            _ => Cost { unpriced_tokens: counts.tokens.total(), ..Cost::default() },
        }
    }

    fn lines(&self, by: &[Dimension]) -> Vec<Line> {
        let mut sums: HashMap<Vec<Part>, Sum> = HashMap::new();
        let first = *self.days.start();
        for (cell, counts) in self.aggregate.cells().filter(|(cell, _)| self.days.contains(&cell.day)) {
            // Commits belong to no model.
            if by.contains(&Dimension::Model) && cell.model.is_none() {
                continue;
            }
            let key: Vec<Part> = by
                .iter()
                .map(|dimension| match dimension {
                    Dimension::Day => Part::Day(cell.day),
                    Dimension::User => Part::Name(Some(cell.user)),
                    Dimension::Team => Part::Name(Some(cell.team)),
                    Dimension::Model => Part::Name(cell.model),
                    Dimension::Region => Part::Name(Some(cell.region)),
                })
                .collect();
            let sum = sums.entry(key).or_insert_with_key(|key| Sum {
                line: Line::empty(key.iter().map(|part| self.name(*part)).collect(), &self.days),
                people: HashSet::new(),
            });
            let cost = self.cost(cell, counts);
            sum.line.counts.add(counts);
            sum.line.cost.add(&cost);
            if let Some(day) =
                usize::try_from((cell.day - first).num_days()).ok().and_then(|day| sum.line.daily.get_mut(day))
            {
                *day += cost.known;
            }
            if counts.is_usage() {
                sum.people.insert(cell.user);
            }
        }
        let mut lines: Vec<Line> =
            sums.into_values().map(|sum| Line { people: sum.people.len(), ..sum.line }).collect();
        let days_first = by.first() == Some(&Dimension::Day);
        lines.sort_by(|a, b| {
            let day = if days_first { a.names.first().cmp(&b.names.first()) } else { std::cmp::Ordering::Equal };
            day.then(b.cost.known.cmp(&a.cost.known))
                .then(b.counts.tokens.total().cmp(&a.counts.tokens.total()))
                .then_with(|| a.names.cmp(&b.names))
        });
        lines
    }

    fn name(&self, part: Part) -> String {
        match part {
            Part::Day(day) => day.to_string(),
            Part::Name(name) => name.map_or(UNNAMED, |name| self.aggregate.name(name)).to_owned(),
        }
    }

    fn daily_cost(&self) -> HashMap<NaiveDate, Usd> {
        let mut daily = HashMap::new();
        for (cell, counts) in self.aggregate.cells() {
            *daily.entry(cell.day).or_default() += self.cost(cell, counts).known;
        }
        daily
    }

    fn knows_people(&self) -> bool {
        self.aggregate.cells().any(|(cell, _)| self.aggregate.name(cell.user) != UNNAMED)
    }

    fn models(&self) -> BTreeMap<String, Option<Price>> {
        let used = self.aggregate.cells().filter(|(cell, counts)| self.days.contains(&cell.day) && counts.is_usage());
        used.filter_map(|(cell, _)| cell.model)
            .map(|model| (self.aggregate.name(model).to_owned(), self.prices.get(&model).copied().flatten()))
            .collect()
    }
}

/// How many days.
fn length(days: &RangeInclusive<NaiveDate>) -> usize {
    usize::try_from((*days.end() - *days.start()).num_days() + 1).unwrap_or(0)
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// A day on which nobody did anything is a day.
fn fill_days(lines: &mut Vec<Line>, days: &RangeInclusive<NaiveDate>) {
    let mut known: HashMap<String, Line> = lines.drain(..).map(|line| (line.name(), line)).collect();
    for day in days.start().iter_days().take_while(|day| day <= days.end()) {
        let name = day.to_string();
        lines.push(known.remove(&name).unwrap_or_else(|| Line::empty(vec![name], days)));
    }
}

fn trend(cost: impl Fn(NaiveDate) -> Usd, known_since: NaiveDate, end: NaiveDate) -> Option<f64> {
    let week = |from: u64, to: u64| -> Option<f64> {
        let first = end.checked_sub_days(Days::new(from))?;
        let last = end.checked_sub_days(Days::new(to))?;
        (first >= known_since)
            .then(|| first.iter_days().take_while(|day| *day < last).map(&cost).sum::<Usd>().approximate())
    };
    let (before, now) = (week(14, 7)?, week(7, 0)?);
    (before > 0.0).then(|| now / before - 1.0)
}

fn notes(report: &Report, aggregate: &Aggregate) -> Vec<String> {
    let mut notes = Vec::new();
    let tally = aggregate.tally();
    for line in report.by_model.iter().filter(|line| line.cost.unpriced_tokens > 0) {
        notes.push(format!(
            "No price is known for {}: its {} tokens are in no sum of money.",
            line.name(),
            short(line.cost.unpriced_tokens)
        ));
    }
    for line in outliers(&report.by_user) {
        notes.push(format!(
            "{} stands out with {} ({} requests); ask whether that is meant.",
            line.name(),
            line.cost.text(),
            grouped(line.counts.requests)
        ));
    }
    if report.prices.values().flatten().any(|price| price.is_regional) {
        let rule = Prices::bundled().regional();
        notes.push(format!(
            "Models that are not called through a global profile cost {} % more in these figures: they are called at a regional \
             endpoint. Claude Code itself reckons {} without it.",
            rule.percent, report.total.counts.claimed
        ));
    }
    if report.total.counts.tokens.cache_write_5m > 0 {
        notes.push(
            "Tokens written to the cache are priced as held for five minutes where telemetry does not say for how long."
                .to_owned(),
        );
    }
    if !report.knows_people && !aggregate.is_empty() {
        notes.push("This source names no people. Analytics does: ccwb deploy analytics.".to_owned());
    }
    let events: u64 = aggregate.cells().map(|(_, counts)| counts.tokens.total()).sum();
    let metrics = tally.metric_tokens;
    if metrics > 0 && events.abs_diff(metrics) > events / 50 {
        notes.push(format!(
            "Metrics tell of {} tokens and events of {}: one of the two was lost in part. Figures are those of events.",
            short(metrics),
            short(events)
        ));
    }
    if let Some(first) = tally.first_unreadable {
        notes.push(format!(
            "{} of {} rows could not be read; the first is row {first}.",
            grouped(tally.unreadable),
            grouped(tally.rows)
        ));
    }
    notes
}

/// People who cost far more than the others do: a modified z-score above 3.5 of the logarithm of their cost (Iglewicz and
/// Hoaglin, 1993), and more than three times the median. Nobody stands out among fewer than eight.
fn outliers(users: &[Line]) -> Vec<&Line> {
    let logs: Vec<(f64, &Line)> = users
        .iter()
        .filter(|line| line.cost.known > Usd::ZERO)
        .map(|line| (line.cost.known.approximate().ln(), line))
        .collect();
    if logs.len() < 8 {
        return Vec::new();
    }
    let middle = median(logs.iter().map(|(log, _)| *log).collect());
    let spread = median(logs.iter().map(|(log, _)| (log - middle).abs()).collect());
    let stands_out = |log: f64| 0.6745 * (log - middle) > 3.5 * spread.max(0.05) && log - middle > 3_f64.ln();
    logs.into_iter().filter(|(log, _)| stands_out(*log)).map(|(_, line)| line).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle.wrapping_sub(1)), values.get(middle)) {
        (Some(below), Some(above)) if values.len().is_multiple_of(2) => f64::midpoint(*below, *above),
        (_, Some(value)) => *value,
        _ => 0.0,
    }
}
