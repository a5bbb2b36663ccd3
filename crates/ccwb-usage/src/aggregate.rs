//! Rows of telemetry added up as they come. What is held grows with days, people, teams, models and regions, never with
//! the number of rows; so the number of people of a day is exact, and nothing has to be estimated.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::counts::Counts;
use crate::row::{Meaning, Row};

/// What is shown for somebody or something without a name.
pub const UNNAMED: &str = "(unknown)";

/// The address that the collector writes for a person without one.
const NO_ADDRESS: &str = "unknown@example.com";

/// Which field tells somebody's team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TeamField {
    /// `team_id`.
    #[default]
    Team,
    /// `department`.
    Department,
    /// `cost_center`.
    CostCenter,
    /// `project`.
    Project,
}

/// Everything that was added up.
#[derive(Debug)]
pub struct Aggregate {
    range: RangeInclusive<NaiveDate>,
    team: TeamField,
    names: Names,
    cells: HashMap<Cell, Counts>,
    tally: Tally,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that were read.
    pub rows: u64,
    /// Rows that are no telemetry, or have no day or impossible numbers.
    pub unreadable: u64,
    /// Where the first of these is, counted from 1.
    pub first_unreadable: Option<u64>,
    /// Rows of other days.
    pub out_of_range: u64,
    /// Tokens that metrics tell of. They are not added to those of events, which are the same.
    pub metric_tokens: u64,
}

/// What is added up apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    pub(crate) day: NaiveDate,
    pub(crate) user: Name,
    pub(crate) team: Name,
    /// Nothing for what no model did, such as commits.
    pub(crate) model: Option<Name>,
    pub(crate) region: Name,
}

/// A name that is held once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(u32);

#[derive(Debug, Default)]
struct Names {
    by_name: HashMap<Box<str>, Name>,
    names: Vec<Box<str>>,
}

/// Counts of a day that belong to somebody: what a source other than rows hands in.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The day.
    pub day: NaiveDate,
    /// The person, if they are known.
    pub user: &'a str,
    /// Their team.
    pub team: &'a str,
    /// The model, if one did it.
    pub model: Option<&'a str>,
    /// The region that requests went to.
    pub region: &'a str,
    /// What is counted.
    pub counts: Counts,
}

impl Aggregate {
    /// Adds up what happened on these days.
    pub fn new(range: RangeInclusive<NaiveDate>, team: TeamField) -> Self {
        Self { range, team, names: Names::default(), cells: HashMap::new(), tally: Tally::default() }
    }

    /// What became of the rows.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// How many sums are held.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// The first and the last day with something to count.
    pub fn days(&self) -> Option<RangeInclusive<NaiveDate>> {
        let first = self.cells.keys().map(|cell| cell.day).min()?;
        let last = self.cells.keys().map(|cell| cell.day).max()?;
        Some(first..=last)
    }

    /// Adds a sample.
    pub fn add(&mut self, sample: &Sample<'_>) {
        self.tally.rows += 1;
        if !self.range.contains(&sample.day) {
            self.tally.out_of_range += 1;
            return;
        }
        let cell = Cell {
            day: sample.day,
            user: self.names.of(sample.user),
            team: self.names.of(sample.team),
            model: sample.model.map(|model| self.names.of(model)),
            region: self.names.of(sample.region),
        };
        match self.cells.entry(cell) {
            Entry::Occupied(counts) => counts.into_mut().add(&sample.counts),
            Entry::Vacant(place) => drop(place.insert(sample.counts)),
        }
    }

    /// Adds a row.
    pub(crate) fn add_row(&mut self, row: &Row<'_>) {
        let (Some(day), Some(meaning)) = (row.date(), row.meaning()) else {
            self.unreadable();
            return;
        };
        let counts = match meaning {
            Meaning::Counts(counts) => *counts,
            Meaning::Other => {
                self.tally.rows += 1;
                return;
            }
            Meaning::MetricTokens(tokens) => {
                self.tally.rows += 1;
                if self.range.contains(&day) {
                    self.tally.metric_tokens = self.tally.metric_tokens.saturating_add(tokens);
                }
                return;
            }
        };
        let user = match &*row.user_email.0 {
            "" | NO_ADDRESS => &*row.user_id.0,
            email => email,
        };
        let team = match self.team {
            TeamField::Team => &row.team_id,
            TeamField::Department => &row.department,
            TeamField::CostCenter => &row.cost_center,
            TeamField::Project => &row.project,
        };
        // Lines of code have a model too; commits have none, and are nobody's.
        let model = (counts.is_usage() || !row.model.is_empty()).then_some(&*row.model.0);
        self.add(&Sample { day, user, team: &team.0, model, region: &row.cloud_region.0, counts });
    }

    /// Counts a row that could not be read.
    pub(crate) fn unreadable(&mut self) {
        self.tally.rows += 1;
        self.tally.unreadable += 1;
        self.tally.first_unreadable.get_or_insert(self.tally.rows);
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = (&Cell, &Counts)> {
        self.cells.iter()
    }

    pub(crate) fn name(&self, name: Name) -> &str {
        self.names.names.get(name.0 as usize).map_or(UNNAMED, |name| name)
    }
}

impl Names {
    fn of(&mut self, name: &str) -> Name {
        if let Some(name) = self.by_name.get(name) {
            return *name;
        }
        let number = Name(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(printable(name).into());
        self.by_name.insert(name.into(), number);
        number
    }
}

/// A name as it can be shown: whoever sends telemetry must not move a terminal's cursor or turn a line around.
fn printable(name: &str) -> String {
    let name = ccwb_http::printable(name.trim());
    let mut short: String = name.chars().take(200).collect();
    if short.is_empty() {
        short.push_str(UNNAMED);
    }
    short
}
