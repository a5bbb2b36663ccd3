//! `ccwb customer list`.

use ccwb_customer::{CustomersFolder, MethodKind};
use serde_json::{Value, json};

use super::{folder, show};
use crate::columns::columns;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) fn run(json: bool, surroundings: &Surroundings) -> Result<(), Failure> {
    let listing = folder(surroundings)?.list()?;
    let screen = Screen::of_process();
    if json {
        let customers: Vec<Value> = listing.customers.iter().map(show::of_customer).collect();
        let broken: Vec<Value> =
            listing.broken.iter().map(|broken| json!({"folder": broken.name, "problem": broken.problem})).collect();
        screen.line(format!("{:#}", json!({"customers": customers, "broken": broken})));
        return Ok(());
    }
    if listing.customers.is_empty() && listing.broken.is_empty() {
        screen.ask("There is no customer yet: ccwb customer form prints an empty form, ccwb customer add takes it.");
        return Ok(());
    }
    let heads = ["customer", "organisation", "account", "region", "model", "method", "rules"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(listing.customers.iter().map(|customer| {
        let rules: Vec<&str> = customer.compliance.iter().map(|rules| rules.name()).collect();
        vec![
            customer.id.to_string(),
            customer.organisation.clone(),
            customer.account.clone(),
            customer.region.clone(),
            customer.model.alias.clone(),
            MethodKind::name(customer.method.kind()).to_owned(),
            rules.join(", "),
        ]
    }));
    // One write: ten thousand lines one by one take longer than reading them did.
    screen.raw(&(columns(&rows).join("\n") + "\n"));
    for broken in &listing.broken {
        screen.problem(&broken.name, &broken.problem);
    }
    for account in CustomersFolder::shared_accounts(&listing.customers) {
        screen.note(&format!("More than one customer has the account {account}."));
    }
    Ok(())
}
