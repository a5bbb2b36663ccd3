use crate::{Cloud, CloudError};

/// Who the administrator is to AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// Of a user or of an assumed role's session.
    pub arn: String,
}

impl Cloud {
    /// Asks STS who we are.
    pub async fn identity(&self) -> Result<Identity, CloudError> {
        let answer = aws_sdk_sts::Client::new(&self.config).get_caller_identity().send().await;
        let answer = answer.map_err(|error| CloudError::sdk("sts:GetCallerIdentity", error))?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Identity { account, arn }),
            _ => Err(CloudError::Unexpected("sts:GetCallerIdentity named no account".to_owned())),
        }
    }
}
