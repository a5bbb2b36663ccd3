//! What an administrator decides about telemetry, and the parameters of its six stacks.

mod alarms;
mod analytics;
mod collector;
mod dashboard;
mod metrics;
mod networking;

pub use alarms::AlarmChoices;
pub use analytics::AnalyticsChoices;
pub use collector::{
    CollectorChoices, CollectorName, CollectorNetwork, CollectorSignIn, FieldPolicy, FieldRule, IDENTITY_FIELDS,
};
pub use dashboard::DashboardChoices;
pub use metrics::MetricsChoices;
pub use networking::NetworkingChoices;

/// Outputs of the metrics stack, which the others take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the outputs")]
pub struct LogGroups {
    pub metrics_name: String,
    pub metrics_arn: String,
    pub events_name: String,
    pub events_arn: String,
    pub key_arn: String,
}

impl LogGroups {
    /// From the outputs; `None` if one is missing.
    pub fn of(outputs: &std::collections::BTreeMap<String, String>) -> Option<Self> {
        let output = |name: &str| outputs.get(name).cloned();
        Some(Self {
            metrics_name: output("MetricsLogGroupName")?,
            metrics_arn: output("MetricsLogGroupArn")?,
            events_name: output("EventsLogGroupName")?,
            events_arn: output("EventsLogGroupArn")?,
            key_arn: output("TelemetryKeyArn")?,
        })
    }
}
