//! `ccwb customer validate`: real calls, each with its latency.

use std::sync::Arc;

use ccwb_customer::Customer;
use serde_json::{Value, json};

use super::access::{Access, timed};
use super::arguments::ValidateArguments;
use super::many::{AsyncWork, each};
use super::standing::Standing;
use super::{Office, of_many};
use crate::failure::Failure;
use crate::row::{Outcome, Row};
use crate::screen::{Screen, Spinner};
use crate::surroundings::{Surroundings, unix_time};

/// A check, and how long it took.
#[derive(Clone, Debug)]
pub(super) struct Timed {
    pub(super) row: Row,
    pub(super) milliseconds: Option<u64>,
}

/// Everything that was asked of one customer.
#[derive(Clone, Debug)]
pub(super) struct Validated {
    pub(super) customer: Customer,
    pub(super) checks: Vec<Timed>,
    /// Since when the credential is in use, if that could be told.
    pub(super) since: Option<i64>,
}

impl Validated {
    pub(super) fn failures(&self) -> impl Iterator<Item = &Row> {
        self.checks.iter().map(|check| &check.row).filter(|row| row.outcome == Outcome::Failed)
    }

    pub(super) fn milliseconds(&self) -> u64 {
        self.checks.iter().filter_map(|check| check.milliseconds).sum()
    }

    fn json(&self) -> Value {
        let checks = self.checks.iter().map(|Timed { row, milliseconds }| {
            json!({
                "check": row.check, "outcome": row.outcome, "detail": row.detail, "hint": row.hint,
                "code": Some(&row.code).filter(|code| !code.is_empty()), "milliseconds": milliseconds,
            })
        });
        json!({
            "customer": self.customer.id, "passed": self.failures().next().is_none(),
            "milliseconds": self.milliseconds(), "checks": checks.collect::<Vec<_>>(),
        })
    }

    fn show(&self, screen: &Screen) {
        screen.heading(self.customer.id.as_str());
        for Timed { row, milliseconds } in &self.checks {
            let took = milliseconds.map_or_else(|| " ".repeat(10), |time| format!("{time:>5} ms  "));
            let detail = format!("{took}{}", row.detail);
            match row.outcome {
                Outcome::Passed => screen.done(&row.check, &detail),
                Outcome::Failed => screen.failed(&row.check, &detail),
                Outcome::Skipped => screen.skipped(&row.check, &detail),
            }
            if let Some(hint) = row.hint.as_ref().filter(|_| row.outcome == Outcome::Failed) {
                screen.ask(hint);
            }
        }
    }
}

pub(super) async fn run(arguments: &ValidateArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let work = &arguments.work;
    let office = Office::open(work.aws_profile.as_deref(), surroundings).await?;
    let customers = office.customers(&arguments.whom)?;
    let count = customers.len();
    let whom = if count == 1 { "a customer".to_owned() } else { format!("{count} customers") };
    let spinner = Spinner::start(&format!("Calling AWS as {whom}"));
    let mut all: Vec<Validated> = Vec::new();
    let validation = Validation { office, calls: arguments.call };
    each(customers, work.concurrency.into(), validation, |validated| {
        all.push(validated);
        spinner.say(&format!("Calling AWS: {} of {count} customers", all.len()));
    })
    .await;
    drop(spinner);
    all.sort_by(|one, other| one.customer.id.cmp(&other.customer.id));
    let screen = Screen::of_process();
    screen.answer(work.json, &all.iter().map(Validated::json).collect(), || {
        for validated in &all {
            validated.show(&screen);
        }
    });
    let failed: Vec<&Row> = all.iter().filter_map(|validated| validated.failures().next()).collect();
    match failed.first() {
        None => Ok(()),
        Some(row) if all.len() == 1 => Err(Failure::told(row.exit)),
        Some(row) => {
            let first = Failure::new(&row.code, row.exit, row.detail.clone(), row.hint.clone().unwrap_or_default());
            Err(of_many(failed.len(), all.len(), &first))
        }
    }
}

/// Asks everything of a customer.
#[derive(Debug)]
pub(super) struct Validation {
    pub(super) office: Arc<Office>,
    /// Whether the model is called.
    pub(super) calls: bool,
}

impl AsyncWork<Customer, Validated> for Validation {
    async fn on(&self, customer: Customer) -> Validated {
        let (access, took) = timed(Box::pin(self.office.access(&customer))).await;
        let mut validated = Validated { customer, checks: Vec::new(), since: None };
        match access {
            Err(failure) => validated.add("access", Err(failure), Some(took)),
            Ok((access, since)) => {
                validated.since = Some(since);
                let how = validated.customer.method.kind().name().to_owned();
                validated.add("access", Ok(how), Some(took));
                self.ask(&access, &mut validated).await;
            }
        }
        if let Err(failure) = self.keep(&validated).await {
            validated.add("record", Err(failure), None);
        }
        validated
    }
}

impl Validation {
    async fn ask(&self, access: &Access, validated: &mut Validated) {
        let customer = validated.customer.clone();
        let (identity, took) = timed(access.identity(&customer)).await;
        match identity {
            Ok(Some(arn)) => {
                validated.add("identity", Ok(arn), Some(took));
                validated.add("account", Ok(customer.account.clone()), None);
            }
            Ok(None) => validated.skip("identity", "AWS tells nobody whose a Bedrock API key is"),
            // Whatever else was asked would say the same.
            Err(failure) => return validated.add("identity", Err(failure), Some(took)),
        }
        let (models, took) = timed(access.region(&customer)).await;
        validated.add("region", models, Some(took));
        let (profile, took) = timed(access.profile(&customer)).await;
        validated.add("model", profile, Some(took));
        if self.calls {
            let (said, took) = timed(access.call(&customer)).await;
            validated.add("model call", said, Some(took));
        } else {
            validated.skip("model call", "a call costs a token: --call makes it");
        }
    }

    /// For `health`, which need not ask again.
    async fn keep(&self, validated: &Validated) -> Result<(), Failure> {
        let (_lock, customer) = self.office.hold(&validated.customer).await?;
        let standing = Standing {
            validated: unix_time(),
            failures: validated.failures().map(|row| row.code.clone()).collect(),
            milliseconds: validated.milliseconds(),
            since: validated.since.unwrap_or(customer.added),
        };
        standing.write(&self.office.folder, &customer)
    }
}

impl Validated {
    fn add(&mut self, check: &str, result: Result<String, Failure>, milliseconds: Option<u64>) {
        self.checks.push(Timed { row: Row::of(check, result), milliseconds });
    }

    fn skip(&mut self, check: &str, reason: &str) {
        self.checks.push(Timed { row: Row::skipped(check, reason), milliseconds: None });
    }
}
