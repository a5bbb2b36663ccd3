//! `ccwb customer rotate`.

use std::sync::Arc;

use ccwb_customer::vault::Rotates;
use ccwb_customer::{Customer, CustomerLock};
use ccwb_rotation::{Outcome as Ended, Record, RotationError};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::arguments::RotateArguments;
use super::customers_key::CustomersKey;
use super::history::History;
use super::many::{AsyncWork, each};
use super::{Office, access, external_id, of_many};
use crate::customer::secret;
use crate::failure::{Failure, exit};
use crate::screen::{Screen, Spinner};
use crate::surroundings::{Surroundings, unix_time};

/// What came of one customer's rotation.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) customer: String,
    pub(super) outcome: Outcome,
    pub(super) detail: String,
    pub(super) hint: Option<String>,
    pub(super) milliseconds: u64,
    /// Of one that failed.
    pub(super) failure: Option<Failure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Rotated,
    /// The new one is in use; the old one works until its time is over.
    Switched,
    /// The new one failed, and the old one is in use.
    Restored,
    /// The customer has to do something first.
    Pending,
    /// Nothing was due, or nothing can be done from here.
    Skipped,
    Planned,
    Failed,
}

impl Told {
    pub(super) fn new(customer: &Customer, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self {
            customer: customer.id.to_string(),
            outcome,
            detail: detail.into(),
            hint: None,
            milliseconds: 0,
            failure: None,
        }
    }

    fn failed(customer: &Customer, failure: Failure) -> Self {
        let mut told = Self::new(customer, Outcome::Failed, failure.message.clone());
        told.hint = Some(failure.hint.clone());
        Self { failure: Some(failure), ..told }
    }

    fn json(&self) -> Value {
        json!({
            "customer": self.customer, "outcome": self.outcome, "detail": self.detail, "hint": self.hint,
            "milliseconds": self.milliseconds, "code": self.failure.as_ref().map(|failure| &failure.code),
        })
    }

    fn show(&self, screen: &Screen) {
        match self.outcome {
            Outcome::Rotated | Outcome::Switched => screen.done(&self.customer, &self.detail),
            Outcome::Failed | Outcome::Restored => screen.failed(&self.customer, &self.detail),
            Outcome::Pending | Outcome::Skipped => screen.skipped(&self.customer, &self.detail),
            Outcome::Planned => screen.row(&self.customer, &self.detail),
        }
        if let Some(hint) = &self.hint {
            screen.ask(hint);
        }
    }
}

/// One rotation of many.
#[derive(Debug)]
pub(super) struct Rotation {
    pub(super) office: Arc<Office>,
    pub(super) older_than: Option<i64>,
    pub(super) keeps: i64,
    pub(super) given: Option<SecretString>,
    pub(super) dry_run: bool,
}

pub(super) async fn run(arguments: &RotateArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let work = &arguments.work;
    let office = Office::open(work.aws_profile.as_deref(), surroundings).await?;
    let customers = office.customers(&arguments.whom)?;
    let given = match arguments.key_stdin {
        true => Some(secret::ask("The customer's new Bedrock API key:")?),
        false => None,
    };
    let rotation = Rotation {
        office,
        older_than: arguments.older_than,
        keeps: arguments.keep_old_for,
        given,
        dry_run: arguments.dry_run,
    };
    let count = customers.len();
    let spinner = Spinner::start(&format!("Rotating credentials of {count} customers"));
    let mut all = Vec::new();
    each(customers, work.concurrency.into(), rotation, |told: Told| {
        all.push(told);
        spinner.say(&format!("Rotating credentials: {} of {count}", all.len()));
    })
    .await;
    drop(spinner);
    all.sort_by(|one, other| one.customer.cmp(&other.customer));
    let screen = Screen::of_process();
    screen.answer(work.json, &all.iter().map(Told::json).collect(), || {
        for told in &all {
            told.show(&screen);
        }
    });
    ended(&all)
}

fn ended(all: &[Told]) -> Result<(), Failure> {
    let failures: Vec<&Failure> = all.iter().filter_map(|told| told.failure.as_ref()).collect();
    let restored = all.iter().any(|told| told.outcome == Outcome::Restored);
    match failures.first() {
        Some(&first) if all.len() > 1 => Err(of_many(failures.len(), all.len(), first)),
        Some(&only) => Err(Failure::told(only.exit)),
        None if restored => Err(Failure::told(exit::AWS)),
        None => Ok(()),
    }
}

impl AsyncWork<Customer, Told> for Rotation {
    async fn on(&self, customer: Customer) -> Told {
        let (told, milliseconds) = access::timed(Box::pin(self.one(&customer))).await;
        Told { milliseconds, ..told.unwrap_or_else(|failure| Told::failed(&customer, failure)) }
    }
}

impl Rotation {
    async fn one(&self, customer: &Customer) -> Result<Told, Failure> {
        let (lock, customer) = self.office.hold(customer).await?;
        let Some(kind) = Rotates::of(customer.method.kind()) else {
            let folder = &self.office.folder;
            let is_young = self.is_young(external_id::since(folder, &customer));
            if is_young && !external_id::is_under_way(folder, &customer) {
                return Ok(Told::new(&customer, Outcome::Skipped, "the external id is not that old"));
            }
            if self.dry_run {
                return Ok(Told::new(&customer, Outcome::Planned, external_id::plan(folder, &customer)));
            }
            return external_id::rotate(&self.office, customer, &lock).await;
        };
        self.key(kind, customer, &lock).await
    }

    async fn key(&self, kind: Rotates, customer: Customer, lock: &CustomerLock) -> Result<Told, Failure> {
        let vault = self.office.vault(&customer).await?;
        let record = vault.read()?.to_rotation();
        let days = record.age_in_days(unix_time());
        if record.is_at_rest() && self.is_young(record.current.created) {
            return Ok(Told::new(&customer, Outcome::Skipped, format!("{} is {days} days old", record.current.id)));
        }
        if record.is_at_rest() && kind == Rotates::BedrockApiKey && self.given.is_none() {
            let hint = format!("ccwb customer rotate {} --key-stdin < FILE", customer.id);
            let detail = format!("its API key is {days} days old; the customer makes a new one");
            return Ok(Told { hint: Some(hint), ..Told::new(&customer, Outcome::Pending, detail) });
        }
        if self.given.is_some() && kind != Rotates::BedrockApiKey {
            let message = format!("\"{}\" has access keys: AWS makes new ones", customer.id);
            return Err(Failure::new("usage", exit::USAGE, message, "leave --key-stdin out"));
        }
        if self.dry_run {
            return Ok(Told::new(&customer, Outcome::Planned, plan(&record, days)));
        }
        let history = History::of(&self.office.folder, &customer);
        let mut account = CustomersKey {
            base: &self.office.base,
            customer: &customer,
            vault: &vault,
            lock,
            kind,
            history: &history,
            given: self.given.clone(),
            keeps: self.keeps,
        };
        let ended = if self.given.is_none() && kind == Rotates::BedrockApiKey {
            ccwb_rotation::settle(&mut account, record).await
        } else {
            ccwb_rotation::rotate(&mut account, record).await
        };
        let mut told = told(&customer, ended)?;
        if history.is_incomplete() {
            told.hint = Some(format!("{} could not be written: it misses steps", history.path().display()));
        }
        Ok(told)
    }

    fn is_young(&self, since: i64) -> bool {
        self.older_than.is_some_and(|age| unix_time().saturating_sub(since) <= age)
    }
}

fn plan(record: &Record, days: i64) -> String {
    match record.is_at_rest() {
        true => format!("{}, {days} days old, would be exchanged", record.current.id),
        false => "an interrupted rotation would be finished".to_owned(),
    }
}

fn told(customer: &Customer, ended: Result<Ended, RotationError<Failure>>) -> Result<Told, Failure> {
    match ended {
        Ok(Ended::Rotated { record, old }) => {
            Ok(Told::new(customer, Outcome::Rotated, format!("{} took the place of {old}", record.current.id)))
        }
        Ok(Ended::Switched { record }) => {
            let old = record.previous.map(|key| key.id).unwrap_or_default();
            let hint =
                format!("give containers the new one, then run this again without --keep-old-for to delete {old}");
            let detail = format!("{} is in use, and {old} still works", record.current.id);
            Ok(Told { hint: Some(hint), ..Told::new(customer, Outcome::Switched, detail) })
        }
        Ok(Ended::Restored { record, reason }) => {
            let detail = format!("the new key failed, {} stays in use: {reason}", record.current.id);
            Ok(Told::new(customer, Outcome::Restored, detail))
        }
        Ok(Ended::AtRest { .. }) => Ok(Told::new(customer, Outcome::Skipped, "nothing was left to be done")),
        Err(RotationError::Account(failure)) => Err(failure),
        Err(error @ RotationError::NeitherWorks(_)) => {
            let hint = "find out what the customer's account refuses: ccwb customer validate; both keys are kept";
            Err(Failure::new("keys-refused", exit::AWS, error.to_string(), hint))
        }
        Err(RotationError::Full { other, last_used }) => Err(full(&other, last_used)),
    }
}

/// Two keys are all that AWS allows, and the other one is not ours: somebody has to decide about it.
fn full(other: &ccwb_rotation::Listed, last_used: Option<i64>) -> Failure {
    let id = &other.id;
    let day = |at| {
        chrono::DateTime::from_timestamp(at, 0).map_or_else(String::new, |time| time.format("%Y-%m-%d").to_string())
    };
    let used = last_used.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", day(at)));
    let message =
        format!("the user has a second access key, {id}, made {}, {used}: AWS allows two", day(other.created));
    let hint = match last_used {
        None => format!("nobody uses it: aws iam delete-access-key --access-key-id {id}, then run this again"),
        Some(_) => {
            format!("find out who uses it; then aws iam delete-access-key --access-key-id {id}, and run this again")
        }
    };
    Failure::new("access-keys-full", exit::AWS, message, hint)
}
