//! Telemetry of a company that does not exist, as the collector would write it: for everybody who wants to look at reports
//! without an account, and for tests. The same seed makes the same rows.

mod bill;
mod day;
mod person;

use std::collections::VecDeque;

use chrono::{Days, NaiveDate};

pub use bill::bill;

use self::day::{WorkingDay, works};
use self::person::Person;
use crate::random::Random;

/// A company to be made up.
#[derive(Clone, Copy, Debug)]
pub struct Company {
    /// The same seed makes the same company.
    pub seed: u64,
    /// The last day.
    pub until: NaiveDate,
    /// How many days.
    pub days: u32,
    /// How many people, in the end: they begin one after another.
    pub people: u32,
    /// Requests of one person on one working day, about.
    pub requests_a_day: u32,
}

impl Company {
    /// The one that `ccwb usage --demo` shows.
    pub fn of_demo(until: NaiveDate) -> Self {
        Self { seed: 7, until, days: 56, people: 42, requests_a_day: 60 }
    }

    /// The rows, in the order of days: one JSON object each.
    pub fn rows(self) -> impl Iterator<Item = String> {
        let mut random = Random::new(self.seed);
        let people = (0..self.people).map(|number| Person::new(number, &mut random)).collect();
        Rows { company: self, people, random, day: 0, person: 0, waiting: VecDeque::new() }
    }
}

struct Rows {
    company: Company,
    people: Vec<Person>,
    random: Random,
    day: u32,
    person: usize,
    waiting: VecDeque<String>,
}

impl Iterator for Rows {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                return Some(row);
            }
            if self.day >= self.company.days {
                return None;
            }
            self.working_day();
            self.person += 1;
            if self.person >= self.people.len() {
                (self.person, self.day) = (0, self.day + 1);
            }
        }
    }
}

impl Rows {
    /// What one person did on one day.
    fn working_day(&mut self) {
        let before = u64::from(self.company.days - 1 - self.day);
        let Some(day) = self.company.until.checked_sub_days(Days::new(before)) else { return };
        let Some(person) = self.people.get(self.person) else { return };
        if f64::from(self.day) < person.begins * f64::from(self.company.days) || !works(day, &mut self.random) {
            return;
        }
        let mean = self.company.requests_a_day;
        self.waiting = WorkingDay::new(day, self.person, person, mean, &mut self.random).rows();
    }
}
