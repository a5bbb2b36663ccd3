//! The network as this process finds it: proxies and certificate authorities from the environment.

use std::path::PathBuf;
use std::time::Duration;

use ccwb_http::{HttpClient, HttpSettings, ProxySettings, system_clock};

use crate::failure::{Failure, exit};
use crate::surroundings::Surroundings;

/// The one client, for AWS and for the identity provider.
pub(crate) fn client(surroundings: &Surroundings) -> Result<HttpClient, Failure> {
    let bundles = ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"];
    let mut ca_bundles: Vec<PathBuf> =
        bundles.iter().filter_map(|name| surroundings.get(name)).map(PathBuf::from).collect();
    ca_bundles.sort();
    ca_bundles.dedup();
    let first = |names: [&str; 2]| names.into_iter().find_map(|name| surroundings.text(name)).map(str::to_owned);
    let settings = HttpSettings {
        ca_bundles,
        proxy: ProxySettings {
            https: first(["HTTPS_PROXY", "https_proxy"]),
            http: first(["http_proxy", "HTTP_PROXY"]),
            all: first(["ALL_PROXY", "all_proxy"]),
            no_proxy: first(["NO_PROXY", "no_proxy"]),
        },
        connect_timeout: Duration::from_secs(10),
        timeout: Duration::from_mins(1),
        user_agent: concat!("ccwb/", env!("CARGO_PKG_VERSION")).to_owned(),
        clock: system_clock,
    };
    HttpClient::new(&settings).map_err(|error| {
        let hint = "check the variables of proxies and certificate authorities (HTTPS_PROXY, AWS_CA_BUNDLE)";
        Failure::new("network-settings", exit::CONFIG, error.to_string(), hint)
    })
}
