use super::LogGroups;
use crate::{ChoiceError, Parameters, Stack};

/// Alarms, and who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmChoices {
    /// Up to three addresses; none leaves the topic to others.
    pub emails: Vec<String>,
    /// What is watched.
    pub log_groups: LogGroups,
    /// Load balancer and target group of the central collector, as metrics name them.
    pub collector: Option<(String, String)>,
    /// US dollars that a day may cost; 0 for no alarm.
    pub daily_cost_usd: u32,
}

impl AlarmChoices {
    /// The parameters of the stack.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        if self.emails.len() > 3 {
            return Err(ChoiceError::new("emails", "at most three; use the address of a list for more people"));
        }
        let email = |index: usize| self.emails.get(index).map_or("", String::as_str);
        let (balancer, targets) = self.collector.clone().unwrap_or_default();
        let mut parameters = Parameters::default();
        parameters.set("Email", email(0));
        parameters.set("Email2", email(1));
        parameters.set("Email3", email(2));
        parameters.set("MetricsLogGroupName", &self.log_groups.metrics_name);
        parameters.set("TelemetryKeyArn", &self.log_groups.key_arn);
        parameters.set("LoadBalancerFullName", balancer);
        parameters.set("TargetGroupFullName", targets);
        parameters.set("DailyCostUsd", self.daily_cost_usd.to_string());
        parameters.set("SilentDays", "3");
        parameters.set("FailedCalls", "50");
        parameters.checked_for(Stack::Alarms)
    }
}
