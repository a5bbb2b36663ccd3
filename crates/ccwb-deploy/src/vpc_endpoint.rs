use crate::{ChoiceError, Parameters, Stack};

/// Interface endpoints in a VPC of the company.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct VpcEndpointChoices {
    /// `vpc-...`.
    pub vpc_id: String,
    /// `subnet-...`, one for each availability zone.
    pub subnet_ids: Vec<String>,
    /// Who may connect, as an IPv4 range such as `10.0.0.0/16`.
    pub client_cidr: String,
    /// Also where inference profiles are listed.
    pub bedrock_control: bool,
    /// Also STS.
    pub sts: bool,
    /// Also the identity pool API.
    pub cognito_identity: bool,
    /// Whether the services' usual names lead to the endpoints.
    pub private_dns: bool,
}

impl VpcEndpointChoices {
    /// The parameters of the stack.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        let id = |choice: &str, prefix: &str, id: &str| {
            let good = id
                .strip_prefix(prefix)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit()));
            if good {
                Ok(())
            } else {
                Err(ChoiceError::new(choice, format!("\"{id}\" is not of the form {prefix}0123abcd")))
            }
        };
        id("vpc_id", "vpc-", &self.vpc_id)?;
        if self.subnet_ids.is_empty() {
            return Err(ChoiceError::new("subnet_ids", "there is none"));
        }
        self.subnet_ids.iter().try_for_each(|subnet| id("subnet_ids", "subnet-", subnet))?;
        let mut parameters = Parameters::default();
        parameters.set("VpcId", &self.vpc_id);
        parameters.set_list("SubnetIds", &self.subnet_ids);
        parameters.set("ClientCidr", &self.client_cidr);
        parameters.set_flag("BedrockControl", self.bedrock_control);
        parameters.set_flag("Sts", self.sts);
        parameters.set_flag("CognitoIdentity", self.cognito_identity);
        parameters.set_flag("PrivateDns", self.private_dns);
        parameters.checked_for(Stack::VpcEndpoint)
    }
}
