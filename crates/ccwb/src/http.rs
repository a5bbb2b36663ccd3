//! The one HTTP client, with the environment's proxies and certificate authorities.

use std::time::Duration;

use ccwb_http::{HttpClient, HttpError, HttpSettings};

use crate::surroundings::Surroundings;

/// A client whose requests take at most that long.
pub(crate) fn client(surroundings: &Surroundings, limit: Duration) -> Result<HttpClient, HttpError> {
    const USER_AGENT: &str = concat!("ccwb/", env!("CARGO_PKG_VERSION"));
    HttpClient::new(&HttpSettings::from_variables(|name| surroundings.text(name), USER_AGENT, limit))
}
