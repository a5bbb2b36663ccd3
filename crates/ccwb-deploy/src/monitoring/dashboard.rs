use super::LogGroups;
use crate::{ChoiceError, Parameters, Stack};

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardChoices {
    /// What it reads.
    pub log_groups: LogGroups,
}

impl DashboardChoices {
    /// The parameters of the stack.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        let mut parameters = Parameters::default();
        parameters.set("EventsLogGroupName", &self.log_groups.events_name);
        parameters.checked_for(Stack::Dashboard)
    }
}
