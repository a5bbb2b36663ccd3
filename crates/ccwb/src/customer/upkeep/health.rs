//! `ccwb customer health`: everybody side by side, by what STS and Bedrock's control plane say; no customer's data is read.

use std::collections::BTreeMap;

use ccwb_bedrock::Catalogue;
use ccwb_customer::Customer;
use serde_json::{Value, json};

use super::Office;
use super::arguments::HealthArguments;
use super::many::each;
use super::standing::Standing;
use super::validate::{Validated, Validation};
use crate::columns::columns;
use crate::failure::{Failure, exit};
use crate::screen::{Screen, Spinner};
use crate::surroundings::{Surroundings, unix_time};

/// One line of the table.
#[derive(Debug)]
struct Health {
    customer: Customer,
    standing: Option<Standing>,
    /// Days since the credential came into use.
    age: i64,
    is_due: bool,
    /// What breaks the customer's rules.
    compliance: Vec<String>,
}

pub(super) async fn run(arguments: &HealthArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let office = Office::open(arguments.work.aws_profile.as_deref(), surroundings).await?;
    let listing = office.folder.list()?;
    let mut failed = BTreeMap::new();
    if !arguments.offline {
        let spinner = Spinner::start(&format!("Looking after {} customers", listing.customers.len()));
        let validation = Validation { office: office.clone(), calls: false };
        each(listing.customers.clone(), arguments.work.concurrency.into(), validation, |validated: Validated| {
            if let Some(row) = validated.failures().next() {
                failed.insert(validated.customer.id.clone(), row.detail.clone());
            }
        })
        .await;
        drop(spinner);
    }
    let all: Vec<Health> = listing
        .customers
        .into_iter()
        .map(|customer| Health::of(Standing::read(&office.folder, &customer), customer, arguments.due_after))
        .collect();
    let broken: Vec<Value> =
        listing.broken.iter().map(|broken| json!({"folder": broken.name, "problem": broken.problem})).collect();
    let screen = Screen::of_process();
    let answer = json!({"customers": all.iter().map(Health::json).collect::<Vec<_>>(), "broken": broken});
    screen.answer(arguments.work.json, &answer, || {
        show(&screen, &all);
        for (id, detail) in &failed {
            screen.failed(id.as_str(), detail);
        }
        for health in &all {
            for problem in &health.compliance {
                screen.failed(health.customer.id.as_str(), problem);
            }
        }
        for broken in &listing.broken {
            screen.failed(&broken.name, &broken.problem);
        }
    });
    let is_good = broken.is_empty() && failed.is_empty() && all.iter().all(Health::is_good);
    if is_good { Ok(()) } else { Err(Failure::told(exit::AWS)) }
}

impl Health {
    fn of(standing: Option<Standing>, customer: Customer, due_after: i64) -> Self {
        let since = standing.as_ref().map_or(customer.added, |standing| standing.since);
        let seconds = unix_time().saturating_sub(since).max(0);
        let compliance = compliance(&customer);
        Self { age: seconds / 86_400, is_due: seconds > due_after, customer, standing, compliance }
    }

    fn is_good(&self) -> bool {
        self.compliance.is_empty() && self.standing.as_ref().is_none_or(|standing| standing.failures.is_empty())
    }

    fn json(&self) -> Value {
        json!({
            "customer": self.customer.id, "method": self.customer.method.kind().name(), "region": self.customer.region,
            "validated": self.standing.as_ref().map(|standing| standing.validated),
            "failures": self.standing.as_ref().map(|standing| &standing.failures),
            "milliseconds": self.standing.as_ref().map(|standing| standing.milliseconds),
            "age_days": self.age, "rotation_due": self.is_due, "compliance": self.compliance,
        })
    }

    fn row(&self) -> Vec<String> {
        let never = || ("never".to_owned(), String::new(), String::new());
        let (validated, state, time) = self.standing.as_ref().map_or_else(never, |standing| {
            let state = if standing.failures.is_empty() { "good".to_owned() } else { standing.failures.join(", ") };
            (ago(unix_time() - standing.validated), state, format!("{} ms", standing.milliseconds))
        });
        let due = if self.is_due { "due" } else { "-" };
        let rules = if self.compliance.is_empty() { "kept" } else { "BROKEN" };
        let method = self.customer.method.kind().name().to_owned();
        let age = format!("{} d", self.age);
        let words = [self.customer.id.to_string(), method, validated, state, time, age, due.to_owned()];
        words.into_iter().chain([rules.to_owned()]).collect()
    }
}

fn show(screen: &Screen, all: &[Health]) {
    let due = all.iter().filter(|health| health.is_due).count();
    let bad = all.iter().filter(|health| !health.is_good()).count();
    let all_of_them = if all.len() == 1 { "1 customer".to_owned() } else { format!("{} customers", all.len()) };
    screen.title(&format!("{all_of_them}, {bad} with problems, {due} due for rotation"), "");
    let heads = ["customer", "method", "validated", "state", "took", "key", "rotation", "rules"];
    let rows: Vec<Vec<String>> =
        [heads.map(str::to_owned).to_vec()].into_iter().chain(all.iter().map(Health::row)).collect();
    for line in columns(&rows) {
        screen.line(line);
    }
    if due > 0 {
        screen.ask("ccwb customer rotate --all --older-than 90d");
    }
}

/// The record was right when it was made; rules, regions and profiles change.
fn compliance(customer: &Customer) -> Vec<String> {
    let model = &customer.model;
    let regions = [Some(&customer.region), customer.fallback_region.as_ref()];
    let profiles = [Some(&model.profile), model.fallback_profile.as_ref()];
    let mut problems = Vec::new();
    for rules in &customer.compliance {
        let place = rules.place().unwrap_or_default();
        for region in regions.into_iter().flatten().filter(|region| !rules.allows_region(region)) {
            problems.push(format!("{}: {region} is not in {place}", rules.name()));
        }
        for id in profiles.into_iter().flatten() {
            let is_allowed = Catalogue::bundled().profile(id).is_some_and(|profile| rules.allows_profile(profile));
            if rules.place().is_some() && !is_allowed {
                problems.push(format!("{}: {id} may be served outside {place}", rules.name()));
            }
        }
    }
    problems
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..60 => "now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}
