//! What was added up, priced and put in order.

mod notes;
mod priced;

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use ccwb_bedrock::{Price, Prices, Usd};
use chrono::{Days, NaiveDate};

use self::priced::Priced;
use crate::aggregate::Aggregate;
use crate::aws::{Marginal, Metrics};
use crate::counts::Counts;
use crate::forecast::{Forecast, forecast};
use crate::number::grouped;

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
        report.notes = notes::notes(&report, aggregate);
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
