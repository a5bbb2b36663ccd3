//! `ccwb cost`: what a month will cost, before it does.

mod arguments;

use std::collections::BTreeMap;

use ccwb_bedrock::{Catalogue, Estimate, Plan, PlanError, Prices, TeamPlan, Usd};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use self::arguments::CostCommand;
use self::arguments::{CompareArguments, EstimateArguments, ScenarioArguments};
use crate::columns::columns;
use crate::document;
use crate::failure::{Failure, exit};
use crate::models::{has_ended, unknown_model, unreachable_model};
use crate::screen::Screen;

pub(crate) fn run(command: &CostCommand) -> Result<(), Failure> {
    match command {
        CostCommand::Estimate(arguments) => estimate(arguments),
        CostCommand::Compare(arguments) => compare(arguments),
        CostCommand::Scenarios(arguments) => scenarios(arguments),
    }
}

fn estimate(arguments: &EstimateArguments) -> Result<(), Failure> {
    let mut plan = match &arguments.file {
        Some(file) => document::read(file)?,
        None => one_team(arguments)?,
    };
    plan.contingency = arguments.contingency.unwrap_or(plan.contingency);
    let estimate = plan.estimate(Catalogue::bundled(), Prices::bundled())?;
    let screen = Screen::of_process();
    screen.answer(arguments.json, &of_estimate(&estimate), || show(&screen, &estimate, plan.contingency));
    Ok(())
}

fn one_team(arguments: &EstimateArguments) -> Result<Plan, Failure> {
    let alone = arguments.models.len() == 1;
    let mut models = BTreeMap::new();
    for share in &arguments.models {
        let (name, percent) = match share.split_once('=') {
            Some((name, percent)) => (name, percent.trim_end_matches('%').parse().ok()),
            None => (share.as_str(), alone.then_some(100)),
        };
        let percent = percent.ok_or_else(|| {
            let message = format!("--model {share} does not say how much of it");
            Failure::new("usage", exit::USAGE, message, "write --model sonnet=70,haiku=30")
        })?;
        models.insert(name.to_owned(), percent);
    }
    let shape = &arguments.shape;
    let team = TeamPlan {
        people: arguments.people.unwrap_or_default(),
        days: arguments.days.unwrap_or_default(),
        input: arguments.input.unwrap_or_default(),
        output: arguments.output.unwrap_or_default(),
        models,
        region: arguments.region.clone().unwrap_or_default(),
        prefix: shape.prefix.clone(),
        cache_read: shape.cache_read,
        cache_write: shape.cache_write,
        cache_for_an_hour: shape.cache_for_an_hour,
        batch: shape.batch,
    };
    Ok(Plan { teams: BTreeMap::from([("everybody".to_owned(), team)]), contingency: 0 })
}

fn show(screen: &Screen, estimate: &Estimate<'_>, contingency: u32) {
    let heads = ["team", "inference profile", "tokens in", "out", "a month"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(estimate.lines.iter().map(|line| {
        let prompt = line.on_demand.prompt() + line.batch.prompt();
        let cost = line.cost.map_or_else(|| "?".to_owned(), |cost| cost.to_string());
        vec![
            line.team.to_owned(),
            line.profile.id.clone(),
            millions(prompt),
            millions(line.on_demand.output + line.batch.output),
            cost,
        ]
    }));
    for line in columns(&rows) {
        screen.line(line);
    }
    screen.blank();
    screen.row("a month", &estimate.month.to_string());
    if contingency > 0 {
        screen.row("contingency", &format!("{} ({contingency} percent)", estimate.contingency));
        screen.row("together", &estimate.total().to_string());
    }
    let twelve = Usd::from_pico(estimate.total().pico() * 12);
    screen.row("a year", &twelve.to_string());
    if estimate.people > 0 {
        let each = Usd::from_pico(estimate.total().pico() / i128::from(estimate.people));
        screen.row("a person a month", &each.to_string());
    }
    for (label, without) in [("the cache saves", estimate.without_cache), ("batch jobs save", estimate.without_batch)] {
        if without > estimate.month {
            screen.row(label, &format!("{} (it would be {without})", without - estimate.month));
        }
    }
    screen.blank();
    if estimate.is_incomplete() {
        screen.ask("A question mark: no price is known. The sums are too low by that.");
    }
    let prices = estimate.lines.iter().filter_map(|line| line.price).map(|price| price.as_of);
    screen.note(&format!("Prices as of {}; ccwb models show names their sources.", prices.max().unwrap_or("?")));
    let limit = (estimate.total().pico() / 1_000_000_000_000).max(1);
    screen.note("A budget that tells when it gets near, and alarms, are stacks of a profile (docs/guides/cost.md):");
    screen.copyable(&format!(
        "ccwb init --profile NAME --set budget_monthly_usd={limit} --set budget_emails=you@company.com"
    ));
    screen.copyable("ccwb deploy budget --profile NAME");
}

/// To a tenth.
fn millions(tokens: u64) -> String {
    format!("{}.{}M", tokens / 1_000_000, tokens % 1_000_000 / 100_000)
}

fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let catalogue = Catalogue::bundled();
    let names: Vec<String> = match arguments.models.as_slice() {
        [] => catalogue
            .models
            .iter()
            .filter(|model| !has_ended(model))
            .filter(|model| {
                let mut profiles = catalogue.callable_in(&arguments.region).filter(|profile| profile.model == model.id);
                profiles.any(|profile| profile.is_under(arguments.prefix.as_deref()))
            })
            .map(|model| model.alias.clone())
            .collect(),
        named => named.to_vec(),
    };
    if names.is_empty() {
        return Err(unreachable_model(&arguments.region));
    }
    let mut found = Vec::new();
    for name in names {
        let prefix = arguments.prefix.as_deref();
        let model = catalogue.meant(&name, prefix, Some(&arguments.region)).ok_or_else(|| unknown_model(&name))?;
        let team = TeamPlan {
            people: 1,
            days: 1,
            input: arguments.input,
            output: arguments.output,
            models: BTreeMap::from([(name, 100)]),
            region: arguments.region.clone(),
            prefix: arguments.prefix.clone(),
            cache_read: arguments.cache_read,
            cache_write: arguments.cache_write,
            cache_for_an_hour: false,
            batch: 0,
        };
        let plan = Plan { teams: BTreeMap::from([(model.alias.clone(), team)]), contingency: 0 };
        let estimate = plan.estimate(catalogue, Prices::bundled())?;
        for line in &estimate.lines {
            found.push((model, line.profile.id.clone(), line.cost, estimate.without_cache));
        }
    }
    found.sort_by_key(|(.., cost, _)| (cost.is_none(), *cost));
    let cheapest = found.first().and_then(|(.., cost, _)| *cost);
    let as_json: Vec<Value> = found
        .iter()
        .map(|(model, profile, cost, without)| {
            json!({
                "model": model.alias, "inference_profile": profile, "cost_usd": cost.map(Usd::exact),
                "without_cache_usd": cost.map(|_| without.exact()),
            })
        })
        .collect();
    let screen = Screen::of_process();
    screen.answer(arguments.json, &Value::from(as_json), || {
        let mut rows = vec![["model", "inference profile", "cost", "more than the first"].map(str::to_owned).to_vec()];
        rows.extend(found.iter().map(|(model, profile, cost, _)| {
            let more = cost.zip(cheapest).map_or_else(String::new, |(cost, cheapest)| (cost - cheapest).to_string());
            let cost = cost.map_or_else(|| "?".to_owned(), |cost| cost.to_string());
            vec![model.alias.clone(), profile.clone(), cost, more]
        }));
        for line in columns(&rows) {
            screen.line(line);
        }
    });
    Ok(())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenarios {
    scenarios: BTreeMap<String, Plan>,
}

fn scenarios(arguments: &ScenarioArguments) -> Result<(), Failure> {
    let Scenarios { scenarios } = document::read(&arguments.file)?;
    let mut found = Vec::new();
    for (name, plan) in &scenarios {
        let estimate = plan.estimate(Catalogue::bundled(), Prices::bundled()).map_err(|mut error| {
            error.team = format!("{name}, {}", error.team);
            error
        })?;
        found.push((name, estimate));
    }
    found.sort_by_key(|(_, estimate)| (estimate.is_incomplete(), estimate.total()));
    let as_json: Vec<Value> = found
        .iter()
        .map(|(name, estimate)| {
            let mut one = of_estimate(estimate);
            one["name"] = json!(name);
            one
        })
        .collect();
    let screen = Screen::of_process();
    screen.answer(arguments.json, &Value::from(as_json), || {
        let cheapest = found.first().map_or(Usd::ZERO, |(_, estimate)| estimate.total());
        let heads = ["scenario", "a month", "contingency", "together", "a person", "more than the first"];
        let mut rows = vec![heads.map(str::to_owned).to_vec()];
        rows.extend(found.iter().map(|(name, estimate)| {
            let people = i128::from(estimate.people.max(1));
            let unknown = if estimate.is_incomplete() { " and ?" } else { "" };
            vec![
                (*name).clone(),
                estimate.month.to_string(),
                estimate.contingency.to_string(),
                format!("{}{unknown}", estimate.total()),
                Usd::from_pico(estimate.total().pico() / people).to_string(),
                (estimate.total() - cheapest).to_string(),
            ]
        }));
        for line in columns(&rows) {
            screen.line(line);
        }
    });
    Ok(())
}

/// Amounts have all their digits.
fn of_estimate(estimate: &Estimate<'_>) -> Value {
    json!({
        "month_usd": estimate.month.exact(), "contingency_usd": estimate.contingency.exact(),
        "total_usd": estimate.total().exact(), "without_cache_usd": estimate.without_cache.exact(),
        "without_batch_usd": estimate.without_batch.exact(), "people": estimate.people, "incomplete": estimate.is_incomplete(),
        "lines": estimate.lines.iter().map(|line| json!({
            "team": line.team, "inference_profile": line.profile.id, "cost_usd": line.cost.map(Usd::exact),
            "input": line.on_demand.input, "output": line.on_demand.output, "cache_read": line.on_demand.cache_read,
            "cache_write_5m": line.on_demand.cache_write_5m, "cache_write_1h": line.on_demand.cache_write_1h,
            "batch_input": line.batch.input, "batch_output": line.batch.output,
            "price_source": line.price.map(|price| price.source), "price_as_of": line.price.map(|price| price.as_of),
        })).collect::<Vec<_>>(),
    })
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let hint = "mend the plan: its form is in docs/guides/cost.md";
        Self::new("plan-invalid", exit::CONFIG, error.to_string(), hint)
    }
}
