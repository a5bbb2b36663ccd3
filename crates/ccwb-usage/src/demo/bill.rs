//! The bill of the company.

use std::ops::RangeInclusive;

use ccwb_bedrock::{Prices, Usd};
use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use crate::aggregate::Aggregate;
use crate::reconcile::{Attributed, Bill, Charge};
use crate::report::{Dimension, group};

/// The bill that would go with it: with a person whose telemetry is off, cache writes for an hour, a batch job, a credit, and
/// the last two days missing, as on real ones.
pub fn bill(aggregate: &Aggregate, prices: &Prices, days: &RangeInclusive<NaiveDate>) -> Bill {
    let last = days.end().checked_sub_days(Days::new(2)).unwrap_or(*days.end());
    let billed = *days.start()..=last.max(*days.start());
    let mut bill = Bill { by_user: Some(Vec::new()), ..Bill::default() };
    let mut users = Vec::new();
    for line in group(aggregate, prices, billed.clone(), &[Dimension::Day, Dimension::User, Dimension::Model]) {
        let [day, user, model] = line.names.as_slice() else { continue };
        let (Ok(day), Some(price)) = (day.parse(), prices.of(model)) else { continue };
        // The first of the company in the alphabet has telemetry of four fifths only.
        let tokens = line.counts.tokens;
        let scaled = |count: u64| if user.starts_with("alice.") { count + count / 4 } else { count };
        let scope = if price.is_regional { "" } else { "_Global" };
        let mut cost_of_user = Usd::ZERO;
        for (kind, count, price_of_kind) in [
            ("InputTokenCount", tokens.input, price.input),
            ("OutputTokenCount", tokens.output, price.output),
            ("CacheReadInputTokenCount", tokens.cache_read, price.cache_read),
            // A tenth is written for an hour.
            ("CacheWriteInputTokenCount", tokens.cache_write() * 9 / 10, price.cache_write_5m),
            ("CacheWrite1hInputTokenCount", tokens.cache_write().div_ceil(10), price.cache_write_1h),
        ] {
            let count = scaled(count);
            let cost = Usd::from_pico(i128::from(count) * i128::from(price_of_kind));
            cost_of_user += cost;
            bill.charges.push(Charge {
                day,
                service: format!("{} (Amazon Bedrock Edition)", price.name),
                usage_type: format!("USE1-MP:USE1_{kind}{scope}-Units"),
                cost,
                quantity: Usd::from_pico(i128::from(count) * 1_000_000).exact(),
            });
        }
        users.push(Attributed { day, name: user.clone(), cost: cost_of_user });
    }
    let silent = Usd::from_pico(4_200_000_000_000);
    for day in
        billed.start().iter_days().take_while(|day| day <= billed.end()).filter(|day| day.weekday() != Weekday::Sun)
    {
        let (service, quantity) = ("Claude Sonnet 4.6 (Amazon Bedrock Edition)", "0.28");
        let usage_type = "USE1-MP:USE1_OutputTokenCount_Global-Units".to_owned();
        bill.charges.push(Charge {
            day,
            service: service.to_owned(),
            usage_type,
            cost: silent,
            quantity: quantity.to_owned(),
        });
        users.push(Attributed { day, name: "quiet.quentin@example.com".to_owned(), cost: silent });
        if day.weekday() == Weekday::Mon {
            let cost = Usd::from_pico(31_500_000_000_000);
            let usage_type = "USE1-MP:USE1_InputTokenCount_Batch-Units".to_owned();
            bill.charges.push(Charge {
                day,
                service: service.to_owned(),
                usage_type,
                cost,
                quantity: "19.09".to_owned(),
            });
            users.push(Attributed { day, name: String::new(), cost });
        }
    }
    bill.by_user = Some(users);
    bill.other_records = vec![("Credit".to_owned(), Usd::from_pico(-250_000_000_000_000))];
    bill
}
