use crate::{ChoiceError, Parameters, Stack};

/// Log groups of telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricsChoices {
    /// Days until telemetry is deleted.
    pub retention_days: u64,
}

/// What log groups take. Source: `PutRetentionPolicy` of the API reference.
const RETENTIONS: &[u64] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

impl MetricsChoices {
    /// The parameters of the stack. A log group is kept for certain numbers of days only: the next longer one is taken.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        let longest = RETENTIONS.last().copied().unwrap_or_default();
        let days = RETENTIONS.iter().copied().find(|days| *days >= self.retention_days).unwrap_or(longest);
        let mut parameters = Parameters::default();
        parameters.set("RetentionDays", days.to_string());
        parameters.checked_for(Stack::Metrics)
    }
}
