//! The one HTTP client, with the environment's proxies and certificate authorities.

use std::time::Duration;

use ccwb_http::{HttpClient, HttpError, HttpSettings};

use crate::failure::{Failure, exit};
use crate::surroundings::Surroundings;

/// A client whose requests take at most that long.
pub(crate) fn client(surroundings: &Surroundings, limit: Duration) -> Result<HttpClient, HttpError> {
    const USER_AGENT: &str = concat!("ccwb/", env!("CARGO_PKG_VERSION"));
    HttpClient::new(&HttpSettings::from_variables(|name| surroundings.text(name), USER_AGENT, limit))
}

/// A client for AWS, which may take its time.
pub(crate) fn patient_client(surroundings: &Surroundings) -> Result<HttpClient, Failure> {
    client(surroundings, Duration::from_mins(1)).map_err(|error| {
        let hint = "check the variables of proxies and certificate authorities (HTTPS_PROXY, AWS_CA_BUNDLE)";
        Failure::new("network-settings", exit::CONFIG, error.to_string(), hint)
    })
}
