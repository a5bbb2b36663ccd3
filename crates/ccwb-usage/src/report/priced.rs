//! An aggregate with prices, and sums of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;

use ccwb_bedrock::{Price, Prices, TokenCounts, Usd};
use chrono::NaiveDate;

use super::{Cost, Dimension, Line};
use crate::aggregate::{Aggregate, Cell, Name, UNNAMED};
use crate::counts::Counts;

/// An aggregate with prices.
pub(super) struct Priced<'a> {
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
    pub(super) fn new(aggregate: &'a Aggregate, prices: &Prices, days: RangeInclusive<NaiveDate>) -> Self {
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
                let output = TokenCounts { output: counts.tokens.output, ..Default::default() };
                let prompts = known - price.cost(&output);
                let without_cache = price.input_without_cache(&counts.tokens);
                Cost { known, without_cache, prompts, unpriced_tokens: 0 }
            }
            _ => Cost { unpriced_tokens: counts.tokens.total(), ..Cost::default() },
        }
    }

    pub(super) fn lines(&self, by: &[Dimension]) -> Vec<Line> {
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
            if counts.is_usage() && self.aggregate.name(cell.user) != UNNAMED {
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

    pub(super) fn daily_cost(&self) -> HashMap<NaiveDate, Usd> {
        let mut daily = HashMap::new();
        for (cell, counts) in self.aggregate.cells() {
            *daily.entry(cell.day).or_default() += self.cost(cell, counts).known;
        }
        daily
    }

    pub(super) fn knows_people(&self) -> bool {
        self.aggregate.cells().any(|(cell, _)| self.aggregate.name(cell.user) != UNNAMED)
    }

    pub(super) fn models(&self) -> BTreeMap<String, Option<Price>> {
        let used = self.aggregate.cells().filter(|(cell, counts)| self.days.contains(&cell.day) && counts.is_usage());
        used.filter_map(|(cell, _)| cell.model)
            .map(|model| (self.aggregate.name(model).to_owned(), self.prices.get(&model).copied().flatten()))
            .collect()
    }
}
