use super::LogGroups;
use crate::{ChoiceError, Parameters, Stack};

/// Telemetry in a bucket, for queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalyticsChoices {
    /// What names begin with; the database is named after it.
    pub base_name: String,
    /// What is written into the bucket.
    pub log_groups: LogGroups,
    /// Days until it is deleted there.
    pub retention_days: u64,
    /// Seconds that are collected into one file; less than a minute is a minute.
    pub buffer_seconds: u64,
    /// A managed policy that bounds the roles.
    pub permissions_boundary: Option<String>,
}

impl AnalyticsChoices {
    /// The parameters of the stack.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        // Athena takes other names only in quotation marks.
        let name: String = self.base_name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut parameters = Parameters::default();
        parameters.set("DatabaseName", format!("claude_code_{}", name.to_ascii_lowercase()));
        parameters.set("MetricsLogGroupName", &self.log_groups.metrics_name);
        parameters.set("EventsLogGroupName", &self.log_groups.events_name);
        parameters.set("TelemetryKeyArn", &self.log_groups.key_arn);
        parameters.set("RetentionDays", self.retention_days.to_string());
        parameters.set("BufferSeconds", self.buffer_seconds.clamp(60, 900).to_string());
        parameters.set("ScanLimitBytes", "100000000000");
        parameters.set("PermissionsBoundary", self.permissions_boundary.as_deref().unwrap_or_default());
        parameters.checked_for(Stack::Analytics)
    }
}
