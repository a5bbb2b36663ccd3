//! AWS KMS: `Encrypt` and `Decrypt`, by the JSON client of `ccwb-usage`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ccwb_customer::vault::KeyManagement;
use ccwb_usage::aws::{AwsError, Client, Service};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::aws::{AwsArguments, sdk_config};
use crate::failure::{Failure, exit};
use crate::surroundings::Surroundings;
use crate::usage::source;

/// Who asks KMS, with the administrator's credentials.
#[derive(Debug)]
pub(crate) struct Kms(Client);

impl Kms {
    /// In the region of a key.
    pub(crate) async fn open(arn: &str, surroundings: &Surroundings) -> Result<Self, Failure> {
        let region = region(arn).ok_or_else(|| {
            let message = format!("\"{arn}\" is no KMS key");
            Failure::new(
                "usage",
                exit::USAGE,
                message,
                "write --kms-key arn:aws:kms:REGION:ACCOUNT:key/ID (or alias/NAME)",
            )
        })?;
        let config = sdk_config(&AwsArguments { aws_profile: None, give_up_after: 60 }, region, surroundings).await?;
        Ok(Self(source::client(&config, region, surroundings)?))
    }

    async fn ask(&self, operation: &str, body: &Value, field: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let answer = self.0.call(Service::Kms, operation, body).await.map_err(|error| told(&error))?;
        let bytes = answer[field].as_str().and_then(|text| STANDARD.decode(text).ok());
        bytes.map(Zeroizing::new).ok_or_else(|| format!("the answer to {operation} has no {field}"))
    }
}

/// What KMS says of a context that is not the file's is nothing at all.
fn told(error: &AwsError) -> String {
    match error {
        AwsError::Refused { code, .. } if code == "InvalidCiphertextException" => {
            "Decrypt: this wrapped key was changed, or it is another customer's".to_owned()
        }
        other => other.to_string(),
    }
}

impl KeyManagement for Kms {
    async fn encrypt(&self, key: &str, plain: &[u8], context: [(&str, &str); 1]) -> Result<Vec<u8>, String> {
        let body = json!({"KeyId": key, "Plaintext": STANDARD.encode(plain), "EncryptionContext": object(context)});
        self.ask("Encrypt", &body, "CiphertextBlob").await.map(|sealed| sealed.to_vec())
    }

    async fn decrypt(
        &self,
        key: &str,
        sealed: &[u8],
        context: [(&str, &str); 1],
    ) -> Result<Zeroizing<Vec<u8>>, String> {
        let body =
            json!({"KeyId": key, "CiphertextBlob": STANDARD.encode(sealed), "EncryptionContext": object(context)});
        self.ask("Decrypt", &body, "Plaintext").await
    }
}

fn object(context: [(&str, &str); 1]) -> Value {
    context
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// `arn:aws:kms:eu-central-1:123456789012:key/...`
fn region(arn: &str) -> Option<&str> {
    match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "kms", region, account, resource]
            if !region.is_empty()
                && account.len() == 12
                && (resource.starts_with("key/") || resource.starts_with("alias/")) =>
        {
            Some(region)
        }
        _ => None,
    }
}
