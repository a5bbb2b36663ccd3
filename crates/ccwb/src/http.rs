//! The one HTTP client, with the environment's proxies and certificate authorities.

use std::path::PathBuf;
use std::time::Duration;

use ccwb_http::{HttpClient, HttpError, HttpSettings, ProxySettings};

use crate::surroundings::Surroundings;

/// A client whose requests take at most that long.
pub(crate) fn client(surroundings: &Surroundings, limit: Duration) -> Result<HttpClient, HttpError> {
    let bundles = ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"];
    let mut ca_bundles: Vec<PathBuf> =
        bundles.iter().filter_map(|name| surroundings.get(name)).map(PathBuf::from).collect();
    ca_bundles.sort();
    ca_bundles.dedup();
    let first = |names: [&str; 2]| names.into_iter().find_map(|name| surroundings.text(name)).map(str::to_owned);
    HttpClient::new(&HttpSettings {
        ca_bundles,
        proxy: ProxySettings {
            https: first(["HTTPS_PROXY", "https_proxy"]),
            http: first(["http_proxy", "HTTP_PROXY"]),
            all: first(["ALL_PROXY", "all_proxy"]),
            no_proxy: first(["NO_PROXY", "no_proxy"]),
        },
        connect_timeout: limit.min(Duration::from_secs(4)),
        timeout: limit,
        user_agent: concat!("ccwb/", env!("CARGO_PKG_VERSION")).to_owned(),
        clock: ccwb_http::system_clock,
    })
}
