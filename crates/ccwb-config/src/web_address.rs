//! Addresses that secrets may be sent to.

use std::fmt;

use url::{Host, Url};

/// An HTTPS address, or a plain HTTP one on this machine's loopback interface.
///
/// Keeps the original text: issuers are compared letter by letter (OpenID Connect Core 1.0, section 3.1.3.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    text: String,
    url: Url,
}

impl WebAddress {
    /// Parses an address; the error is a clause that follows the name of a key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("\"{text}\" is not an address: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user name or password".to_owned());
        }
        if url.fragment().is_some() {
            return Err(format!("\"{text}\" must not have a fragment (#...)"));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(format!("\"{text}\" must start with https:// (http is for loopback addresses only)")),
            other => return Err(format!("\"{text}\" must start with https://, not {other}:")),
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parsed address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The text without its scheme, the form in which AWS names an OpenID Connect provider.
    pub fn without_scheme(&self) -> &str {
        self.text.split_once("://").map_or(&self.text, |(_, rest)| rest)
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_are_accepted() {
        for good in ["https://example.okta.com", "http://127.0.0.1:9400/x", "http://[::1]:1", "http://localhost:8080"] {
            assert!(WebAddress::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["http://example.com", "ftp://x", "http://127.0.0.1.example.com", "https://u:p@h", "https://h#f", "h"]
        {
            assert!(WebAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated_in_the_error() {
        assert!(!WebAddress::parse("https://user:hunter2@h").unwrap_err().contains("hunter2"));
    }

    #[test]
    fn the_original_text_is_kept_with_or_without_its_trailing_slash() {
        assert_eq!(WebAddress::parse("https://a.auth0.com/").unwrap().without_scheme(), "a.auth0.com/");
        assert_eq!(WebAddress::parse("https://a.okta.com").unwrap().as_str(), "https://a.okta.com");
    }
}
