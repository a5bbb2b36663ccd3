use ccwb_bedrock::Model;

use crate::{ChoiceError, Parameters, Stack};

/// A monthly budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetChoices {
    /// US dollars in a month.
    pub monthly_limit_usd: u32,
    /// Who is told; one to three addresses.
    pub emails: Vec<String>,
    /// Told when this share is spent.
    pub actual_percent: u32,
    /// Told when the forecast exceeds this share.
    pub forecast_percent: u32,
    /// What is counted, as Cost Explorer names it; see [`BudgetChoices::services_of`].
    pub services: Vec<String>,
    /// Counts only what carries this cost allocation tag: key and value.
    pub cost_tag: Option<(String, String)>,
}

impl BudgetChoices {
    /// The names under which the use of models is billed. Claude is sold through AWS Marketplace: each model is a service of
    /// its own, beside Amazon Bedrock.
    pub fn services_of<'a>(models: impl IntoIterator<Item = &'a Model>) -> Vec<String> {
        let mut services = vec!["Amazon Bedrock".to_owned()];
        for model in models {
            let service = format!("{} (Amazon Bedrock Edition)", model.name);
            if !services.contains(&service) {
                services.push(service);
            }
        }
        services
    }

    /// The parameters of the stack.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        let [first, others @ ..] = self.emails.as_slice() else {
            return Err(ChoiceError::new("emails", "there is none, so nobody would be told"));
        };
        if others.len() > 2 {
            return Err(ChoiceError::new("emails", "at most three; use the address of a list for more people"));
        }
        if let Some(service) = self.services.iter().find(|service| service.contains(',')) {
            return Err(ChoiceError::new("services", format!("\"{service}\" holds a comma")));
        }
        let mut parameters = Parameters::default();
        parameters.set("MonthlyLimitUsd", self.monthly_limit_usd.to_string());
        parameters.set("Email", first);
        parameters.set("Email2", others.first().map_or("", String::as_str));
        parameters.set("Email3", others.get(1).map_or("", String::as_str));
        parameters.set("ActualPercent", self.actual_percent.to_string());
        parameters.set("ForecastPercent", self.forecast_percent.to_string());
        parameters.set_list("Services", &self.services);
        let tag = self.cost_tag.as_ref().map(|(key, value)| format!("{key}${value}"));
        parameters.set("CostTag", tag.unwrap_or_default());
        parameters.checked_for(Stack::Budget)
    }
}
