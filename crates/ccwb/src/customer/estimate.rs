//! `ccwb customer estimate`.

use ccwb_bedrock::{Prices, Usd};
use ccwb_customer::{Customer, estimate};
use serde_json::{Value, json};

use super::folder;
use crate::columns::columns;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) fn run(name: Option<&str>, json: bool, surroundings: &Surroundings) -> Result<(), Failure> {
    let folder = folder(surroundings)?;
    let customers = match name {
        Some(name) => vec![folder.load(name)?],
        None => folder.list()?.customers,
    };
    let prices = Prices::bundled();
    let months: Vec<(&Customer, Option<Usd>)> =
        customers.iter().map(|customer| (customer, estimate(customer, prices).month)).collect();
    let total: Usd = months.iter().filter_map(|(_, month)| *month).sum();
    let without_price = months.iter().filter(|(_, month)| month.is_none()).count();
    let screen = Screen::of_process();
    let value = json!({
        "customers": customers.iter().map(of_customer).collect::<Vec<_>>(),
        "month_usd": total.exact(),
        "without_price": without_price,
        "prices_as_of": prices.as_of(),
    });
    screen.answer(json, &value, || {
        let heads = ["customer", "inference profile", "tokens in", "out", "a month"];
        let mut rows = vec![heads.map(str::to_owned).to_vec()];
        rows.extend(months.iter().map(|(customer, month)| {
            vec![
                customer.id.to_string(),
                customer.model.profile.clone(),
                customer.tokens.input.to_string(),
                customer.tokens.output.to_string(),
                month.map_or_else(|| "?".to_owned(), |month| month.to_string()),
            ]
        }));
        screen.raw(&(columns(&rows).join("\n") + "\n"));
        if customers.len() > 1 {
            screen.row("together", &total.to_string());
        }
        if without_price > 0 {
            screen.note(&format!("{without_price} without a published price are not in it."));
        }
        screen.note(&format!("Prices of {}, without a cache: with one, input costs less.", prices.as_of()));
    });
    Ok(())
}

fn of_customer(customer: &Customer) -> Value {
    let estimate = estimate(customer, Prices::bundled());
    let exact = |amount: Option<Usd>| amount.map(Usd::exact);
    json!({
        "customer": customer.id,
        "account": customer.account,
        "profile": customer.model.profile,
        "tokens": customer.tokens,
        "input_usd": exact(estimate.input),
        "output_usd": exact(estimate.output),
        "month_usd": exact(estimate.month),
        "source": estimate.price.map(|price| price.source),
    })
}
