//! Proxies and certificate bundles, as the variables name them, each tried by the client itself. No connection is made.

use std::path::PathBuf;
use std::time::Duration;

use ccwb_http::{HttpClient, HttpSettings, ProxySettings, ProxyVariable, system_clock};
use url::Url;

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::safe::PROXY_VARIABLES;
use crate::world::World;

pub(in super::super) const PROXY: &str = "proxy";
pub(in super::super) const CA_BUNDLE: &str = "ca-bundle";

pub(super) fn check_proxy(case: &Case<'_>) -> Vec<Finding> {
    let set: Vec<(&str, &str)> =
        PROXY_VARIABLES.iter().filter_map(|&name| Some((name, case.world.var(name)?))).collect();
    let malformed: Vec<&str> = set.iter().filter(|(_, value)| !is_proxy(value)).map(|(name, _)| *name).collect();
    let found = if set.is_empty() {
        Finding::ok(PROXY, "no variable names one")
    } else if !malformed.is_empty() {
        let what = format!("{} does not hold a proxy's address, so no request can be made", malformed.join(", "));
        Finding::failed(PROXY, what, "set it to http://host:port, or unset it")
    } else if let Some((name, _)) = set.iter().find(|(name, _)| !name.eq_ignore_ascii_case("HTTPS_PROXY"))
        && !spares_loopback(case.world)
    {
        Finding::warning(
            PROXY,
            format!(
                "{name} is set and NO_PROXY leaves localhost out: this program spares loopback addresses anyway, but \
                 others (Claude Code's telemetry to a collector on this machine) do not"
            ),
            "add localhost,127.0.0.1,::1 to NO_PROXY",
        )
    } else {
        let named: Vec<String> = set.iter().map(|(name, value)| format!("{name} is {}", host(value))).collect();
        Finding::ok(PROXY, named.join(", "))
    };
    vec![found]
}

fn is_proxy(address: &str) -> bool {
    let https = Some(ProxyVariable::new("HTTPS_PROXY", address));
    try_client(Vec::new(), ProxySettings { https, ..ProxySettings::default() }).is_ok()
}

/// Host and port; who uses it is nobody's business.
fn host(address: &str) -> String {
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&address).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("unknown");
    url.as_ref().and_then(Url::port).map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn spares_loopback(world: &World) -> bool {
    let exceptions = world.first_var(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let mut exceptions = exceptions.split(',').map(str::trim);
    exceptions.any(|exception| exception == "*" || exception.eq_ignore_ascii_case("localhost"))
}

pub(super) fn check_ca_bundles(case: &Case<'_>) -> Vec<Finding> {
    let set: Vec<(&str, PathBuf)> = ccwb_http::CA_BUNDLE_VARIABLES
        .iter()
        .filter_map(|&name| Some((name, PathBuf::from(case.world.var(name)?))))
        .collect();
    let bad: Vec<String> = set
        .iter()
        .filter_map(|(name, path)| {
            let error = try_client(vec![path.clone()], ProxySettings::default()).err()?;
            Some(format!("{name}: {error}"))
        })
        .collect();
    let names: Vec<&str> = set.iter().map(|(name, _)| *name).collect();
    let found = if !bad.is_empty() {
        let fix = "point the variable to a PEM file with your company's root certificate, or unset it";
        Finding::failed(CA_BUNDLE, bad.join("; "), fix)
    } else if names.is_empty() {
        Finding::ok(CA_BUNDLE, "no variable names one; the system's certificates hold")
    } else {
        Finding::ok(CA_BUNDLE, format!("{} can be used", names.join(", ")))
    };
    vec![found]
}

fn try_client(ca_bundles: Vec<PathBuf>, proxy: ProxySettings) -> Result<HttpClient, ccwb_http::HttpError> {
    let limit = Duration::from_secs(1);
    let user_agent = String::from("credential-process");
    HttpClient::new(&HttpSettings {
        ca_bundles,
        system_store_is_overridden: false,
        proxy,
        connect_timeout: limit,
        timeout: limit,
        user_agent,
        clock: system_clock,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_told_from_other_texts_and_shown_without_their_user() {
        for good in ["http://proxy:3128", "proxy.example:8080", "https://u:p@proxy.example"] {
            assert!(is_proxy(good), "{good}");
        }
        for bad in ["socks4://proxy:1080", "http://", "not an address", "file:///x"] {
            assert!(!is_proxy(bad), "{bad}");
        }
        assert_eq!(host("http://user:secret@proxy.example:3128/"), "proxy.example:3128");
    }
}
