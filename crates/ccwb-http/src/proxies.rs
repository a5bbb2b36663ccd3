//! Which proxy leads to a server, and which variable says so.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{NoProxy, Proxy};
use url::Url;

use crate::error::{HttpError, UsedProxy};
use crate::settings::{ProxySettings, ProxyVariable};

/// The proxies of the settings. Without any, the system's own settings hold (macOS, Windows).
#[derive(Debug)]
pub(crate) struct Proxies(Vec<Named>);

#[derive(Debug)]
struct Named {
    variable: &'static str,
    matcher: Matcher,
}

impl Proxies {
    /// The proxies as the HTTP client wants them, and as this needs them.
    pub(crate) fn new(settings: &ProxySettings) -> Result<(Self, Vec<Proxy>), HttpError> {
        let exceptions = exceptions(settings.no_proxy.as_deref().unwrap_or_default());
        let (mut named, mut proxies) = (Vec::new(), Vec::new());
        let mut add = |variable: &Option<ProxyVariable>, make: fn(&str) -> reqwest::Result<Proxy>, https: bool| {
            let Some(ProxyVariable { name, address }) = variable else { return Ok(()) };
            let bad = || HttpError::ProxyAddress { variable: name };
            check(address).ok_or_else(bad)?;
            let proxy = make(address).map_err(|_| bad())?;
            proxies.push(proxy.no_proxy(NoProxy::from_string(&exceptions)));
            let matcher = Matcher::builder().no(exceptions.clone());
            let matcher = if https { matcher.https(address.clone()) } else { matcher.http(address.clone()) };
            named.push(Named { variable: name, matcher: matcher.build() });
            Ok(())
        };
        add(&settings.https, |address| Proxy::https(address), true)?;
        add(&settings.http, |address| Proxy::http(address), false)?;
        add(&settings.all, |address| Proxy::all(address), true)?;
        if named.is_empty() && !settings.none {
            named.push(Named { variable: SYSTEM, matcher: Matcher::from_system() });
        }
        Ok((Self(named), proxies))
    }

    /// The proxy that a request to this address goes through.
    pub(crate) fn used_for(&self, url: &Url) -> Option<UsedProxy> {
        let destination: http::Uri = url[..url::Position::BeforePath].parse().ok()?;
        self.0.iter().find_map(|named| {
            let proxy = named.matcher.intercept(&destination)?;
            let address = proxy.uri().authority().map(|authority| {
                let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}{port}", authority.host())
            })?;
            Some(UsedProxy { variable: named.variable, address })
        })
    }
}

/// In the place of a variable.
pub(crate) const SYSTEM: &str = "the system's settings";

/// Loopback, and what `NO_PROXY` says. Beside the forms that the client knows (names with or without a leading dot, which
/// stand for the names below them too, addresses, `10.0.0.0/8`, `*`), these are in use: `*.example.com` (Node), a port
/// after a name (Go), spaces between entries (wget).
fn exceptions(no_proxy: &str) -> String {
    let mut list = String::from("localhost,127.0.0.0/8,::1");
    for entry in no_proxy.split([',', ' ', '\t', ';']).filter(|entry| !entry.is_empty()) {
        let entry = match entry.rsplit_once(':') {
            Some((host, "443")) if !host.contains(':') || host.ends_with(']') => host,
            // A proxied request is for port 443, but where a configuration names another one.
            Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => continue,
            _ => entry,
        };
        let entry = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
        list.push(',');
        list.push_str(entry.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(entry));
    }
    list
}

/// `http://` or `https://`; without a scheme, `http://` is meant.
fn check(address: &str) -> Option<()> {
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&address).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(settings: &ProxySettings, url: &str) -> Option<UsedProxy> {
        Proxies::new(settings).unwrap().0.used_for(&Url::parse(url).unwrap())
    }

    fn https(no_proxy: &str) -> ProxySettings {
        ProxySettings {
            https: Some(ProxyVariable::new("https_proxy", "http://user:hunter2@proxy.example:3128")),
            no_proxy: Some(no_proxy.to_owned()),
            ..ProxySettings::default()
        }
    }

    #[test]
    fn none_means_none_whatever_the_system_says() {
        let (proxies, for_client) =
            Proxies::new(&ProxySettings { none: true, ..ProxySettings::default() }).expect("nothing to refuse");
        assert!(proxies.0.is_empty() && for_client.is_empty());
    }

    #[test]
    fn the_variable_and_the_proxy_are_told_without_the_password() {
        let found = used(&https(""), "https://idp.example/x?code=1").unwrap();
        assert_eq!((found.variable, &*found.address), ("https_proxy", "proxy.example:3128"));
        assert!(used(&https(""), "http://idp.example/").is_none());
        let all = ProxySettings { all: Some(ProxyVariable::new("ALL_PROXY", "proxy.example")), ..https("") };
        assert_eq!(used(&all, "https://idp.example/").unwrap().variable, "https_proxy");
        let all = ProxySettings { https: None, ..all };
        assert_eq!(used(&all, "https://idp.example/").unwrap().variable, "ALL_PROXY");
    }

    #[test]
    fn no_proxy_is_read_in_all_the_forms_that_are_in_use() {
        for (no_proxy, host, direct) in [
            ("", "localhost", true),
            ("", "127.0.0.1:8080", true),
            ("", "[::1]:8080", true),
            ("idp.example", "idp.example", true),
            ("example", "idp.example", true),
            (".example", "idp.example", true),
            ("*.example", "idp.example", true),
            ("*", "idp.example", true),
            ("a.test, IDP.example", "idp.example", true),
            ("a.test idp.example", "idp.example", true),
            ("idp.example:443", "idp.example", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("[fd00::1]", "[fd00::1]", true),
            ("fd00::/8", "[fd00::1]", true),
            ("other.example,ample", "idp.example", false),
            ("idp.example:8443", "idp.example", false),
            ("idp.example.org", "idp.example", false),
        ] {
            let found = used(&https(no_proxy), &format!("https://{host}/"));
            assert_eq!(found.is_none(), direct, "{no_proxy:?} for {host}");
        }
    }
}
