//! What a person can do about a request that got no answer.

use ccwb_http::{CA_BUNDLE_VARIABLES, HttpError, HttpErrorKind, UsedProxy};

/// The next step. It names variables, never what they hold.
pub(crate) fn network_hint(error: Option<&HttpError>) -> String {
    let (kind, proxy) = (error.and_then(HttpError::kind), error.and_then(HttpError::proxy));
    match (kind, proxy) {
        (Some(HttpErrorKind::Tls), _) => {
            let [first, others @ ..] = CA_BUNDLE_VARIABLES;
            format!(
                "if your company inspects TLS or has an authority of its own, set {first} (or {}) to a PEM file with its \
                 root certificate",
                others.join(", ")
            )
        }
        (Some(HttpErrorKind::Portal), _) => {
            "open any web page in your browser, pass the network's login page, and try again".to_owned()
        }
        (Some(HttpErrorKind::ProxyAuthentication), Some(UsedProxy { variable, .. })) => format!(
            "put your user name and password for the proxy into {variable}: http://name:password@host:port, special \
             characters percent-encoded"
        ),
        (Some(HttpErrorKind::ProxyRefused), Some(UsedProxy { variable, .. })) => format!(
            "check the proxy that is named by {variable}, and the user name and password in it; if this host is reached \
             without it, add the host to NO_PROXY"
        ),
        (
            Some(HttpErrorKind::Dns | HttpErrorKind::Connect | HttpErrorKind::Timeout),
            Some(UsedProxy { variable, .. }),
        ) => format!(
            "check the proxy that is named by {variable}; if this host is reached without it, add the host to NO_PROXY"
        ),
        (Some(HttpErrorKind::Dns), None) => {
            "check the name in config.json and the network connection (VPN); set HTTPS_PROXY if this network needs a proxy"
                .to_owned()
        }
        (Some(HttpErrorKind::Connect | HttpErrorKind::Timeout), None) => {
            "check the network connection (VPN) and try again; set HTTPS_PROXY if this network needs a proxy".to_owned()
        }
        _ => "check the network connection (VPN, proxy) and try again".to_owned(),
    }
}
