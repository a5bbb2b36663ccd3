//! Telemetry from the tables of the analytics stack.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::NaiveDate;
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use super::client::{AwsError, Client, Service};
use crate::aggregate::Aggregate;
use crate::row::Row;
use crate::sql;

/// Rows of one answer. A thousand is Athena's limit; half of it stays far below what is read of an answer.
const ROWS: u32 = 500;

/// The work group and the database of the analytics stack.
#[derive(Clone, Debug)]
pub struct Athena<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// Output `AthenaWorkGroup`.
    pub work_group: String,
    /// Output `AthenaDatabase`.
    pub database: String,
    /// Letters and digits that no other run has: a query that is sent twice runs once.
    pub nonce: String,
    /// How long a query is waited for.
    pub patience: Duration,
}

impl Athena<'_> {
    /// Adds up these days.
    pub async fn read(&self, days: &RangeInclusive<NaiveDate>, aggregate: &mut Aggregate) -> Result<(), AwsError> {
        self.query(&sql::usage(days), "usage", aggregate).await?;
        self.query(&sql::output(days), "output", aggregate).await
    }

    async fn query(&self, sql: &str, name: &str, aggregate: &mut Aggregate) -> Result<(), AwsError> {
        let started = self
            .call(
                "StartQueryExecution",
                json!({
                    "QueryString": sql,
                    "QueryExecutionContext": {"Database": self.database},
                    "WorkGroup": self.work_group,
                    // 32 to 128 characters.
                    "ClientRequestToken": format!("ccwb-usage-{name}-{:0>32}", self.nonce),
                }),
            )
            .await?;
        let id = text(&started, "QueryExecutionId")?.to_owned();
        self.wait(&id).await?;
        let (mut token, mut columns) = (None, Vec::new());
        loop {
            let mut wanted = json!({"QueryExecutionId": id, "MaxResults": ROWS});
            if let Some(token) = &token {
                wanted["NextToken"] = json!(token);
            }
            let page = self.call("GetQueryResults", wanted).await?;
            let rows = page["ResultSet"]["Rows"].as_array().map_or(&[][..], Vec::as_slice);
            for row in rows {
                let cells: Vec<&str> = row["Data"]
                    .as_array()
                    .map_or(&[][..], Vec::as_slice)
                    .iter()
                    .map(|cell| cell["VarCharValue"].as_str().unwrap_or_default())
                    .collect();
                // The first row of the first page are the names of the columns.
                if columns.is_empty() {
                    columns = cells.into_iter().map(str::to_owned).collect();
                    continue;
                }
                let named: Map<String, Value> =
                    columns.iter().cloned().zip(cells.into_iter().map(Value::from)).collect();
                match Row::deserialize(&Value::Object(named)) {
                    Ok(row) => aggregate.add_row(&row),
                    Err(_) => aggregate.unreadable(),
                }
            }
            match page["NextToken"].as_str() {
                Some(next) => token = Some(next.to_owned()),
                None => return Ok(()),
            }
        }
    }

    async fn wait(&self, id: &str) -> Result<(), AwsError> {
        let mut waited = Duration::ZERO;
        let mut pause = Duration::from_millis(200);
        loop {
            let answer = self.call("GetQueryExecution", json!({"QueryExecutionId": id})).await?;
            let status = &answer["QueryExecution"]["Status"];
            match status["State"].as_str().unwrap_or_default() {
                "SUCCEEDED" => return Ok(()),
                state @ ("FAILED" | "CANCELLED") => {
                    let reason = status["StateChangeReason"].as_str().unwrap_or("Athena did not say why");
                    return Err(AwsError::Query { state: state.to_owned(), reason: ccwb_http::printable(reason) });
                }
                _ => {}
            }
            if waited >= self.patience {
                return Err(AwsError::Slow { id: id.to_owned(), seconds: waited.as_secs() });
            }
            tokio::time::sleep(pause).await;
            waited += pause;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn call(&self, operation: &str, body: Value) -> Result<Value, AwsError> {
        self.client.call(Service::Athena, operation, &body).await
    }
}

fn text<'a>(answer: &'a Value, name: &str) -> Result<&'a str, AwsError> {
    answer[name].as_str().ok_or_else(|| AwsError::Unexpected(format!("Athena's answer has no {name}")))
}
