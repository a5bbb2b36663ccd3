//! IAM OIDC providers: an account has one for each issuer at most, so an existing one is shared.

use crate::{Cloud, CloudError};

/// An IAM OIDC provider that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProvider {
    /// Its ARN.
    pub arn: String,
    /// Client ids (audiences) that it lets in.
    pub client_ids: Vec<String>,
}

impl Cloud {
    /// The provider with that ARN, if there is one.
    pub async fn oidc_provider(&self, arn: &str) -> Result<Option<OidcProvider>, CloudError> {
        let request = aws_sdk_iam::Client::new(&self.config).get_open_id_connect_provider();
        let answer = request.open_id_connect_provider_arn(arn).send().await;
        match answer.map_err(|error| CloudError::sdk("iam:GetOpenIDConnectProvider", error)) {
            Ok(answer) => {
                let client_ids = answer.client_id_list.unwrap_or_default();
                Ok(Some(OidcProvider { arn: arn.to_owned(), client_ids }))
            }
            Err(CloudError::Refused(refusal)) if refusal.code.starts_with("NoSuchEntity") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lets another client id in. One that is let in already stays.
    pub async fn add_client_id(&self, provider: &OidcProvider, client_id: &str) -> Result<(), CloudError> {
        let request = aws_sdk_iam::Client::new(&self.config).add_client_id_to_open_id_connect_provider();
        let request = request.open_id_connect_provider_arn(&provider.arn).client_id(client_id);
        let answer = request.send().await;
        answer.map_err(|error| CloudError::sdk("iam:AddClientIDToOpenIDConnectProvider", error))?;
        Ok(())
    }
}
