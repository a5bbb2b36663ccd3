//! The network, set up from the environment.

use std::time::Duration;

use ccwb_config::WebAddress;
use ccwb_federation::AwsSettings;
use ccwb_http::{HttpClient, HttpSettings, ProxySettings};
use ccwb_oidc::{ClientCredential, Metadata};

use chrono::{DateTime, TimeDelta, Utc};

use crate::context::Context;
use crate::error::Error;
use crate::world::World;
use crate::{clock, codes};

/// Time limit of one request. Every command's own limit is longer.
const REQUEST: Duration = Duration::from_secs(8);

const USER_AGENT: &str = concat!("credential-process/", env!("CARGO_PKG_VERSION"));

/// The one client.
pub(crate) fn client(context: &Context<'_>) -> Result<HttpClient, Error> {
    let mut settings = HttpSettings::from_variables(|name| context.world.var(name), USER_AGENT, REQUEST);
    settings.ca_bundles.extend(context.profile.ca_bundle.clone());
    Ok(HttpClient::new(&settings)?)
}

/// For what is on this machine or beside it: an instance's metadata, a container's agent. No proxy leads there, and whoever is there
/// answers at once.
pub(crate) fn direct_client(context: &Context<'_>) -> Result<HttpClient, Error> {
    const NEAR: Duration = Duration::from_secs(2);
    let mut settings = HttpSettings::from_variables(|name| context.world.var(name), USER_AGENT, NEAR);
    settings.proxy = ProxySettings { none: true, ..ProxySettings::default() };
    settings.connect_timeout = Duration::from_secs(1);
    Ok(HttpClient::new(&settings)?)
}

/// The time as servers see it, from the answers that this client got so far.
pub(crate) fn servers_time(client: &HttpClient) -> DateTime<Utc> {
    World::now() + TimeDelta::seconds(client.clock_skew())
}

/// Asks a server for its time, where a request is about to be signed with a time and nobody was asked yet.
pub(crate) async fn learn_the_time(client: &HttpClient, credential: &ClientCredential, metadata: &Metadata) {
    if matches!(credential, ClientCredential::PrivateKeyJwt { .. }) && !client.knows_the_time() {
        // If this fails, so will the request, and it tells why.
        let _ = client.get_json(&metadata.jwks_uri).await;
    }
}

/// An error of somebody who may have judged by another clock names by how much this machine's is wrong.
pub(crate) fn name_the_clock(client: &HttpClient, mut error: Error) -> Error {
    if let Some(difference) = clock::difference(client.clock_skew(), "the servers'")
        && [codes::PROVIDER_REFUSED.exit, codes::AWS_REFUSED.exit].contains(&error.exit)
    {
        error.message = format!("{}; {difference}", error.message);
    }
    error
}

/// Endpoints and limits of AWS.
pub(crate) fn aws_settings(world: &World) -> Result<AwsSettings, Error> {
    Ok(AwsSettings {
        sts_endpoint: endpoint(world, "AWS_ENDPOINT_URL_STS")?,
        cognito_identity_endpoint: endpoint(world, "AWS_ENDPOINT_URL_COGNITO_IDENTITY")?,
        sso_oidc_endpoint: endpoint(world, "AWS_ENDPOINT_URL_SSO_OIDC")?,
        sso_endpoint: endpoint(world, "AWS_ENDPOINT_URL_SSO")?,
        iam_endpoint: endpoint(world, "AWS_ENDPOINT_URL_IAM")?,
        use_fips: world.flag("AWS_USE_FIPS_ENDPOINT"),
        operation_timeout: REQUEST,
        attempts: 3,
    })
}

/// Where models are called, if not at AWS's own address.
pub(crate) fn bedrock_endpoint(world: &World) -> Result<Option<String>, Error> {
    endpoint(world, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
}

/// A service's own endpoint, else the one for all services. An ID token is worth an AWS session to whoever reads it:
/// HTTPS, or loopback.
fn endpoint(world: &World, of_the_service: &'static str) -> Result<Option<String>, Error> {
    for variable in [of_the_service, "AWS_ENDPOINT_URL"] {
        if let Some(text) = world.var(variable) {
            let address = WebAddress::parse(text).map_err(|problem| {
                let message = format!("{variable}: {problem}");
                Error::new(codes::CONFIG_VALUE, message, format!("set {variable} to an https:// address, or unset it"))
            })?;
            return Ok(Some(address.as_str().to_owned()));
        }
    }
    Ok(None)
}

/// The runtime for everything that waits for the network: one thread, made when it is needed.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Error::new(
            codes::UNEXPECTED,
            format!("could not start: {error}"),
            "try again; if it stays, report it with the output of credential-process explain",
        )
    })
}
