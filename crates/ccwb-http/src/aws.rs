//! Our client as the HTTP client of the AWS SDKs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpClient as AwsHttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use crate::client::HttpClient;
use crate::error::{HttpError, HttpErrorKind};

impl HttpClient {
    /// This client for the configuration of an AWS SDK client.
    pub fn for_aws(&self) -> SharedHttpClient {
        SharedHttpClient::new(Adapter(self.clone()))
    }

    /// The time of the servers for the same place: AWS refuses what is signed more than five minutes off.
    pub fn time_for_aws(&self) -> SharedTimeSource {
        SharedTimeSource::new(ServersTime(self.clone()))
    }
}

#[derive(Debug)]
struct ServersTime(HttpClient);

impl TimeSource for ServersTime {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0.servers_time().unsigned_abs())
    }
}

#[derive(Clone, Debug)]
struct Adapter(HttpClient);

impl AwsHttpClient for Adapter {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Adapter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let request = request.map(|body| match body.bytes() {
                Some(bytes) => reqwest::Body::from(bytes.to_vec()),
                // The requests that are made here are all small and in memory.
                None => reqwest::Body::default(),
            });
            let response = client.send_bytes(request).await.map_err(connector_error)?;
            HttpResponse::try_from(response.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn connector_error(error: HttpError) -> ConnectorError {
    match error.kind() {
        Some(HttpErrorKind::Timeout) => ConnectorError::timeout(error.into()),
        // The SDK tries these again.
        Some(HttpErrorKind::Connect | HttpErrorKind::Broken) => ConnectorError::io(error.into()),
        Some(_) => ConnectorError::other(error.into(), None),
        None => ConnectorError::user(error.into()),
    }
}
