//! A plan, for people and as JSON.

use ccwb_cloudformation::{Action, Change, ParameterChange, Plan, Replacement, Step};
use ccwb_deploy::Stack;
use console::style;
use serde_json::{Value, json};

use super::wanted::cost;
use crate::screen::Screen;

/// Values longer than this are shown by what they lost and got.
const LONG: usize = 60;

pub(crate) fn plan(screen: &Screen, stack: Stack, plan: &Plan) {
    let name = &plan.wanted.name;
    let title = style(format!("{} ({name}, {})", stack.name(), plan.wanted.region)).bold();
    if plan.is_nothing() {
        screen.line(format!("\n  {} {title}: nothing to change", style("✓").green()));
        return;
    }
    screen.line(format!("\n  {} {title}: {}", style("›").yellow().bold(), what(plan)));
    for change in &plan.changes {
        resource(screen, change);
    }
    for change in &plan.parameters {
        parameter(screen, change);
    }
    let is = |name: &str, value: &str| plan.wanted.parameters.get(name).is_some_and(|held| held == value);
    if stack == Stack::Collector && is("Issuer", "") {
        screen.note(crate::status::CLAIMED);
    }
    if plan.tags_change {
        screen.note("tags change");
    }
    match plan.protection {
        Some(true) => screen.note("protection against deletion is switched on"),
        Some(false) => screen.note("protection against deletion is switched off"),
        None => {}
    }
    if matches!(plan.step, Step::Create | Step::Recreate) {
        screen.note(&format!("cost: {}", cost(stack, &plan.wanted.parameters)));
    }
}

fn what(plan: &Plan) -> String {
    let status = plan.stack.as_ref().map_or("", |stack| stack.status.name());
    match plan.step {
        Step::Nothing => "its protection changes".to_owned(),
        Step::Create => "is created".to_owned(),
        Step::Update => "is changed".to_owned(),
        Step::Recreate => format!("is {status}: it is deleted, then created"),
        Step::Unblock => format!("is {status}: its last change has to be undone first"),
        Step::Wait => format!("is {status}: AWS works on it"),
    }
}

fn resource(screen: &Screen, change: &Change) {
    let mark = match (change.action, change.replacement) {
        (Action::Add | Action::Import, _) => style("+").green(),
        (Action::Modify, Replacement::No) => style("~").yellow(),
        (Action::Modify, _) => style("!").red().bold(),
        (Action::Remove, _) => style("-").red(),
    };
    let kind = style(&change.kind).dim();
    screen.line(format!("    {mark} {:<24} {kind}{}", change.resource, replaced(change)));
    if !change.properties.is_empty() {
        screen.line(format!("      {}", style(change.properties.join(", ")).dim()));
    }
}

fn replaced(change: &Change) -> String {
    match change.replacement {
        Replacement::No => String::new(),
        Replacement::Maybe => format!("  {}", style("may be replaced: deleted and made anew").red()),
        Replacement::Yes => format!("  {}", style("is replaced: deleted and made anew").red()),
    }
}

fn parameter(screen: &Screen, change: &ParameterChange) {
    let before = change.before.as_deref().unwrap_or("");
    let after = change.after.as_deref().unwrap_or("(default)");
    if before.len() + after.len() <= LONG {
        screen.line(format!("      {} {before:?} → {after:?}", change.name));
        return;
    }
    screen.line(format!("      {}", change.name));
    let items = |list: &str| list.split(',').map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (items(before), items(after));
    for item in old.iter().filter(|item| !item.is_empty() && !new.contains(item)) {
        screen.line(format!("        {} {item}", style("-").red()));
    }
    for item in new.iter().filter(|item| !item.is_empty() && !old.contains(item)) {
        screen.line(format!("        {} {item}", style("+").green()));
    }
}

pub(crate) fn json(stack: Stack, plan: &Plan) -> Value {
    let action = match plan.step {
        _ if plan.is_nothing() => "none",
        Step::Nothing => "protect",
        Step::Create => "create",
        Step::Update => "update",
        Step::Recreate => "recreate",
        Step::Unblock => "finish-rollback",
        Step::Wait => "wait",
    };
    let changes: Vec<Value> = plan.changes.iter().map(change_json).collect();
    let parameters: Vec<Value> = plan
        .parameters
        .iter()
        .map(|change| json!({"name": change.name, "before": change.before, "after": change.after}))
        .collect();
    json!({
        "stack": stack.name(),
        "name": plan.wanted.name,
        "region": plan.wanted.region,
        "action": action,
        "changes": changes,
        "parameters": parameters,
        "cost": cost(stack, &plan.wanted.parameters),
    })
}

fn change_json(change: &Change) -> Value {
    json!({
        "action": match change.action {
            Action::Add => "add",
            Action::Modify => "modify",
            Action::Remove => "remove",
            Action::Import => "import",
        },
        "resource": change.resource,
        "type": change.kind,
        "physical_id": change.physical,
        "replacement": match change.replacement {
            Replacement::No => "no",
            Replacement::Maybe => "maybe",
            Replacement::Yes => "yes",
        },
        "properties": change.properties,
    })
}
