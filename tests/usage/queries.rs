//! The SQL that `ccwb usage` has Athena run, and what administrators find saved there, in another SQL engine: it must tell what
//! our own sums tell, from the same rows.

use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use ccwb_bedrock::{Prices, Usd};
use ccwb_tests::part::duckdb;
use ccwb_tests::{Home, run};
use ccwb_usage::demo::Company;
use ccwb_usage::{Aggregate, Dimension, Line, TeamField, group, read, sql};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_mins(3);

/// Rows of a company up to today: saved queries look back from today.
pub(crate) struct Rows {
    home: Home,
    pub(crate) text: String,
    today: NaiveDate,
}

impl Rows {
    #[expect(clippy::disallowed_methods, reason = "what is tested asks the clock itself")]
    pub(crate) fn new() -> Self {
        let now = std::time::SystemTime::now();
        let today = DateTime::<Utc>::from(now).date_naive();
        let company = Company { people: 15, requests_a_day: 8, ..Company::of_demo(today) };
        let text = company.rows().collect::<Vec<_>>().join("\n");
        Self { home: Home::new(), text, today }
    }

    /// The 31 days that saved queries look at.
    pub(crate) fn days(&self) -> RangeInclusive<NaiveDate> {
        self.today - Days::new(30)..=self.today
    }

    fn aggregate(&self, texts: &[&str]) -> Aggregate {
        let mut aggregate = Aggregate::new(self.days(), TeamField::Team);
        for text in texts {
            read(&mut text.as_bytes(), &mut aggregate).expect("memory can be read");
        }
        assert_eq!(aggregate.tally().unreadable, 0);
        aggregate
    }

    /// The answer of each query, as CSV; `None` without an engine.
    pub(crate) fn ask(&self, queries: &[String]) -> Option<Vec<String>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let rows = self.home.write("rows.json", &self.text);
        let asked = self.home.write("queries.json", &json!(queries).to_string());
        let columns = root.join("dist-templates/collector/data.json");
        let output = run(&mut duckdb(&self.home, &rows, &columns, &asked)?, LIMIT).expect("it ends in time").success();
        Some(serde_json::from_value(output.json()).expect("a list of texts"))
    }
}

/// What can be compared: a sum of doubles in a query is off by a last digit, everything else is exact.
fn figures(lines: &[Line]) -> Vec<(String, Usd, u64, ccwb_usage::Counts)> {
    let figures = lines.iter().map(|line| {
        let exact = ccwb_usage::Counts { claimed: Usd::ZERO, ..line.counts };
        (line.name(), line.cost.known, line.cost.unpriced_tokens, exact)
    });
    figures.collect()
}

#[test]
#[ignore = "needs duckdb"]
fn what_athena_is_asked_comes_to_the_same_as_the_rows_themselves() {
    let rows = Rows::new();
    let Some(answers) = rows.ask(&[sql::usage(&rows.days()), sql::output(&rows.days())]) else { return };
    let from_rows = rows.aggregate(&[&rows.text]);
    let from_queries = rows.aggregate(&[&answers[0], &answers[1]]);
    assert!(from_queries.tally().rows < from_rows.tally().rows / 10, "sums, not rows");
    let all = [Dimension::Day, Dimension::User, Dimension::Team, Dimension::Region];
    for by in [&all[..], &[Dimension::Model], &[Dimension::User, Dimension::Model], &[]] {
        let of = |aggregate: &Aggregate| group(aggregate, Prices::bundled(), rows.days(), by);
        let (expected, found) = (of(&from_rows), of(&from_queries));
        // Lines of code carry a model in rows; the query sums them up without.
        let without_output = |lines: &[Line]| -> Vec<_> {
            let plain = figures(lines).into_iter().map(|(name, cost, unpriced, counts)| {
                let counts = ccwb_usage::Counts { lines_added: 0, lines_removed: 0, ..counts };
                (name, cost, unpriced, counts)
            });
            plain.collect()
        };
        if by.contains(&Dimension::Model) {
            assert_eq!(without_output(&found), without_output(&expected), "{by:?}");
        } else {
            assert_eq!(figures(&found), figures(&expected), "{by:?}");
        }
        for (found, expected) in found.iter().zip(&expected) {
            let difference = (found.counts.claimed - expected.counts.claimed).abs();
            assert!(difference < Usd::from_pico(1_000), "{difference:?}");
        }
    }
}

/// A saved query by its name in the template, from the snapshot that the template is held against.
fn saved() -> Vec<(String, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ccwb-deploy/tests/snapshots/analytics-aws.json");
    let snapshot: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("a snapshot")).expect("JSON");
    let mut found = Vec::new();
    collect(&snapshot, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<(String, String)>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        if inner["Type"] == "AWS::Athena::NamedQuery" {
            found.push((name.clone(), inner["Properties"]["QueryString"].as_str().expect("a query").to_owned()));
        } else {
            collect(inner, found);
        }
    }
}

#[test]
#[ignore = "needs duckdb"]
fn every_saved_query_runs_and_those_of_cost_tell_our_figures() {
    let (rows, saved) = (Rows::new(), saved());
    assert!(saved.len() >= 12, "{saved:?}");
    let queries: Vec<String> = saved.iter().map(|(_, query)| query.clone()).collect();
    let Some(answers) = rows.ask(&queries) else { return };
    let answer = |name: &str| -> Vec<Vec<String>> {
        let place = saved.iter().position(|(saved, _)| saved == name).unwrap_or_else(|| panic!("no {name}"));
        answers[place].lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    };
    for (name, _) in &saved {
        assert!(answer(name).len() > 1, "{name} finds nothing in the rows");
    }
    let aggregate = rows.aggregate(&[&rows.text]);
    let compare = |name: &str, by: &[Dimension], keys: &[usize]| {
        let table = answer(name);
        let column = |title: &str| table[0].iter().position(|column| column == title).expect("such a column");
        let (requests, usd) = (column("requests"), table[0].iter().position(|column| column == "cost_usd"));
        let tokens = table[0].iter().position(|column| column == "tokens");
        let mut lines = group(&aggregate, Prices::bundled(), rows.days(), by);
        lines.retain(|line| line.counts.requests > 0);
        assert_eq!(lines.len(), table.len() - 1, "{name}");
        for row in &table[1..] {
            let key: Vec<&String> = keys.iter().map(|key| &row[*key]).collect();
            let line = lines.iter().find(|line| line.names.iter().collect::<Vec<_>>() == key);
            let line = line.unwrap_or_else(|| panic!("{name}: {row:?} is not ours"));
            assert_eq!(row[requests], line.counts.requests.to_string(), "{name}: {row:?}");
            if let Some(tokens) = tokens {
                assert_eq!(row[tokens], line.counts.tokens.total().to_string(), "{name}: {row:?}");
            }
            if let Some(usd) = usd {
                let told = Usd::parse(&row[usd]).expect("an amount");
                assert!((told - line.counts.claimed).abs() < Usd::from_pico(1_000), "{name}: {row:?}");
            }
        }
    };
    compare("CostByUserQuery", &[Dimension::User], &[0]);
    compare("CostByTeamQuery", &[Dimension::Team], &[0]);
    compare("CostByModelQuery", &[Dimension::Model], &[0]);
    compare("CostByDayQuery", &[Dimension::Day, Dimension::Region, Dimension::Model], &[0, 1, 2]);

    let days = group(&aggregate, Prices::bundled(), rows.days(), &[Dimension::Day]);
    for row in &answer("ActiveUsersQuery")[1..] {
        let line = days.iter().find(|line| line.name() == row[0]).expect("such a day");
        assert_eq!((row[1].as_str(), row[3].as_str()), (&*line.people.to_string(), &*line.counts.requests.to_string()));
    }
    for row in &answer("OutputQuery")[1..] {
        let teams = group(&aggregate, Prices::bundled(), rows.days(), &[Dimension::Team]);
        let counts = &teams.iter().find(|line| line.name() == row[0]).expect("such a team").counts;
        let whole = |text: &str| text.trim_end_matches(".0").to_owned();
        assert_eq!(whole(&row[1]), counts.lines_added.to_string(), "{row:?}");
        assert_eq!(whole(&row[5]), counts.sessions.to_string(), "{row:?}");
    }
    for row in &answer("TokensAgreeQuery")[1..] {
        assert_eq!(row[1].trim_end_matches(".0"), row[2], "metrics and events tell the same: {row:?}");
    }
}
