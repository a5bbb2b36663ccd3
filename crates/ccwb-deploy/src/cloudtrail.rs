use crate::{ChoiceError, Parameters, Stack};

/// A trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudTrailChoices {
    /// Days until a record is deleted, 1 to 3,653.
    pub retention_days: u32,
    /// Whether it covers all regions of the account, or that of the stack.
    pub all_regions: bool,
    /// Also data events of Bedrock, which cost by number. Model calls are recorded without them.
    pub bedrock_data_events: bool,
}

impl CloudTrailChoices {
    /// The parameters of the stack.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        let mut parameters = Parameters::default();
        parameters.set("RetentionDays", self.retention_days.to_string());
        parameters.set_flag("AllRegions", self.all_regions);
        parameters.set_flag("BedrockDataEvents", self.bedrock_data_events);
        parameters.checked_for(Stack::CloudTrail)
    }
}
