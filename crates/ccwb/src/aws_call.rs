//! `ccwb __aws-call`: a program that uses AWS as any other does, for the demo to start in its throw-away home.
//!
//! It has no credentials and no settings of its own: the AWS SDK reads `AWS_PROFILE`, the AWS configuration file and
//! `AWS_ENDPOINT_URL` from its environment, and runs `credential_process`. It is a process of its own because that is how
//! to be sure that nothing of the person's environment is used instead.

use std::io::Write as _;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message};
use ccwb_http::{HttpClient, HttpSettings, ProxySettings};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, TELL_US, exit};
use crate::surroundings::unix_time;

/// A current Claude model, through the inference profile of the United States.
pub(crate) const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

/// What AWS said.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answers {
    /// STS `GetCallerIdentity`: who the caller is.
    pub(crate) arn: String,
    /// Bedrock Converse: what the model answered.
    pub(crate) text: String,
}

/// Prints [`Answers`] as JSON.
pub(crate) async fn run() -> Result<(), Failure> {
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client()?.for_aws()).load().await;
    let answers = ask(&config).await?;
    let json = serde_json::to_string(&answers).unwrap_or_default();
    writeln!(std::io::stdout(), "{json}")
        .map_err(|error| Failure::new("output", exit::UNEXPECTED, error.to_string(), TELL_US))
}

async fn ask(config: &SdkConfig) -> Result<Answers, Failure> {
    let identity = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let identity = identity.map_err(|error| refused("STS GetCallerIdentity", &error))?;
    let message = Message::builder()
        .role(ConversationRole::User)
        .content(ContentBlock::Text("Say hello to me by name, and tell me how I was identified.".to_owned()))
        .build()
        .map_err(|error| refused("Bedrock Converse", &error))?;
    let bedrock = aws_sdk_bedrockruntime::Client::new(config);
    let answer = bedrock.converse().model_id(MODEL).messages(message).send().await;
    let answer = answer.map_err(|error| refused("Bedrock Converse", &error))?;
    let content = answer.output().and_then(|output| output.as_message().ok()).map(Message::content).unwrap_or_default();
    let text = content.iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect();
    Ok(Answers { arn: identity.arn().unwrap_or_default().to_owned(), text })
}

/// The HTTP client of this project under the AWS SDK. Everything that the demo reaches is on loopback: no proxy.
pub(crate) fn http_client() -> Result<HttpClient, Failure> {
    let settings = HttpSettings {
        ca_bundles: Vec::new(),
        system_store_is_overridden: false,
        proxy: ProxySettings::default(),
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(30),
        user_agent: concat!("ccwb/", env!("CARGO_PKG_VERSION")).to_owned(),
        clock: unix_time,
    };
    HttpClient::new(&settings).map_err(|error| Failure::new("http", exit::NETWORK, error.to_string(), TELL_US))
}

fn refused(call: &str, error: &(impl std::error::Error + Send + Sync + 'static)) -> Failure {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let message = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    Failure::new("aws-refused", exit::AWS, format!("{call}: {message}"), TELL_US)
}
