//! `ccwb customer show`.

use ccwb_bedrock::{Partition, Prices};
use ccwb_customer::{Compliance, Customer, KeyPlace, Method, estimate};
use serde_json::{Value, json};

use super::folder;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) fn run(name: &str, json: bool, surroundings: &Surroundings) -> Result<(), Failure> {
    let customer = folder(surroundings)?.load(name)?;
    let screen = Screen::of_process();
    screen.answer(json, &of_customer(&customer), || {
        screen.title(&customer.organisation, "");
        screen.row("customer", customer.id.as_str());
        screen.row("contact", &format!("{} <{}>", customer.contact.name, customer.contact.email));
        screen.row("since", &day(customer.added));
        screen.row("account", &customer.account);
        let fallback = customer.fallback_region.as_ref().map(|region| format!(", else {region}")).unwrap_or_default();
        screen.row("region", &format!("{}{fallback}", customer.region));
        screen.row("model", &format!("{} ({})", customer.model.alias, customer.model.profile));
        screen.row("method", customer.method.kind().name());
        if let Method::CrossAccountRole { role_arn, external_id } = &customer.method {
            screen.row("role", role_arn);
            screen.row("external id", external_id);
        }
        if let Some(key) = &customer.key {
            let place = match key {
                KeyPlace::Keyring {} => "in the keyring of this computer".to_owned(),
                KeyPlace::Kms { arn } => format!("under {arn}"),
            };
            screen.row("secret", &format!("encrypted for this customer; the key is {place}"));
        }
        let month = estimate(&customer, Prices::bundled()).month;
        let month = month.map_or_else(|| "unknown: no price is published".to_owned(), |month| month.to_string());
        screen.row(
            "a month",
            &format!("{month} for {} tokens in, {} out", customer.tokens.input, customer.tokens.output),
        );
        what_remains(&screen, &customer);
    });
    Ok(())
}

/// What people have to do, since no program can.
pub(crate) fn what_remains(screen: &Screen, customer: &Customer) {
    match &customer.method {
        Method::CrossAccountRole { role_arn, external_id } => {
            screen.heading("The customer's role trusts you with");
            let trust = trust(&customer.region, external_id);
            for line in format!("{trust:#}").lines() {
                screen.copyable(line);
            }
            screen.note(&format!("In {role_arn}; YOUR-ACCOUNT is the account that your servers' own role is in."));
        }
        Method::IamUserKeys {} => {
            screen.note("Long-lived keys are the weakest way in: propose a role, and rotate these every 90 days.");
        }
        Method::BedrockApiKey {} => {
            screen.note("A long-lived Bedrock API key is for trying out: propose a role, and rotate it every 30 days.");
        }
    }
    for rules in &customer.compliance {
        screen.row(rules.name(), Compliance::remains(*rules));
    }
}

fn trust(region: &str, external_id: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:{}:iam::YOUR-ACCOUNT:root", Partition::of_region(region).name())},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }],
    })
}

/// The record, as it is: it holds no secret.
pub(crate) fn of_customer(customer: &Customer) -> Value {
    serde_json::to_value(customer).unwrap_or_default()
}

fn day(time: i64) -> String {
    chrono::DateTime::from_timestamp(time, 0).unwrap_or_default().format("%Y-%m-%d").to_string()
}
