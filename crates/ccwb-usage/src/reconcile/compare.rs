//! Tokens and prices of the bill beside those of telemetry.

use std::collections::{BTreeMap, BTreeSet};

use ccwb_bedrock::{Prices, Usd};

use super::Charge;
use super::cause::{CauseKind, Causes};
use super::usage_type::{Item, Kind, Usage, usage};
use crate::number::short;
use crate::report::Line;

#[derive(Default)]
struct Billed {
    cost: Usd,
    /// In units of 10⁻¹²; `None` if some charge does not tell it.
    quantity: Option<i128>,
}

pub(super) fn compare(causes: &mut Causes, charges: &[&Charge], models: &[Line], prices: &Prices) {
    let mut billed: BTreeMap<Item, Billed> = BTreeMap::new();
    for charge in charges {
        match usage(&charge.service, &charge.usage_type, prices) {
            Usage::Apart(kind) => causes.add(kind, charge.cost, format!("{} {}", charge.service, charge.usage_type)),
            Usage::Tokens(item) => {
                let entry = billed.entry(item).or_insert_with(|| Billed { cost: Usd::ZERO, quantity: Some(0) });
                entry.cost += charge.cost;
                let quantity = Usd::parse(&charge.quantity).map(Usd::pico);
                entry.quantity = entry.quantity.zip(quantity).map(|(sum, more)| sum.saturating_add(more));
            }
        }
    }
    let mut told: BTreeMap<Item, u64> = BTreeMap::new();
    let mut unpriced = BTreeSet::new();
    for line in models {
        let id = line.name();
        let Some(price) = prices.of(&id) else {
            unpriced.insert(id);
            continue;
        };
        let is_global = id.contains("global.");
        for kind in [Kind::Input, Kind::Output, Kind::CacheRead, Kind::CacheWrite] {
            let item = Item { model: price.name.to_owned(), is_global, kind };
            *told.entry(item).or_default() += kind.of(&line.counts.tokens);
        }
    }
    let items: BTreeSet<Item> = billed.keys().chain(told.keys()).cloned().collect();
    for item in items {
        let tokens = told.get(&item).copied().unwrap_or(0);
        let bill = billed.remove(&item).unwrap_or(Billed { cost: Usd::ZERO, quantity: Some(0) });
        let Some(price) = prices.by_name(&item.model, item.is_global) else {
            let ids = if unpriced.is_empty() {
                "no telemetry of it".to_owned()
            } else {
                "telemetry tells tokens, not money".to_owned()
            };
            causes.add(CauseKind::UnpricedModels, bill.cost, format!("{}: {ids}", item.model));
            continue;
        };
        let price = item.kind.price(&price);
        let cost_of = |count: i128| Usd::from_pico(count.saturating_mul(i128::from(price)));
        let told_cost = cost_of(i128::from(tokens));
        let Some(billed_tokens) = tokens_of(&bill, price) else {
            causes.add(CauseKind::Undivided, bill.cost - told_cost, item.text());
            continue;
        };
        causes.add(CauseKind::PriceDifference, bill.cost - cost_of(billed_tokens), item.text());
        let rest = cost_of(billed_tokens) - told_cost;
        let kind = if rest > Usd::ZERO { CauseKind::TokensWithoutTelemetry } else { CauseKind::TelemetryWithoutBill };
        let tokens = u64::try_from((billed_tokens - i128::from(tokens)).unsigned_abs()).unwrap_or(u64::MAX);
        causes.add(kind, rest, format!("{} {}", short(tokens), item.text()));
    }
}

/// How many tokens were billed. The unit of a usage type is one token, a thousand or a million: that with which the price
/// on the bill is like that of the table. `None` if none is.
fn tokens_of(bill: &Billed, price: u64) -> Option<i128> {
    let quantity = bill.quantity?;
    if quantity == 0 {
        return (bill.cost == Usd::ZERO).then_some(0);
    }
    #[expect(clippy::cast_precision_loss, reason = "a comparison within a factor of three")]
    let per_unit = bill.cost.pico() as f64 / quantity as f64;
    [1_000_000_i128, 1_000, 1].into_iter().find_map(|unit| {
        #[expect(clippy::cast_precision_loss, reason = "a comparison within a factor of three")]
        let ratio = per_unit / (price as f64 / 1e12 * unit as f64);
        ((1.0 / 3.0)..=3.0).contains(&ratio).then(|| quantity.saturating_mul(unit) / 1_000_000_000_000)
    })
}
