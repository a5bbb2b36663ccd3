//! The bill, from Cost Explorer. AWS takes a cent for each request: a question costs a handful of them.

use std::ops::RangeInclusive;

use ccwb_bedrock::Usd;
use ccwb_http::HttpErrorKind;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::client::{AwsError, Client, Service};
use crate::reconcile::{Attributed, Bill, Charge};

/// What is asked of the bill.
#[derive(Clone, Debug)]
pub struct BillQuestion {
    /// The days.
    pub days: RangeInclusive<NaiveDate>,
    /// The cost allocation tag that tells people apart, such as `iamPrincipal/UserEmail`.
    pub user_tag: Option<String>,
    /// The one that tells teams apart.
    pub team_tag: Option<String>,
}

/// The bill of Bedrock: its own service, and the one of each Claude model.
pub async fn bill(client: &Client, question: &BillQuestion) -> Result<Bill, AwsError> {
    let services = services(client, &question.days).await?;
    if services.is_empty() {
        return Ok(Bill::default());
    }
    let of_services = json!({"Dimensions": {"Key": "SERVICE", "Values": services}});
    let is_usage = json!({"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage"]}});
    let usage = json!({"And": [of_services, is_usage]});
    let others = json!({"And": [of_services, {"Not": is_usage}]});

    let dimension = |name: &str| json!({"Type": "DIMENSION", "Key": name});
    let by_type = json!([dimension("SERVICE"), dimension("USAGE_TYPE")]);
    let mut bill = Bill::default();
    for group in groups(client, question.days.clone(), &usage, &by_type).await? {
        let [service, usage_type] = group.keys.as_slice() else { continue };
        bill.charges.push(Charge {
            day: group.day,
            service: ccwb_http::printable(service),
            usage_type: ccwb_http::printable(usage_type),
            cost: group.cost,
            quantity: group.quantity,
        });
    }
    bill.by_user = attributed(client, question, &usage, question.user_tag.as_deref()).await?;
    bill.by_team = attributed(client, question, &usage, question.team_tag.as_deref()).await?;
    for group in groups(client, question.days.clone(), &others, &json!([dimension("RECORD_TYPE")])).await? {
        let Some(record) = group.keys.first().filter(|_| group.cost != Usd::ZERO) else { continue };
        match bill.other_records.iter_mut().find(|(known, _)| known == record) {
            Some((_, amount)) => *amount += group.cost,
            None => bill.other_records.push((ccwb_http::printable(record), group.cost)),
        }
    }
    Ok(bill)
}

/// Claude models are services of their own beside Amazon Bedrock: `Claude Sonnet 4.5 (Amazon Bedrock Edition)`.
async fn services(client: &Client, days: &RangeInclusive<NaiveDate>) -> Result<Vec<String>, AwsError> {
    let by = json!([{"Type": "DIMENSION", "Key": "SERVICE"}]);
    let mut names: Vec<String> = pages(client, days, "MONTHLY", &Value::Null, &by)
        .await?
        .into_iter()
        .filter_map(|group| group.keys.into_iter().next())
        .filter(|name| name.contains("Bedrock"))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// What each value of a tag cost; `None` if the tag has no value anywhere: it is not active, or nobody carries it.
async fn attributed(
    client: &Client,
    question: &BillQuestion,
    filter: &Value,
    tag: Option<&str>,
) -> Result<Option<Vec<Attributed>>, AwsError> {
    let Some(tag) = tag else { return Ok(None) };
    let by = json!([{"Type": "TAG", "Key": tag}]);
    let groups = groups(client, question.days.clone(), filter, &by).await?;
    let prefix = format!("{tag}$");
    let charges: Vec<Attributed> = groups
        .into_iter()
        .filter_map(|group| {
            let name = group.keys.first()?.strip_prefix(&prefix)?.to_owned();
            Some(Attributed { day: group.day, name, cost: group.cost })
        })
        .collect();
    let is_active = charges.iter().any(|charge| !charge.name.is_empty());
    Ok(is_active.then_some(charges))
}

struct Group {
    day: NaiveDate,
    keys: Vec<String>,
    cost: Usd,
    quantity: String,
}

/// Every group of every day. An answer that is too large to be read is asked for in two halves.
async fn groups(
    client: &Client,
    days: RangeInclusive<NaiveDate>,
    filter: &Value,
    by: &Value,
) -> Result<Vec<Group>, AwsError> {
    let (mut found, mut open) = (Vec::new(), vec![days]);
    while let Some(days) = open.pop() {
        match pages(client, &days, "DAILY", filter, by).await {
            Ok(groups) => found.extend(groups),
            Err(AwsError::Network(error))
                if error.kind() == Some(HttpErrorKind::TooLarge) && days.start() < days.end() =>
            {
                let half = (*days.end() - *days.start()).num_days() / 2;
                let middle = days.start().checked_add_days(Days::new(half.unsigned_abs())).unwrap_or(*days.start());
                open.push(middle.succ_opt().unwrap_or(middle)..=*days.end());
                open.push(*days.start()..=middle);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn pages(
    client: &Client,
    days: &RangeInclusive<NaiveDate>,
    granularity: &str,
    filter: &Value,
    by: &Value,
) -> Result<Vec<Group>, AwsError> {
    let (mut found, mut token) = (Vec::new(), None::<String>);
    loop {
        let mut wanted = json!({
            "TimePeriod": period(days),
            "Granularity": granularity,
            "Metrics": ["UnblendedCost", "UsageQuantity"],
            "GroupBy": by,
        });
        if !filter.is_null() {
            wanted["Filter"] = filter.clone();
        }
        if let Some(token) = &token {
            wanted["NextPageToken"] = json!(token);
        }
        let page = client.call(Service::CostExplorer, "GetCostAndUsage", &wanted).await?;
        for result in page["ResultsByTime"].as_array().map_or(&[][..], Vec::as_slice) {
            let day = result["TimePeriod"]["Start"].as_str().and_then(|day| day.parse().ok());
            let Some(day) = day else { continue };
            for group in result["Groups"].as_array().map_or(&[][..], Vec::as_slice) {
                found.push(read_group(day, group)?);
            }
        }
        match page["NextPageToken"].as_str() {
            Some(next) => token = Some(next.to_owned()),
            None => return Ok(found),
        }
    }
}

fn read_group(day: NaiveDate, group: &Value) -> Result<Group, AwsError> {
    let cost = &group["Metrics"]["UnblendedCost"];
    let unit = cost["Unit"].as_str().unwrap_or("USD");
    if unit != "USD" {
        return Err(AwsError::Unexpected(format!("the bill is in {unit}, and prices are in US dollars")));
    }
    let amount = cost["Amount"].as_str().unwrap_or_default();
    let cost = Usd::parse(amount)
        .ok_or_else(|| AwsError::Unexpected(format!("not an amount: {}", ccwb_http::printable(amount))))?;
    let keys = group["Keys"].as_array().map_or(&[][..], Vec::as_slice);
    Ok(Group {
        day,
        keys: keys.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect(),
        cost,
        quantity: group["Metrics"]["UsageQuantity"]["Amount"].as_str().unwrap_or_default().to_owned(),
    })
}

/// Cost Explorer's end is not part of the period.
fn period(days: &RangeInclusive<NaiveDate>) -> Value {
    let end = days.end().succ_opt().unwrap_or(*days.end());
    json!({"Start": days.start().to_string(), "End": end.to_string()})
}
