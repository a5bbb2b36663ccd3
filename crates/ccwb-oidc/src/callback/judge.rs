//! What a request to the callback server is. A pure function: any web page and any local program can make requests to
//! a loopback port, so everything about them is hostile until `state` says otherwise.

use oauth2::CsrfToken;
use secrecy::SecretString;
use url::Url;

use crate::error::ProviderRefusal;
use crate::id_token::same_state;
use ccwb_http::printable;

/// The parts of a request that matter.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`.
    pub method: &'a str,
    /// Path and query, as in the request line.
    pub target: &'a str,
    /// The one `Host` header; `None` if there is none, or more than one.
    pub host: Option<&'a str>,
}

/// What the answer to our authorization request must look like.
#[derive(Debug)]
pub struct Expected {
    /// The port that the browser was sent to.
    pub port: u16,
    /// `state` of the authorization request.
    pub state: CsrfToken,
    /// Checked against `iss` where the provider sends it (RFC 9207).
    pub issuer: String,
    /// Guards the page that asks first, if there is one.
    pub key: Option<CsrfToken>,
}

/// What a request is.
#[derive(Debug)]
pub enum Verdict {
    /// The provider's answer.
    Answer(Result<SecretString, ProviderRefusal>),
    /// The browser wants the page that asks first.
    AskFirst,
    /// The person said "not now" on it.
    NotNow,
    /// Not for this server. It gets the neutral page with this status, and nothing changes.
    Foreign(u16),
    /// The right path with a state that nobody waits for: an old tab, or a forgery. Nothing changes.
    Stale,
}

/// Judges a request: method, host and path first, then `state`, and only then anything else in it.
pub fn judge(request: Request<'_>, expected: &Expected) -> Verdict {
    let hosts = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{}", expected.port));
    // A page that points its own name at 127.0.0.1 (DNS rebinding) sends that name as Host.
    if !request.host.is_some_and(|host| hosts.iter().any(|known| known.eq_ignore_ascii_case(host))) {
        return Verdict::Foreign(421);
    }
    // Of the forms of a target (RFC 9112, section 3.2) browsers send this server the first; any other would be read as a
    // part of the host.
    let url = Url::parse(&format!("http://localhost{}", request.target));
    let Some(url) = url.ok().filter(|_| request.target.starts_with('/')) else { return Verdict::Foreign(400) };
    if let Some(key) = &expected.key
        && let Some(verdict) = asking_first(request.method, &url, key)
    {
        return verdict;
    }
    if url.path() != "/callback" {
        return Verdict::Foreign(404);
    }
    if request.method != "GET" {
        return Verdict::Foreign(405);
    }
    let Ok(parameters) = Parameters::read(&url) else { return Verdict::Stale };
    match &parameters.state {
        Some(state) if same_state(&expected.state, state) => answer(parameters, expected),
        _ => Verdict::Stale,
    }
}

/// The page that asks first, and its answer: both know a key that no other page can guess.
fn asking_first(method: &str, url: &Url, key: &CsrfToken) -> Option<Verdict> {
    let verdict = match (url.path(), method) {
        ("/sign-in", "GET") => Verdict::AskFirst,
        // A change, so never by GET: browsers fetch links ahead of time.
        ("/not-now", "POST") => Verdict::NotNow,
        ("/sign-in" | "/not-now", _) => return Some(Verdict::Foreign(405)),
        _ => return None,
    };
    let found = url.query_pairs().find(|(name, _)| name == "key").map(|(_, value)| value.into_owned());
    Some(if found.is_some_and(|found| same_state(key, &found)) { verdict } else { Verdict::Stale })
}

fn answer(parameters: Parameters, expected: &Expected) -> Verdict {
    if parameters.iss.is_some_and(|issuer| issuer != expected.issuer) {
        return Verdict::Stale;
    }
    match (parameters.code, parameters.error) {
        (Some(code), None) => Verdict::Answer(Ok(code.into())),
        (None, Some(error)) => Verdict::Answer(Err(ProviderRefusal {
            error: printable(&error),
            description: parameters.error_description.as_deref().map(printable).filter(|text| !text.is_empty()),
        })),
        _ => Verdict::Stale,
    }
}

/// The parameters of an authorization response (RFC 6749, sections 4.1.2 and 4.1.2.1).
#[derive(Default)]
struct Parameters {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    iss: Option<String>,
}

impl Parameters {
    /// A parameter that is there twice is an error (RFC 6749, section 3.1).
    fn read(url: &Url) -> Result<Self, ()> {
        let mut parameters = Self::default();
        for (name, value) in url.query_pairs() {
            let slot = match &*name {
                "state" => &mut parameters.state,
                "code" => &mut parameters.code,
                "error" => &mut parameters.error,
                "error_description" => &mut parameters.error_description,
                "iss" => &mut parameters.iss,
                _ => continue,
            };
            if value.is_empty() {
                continue;
            }
            if slot.replace(value.into_owned()).is_some() {
                return Err(());
            }
        }
        Ok(parameters)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn verdict(method: &str, target: &str, host: Option<&str>) -> String {
        let expected = Expected {
            port: 8400,
            state: CsrfToken::new("right".to_owned()),
            issuer: "https://i.example".to_owned(),
            key: Some(CsrfToken::new("key".to_owned())),
        };
        match judge(Request { method, target, host }, &expected) {
            Verdict::Answer(Ok(code)) => format!("code {}", code.expose_secret()),
            Verdict::Answer(Err(refusal)) => format!("refused {refusal}"),
            Verdict::AskFirst => "ask first".to_owned(),
            Verdict::NotNow => "not now".to_owned(),
            Verdict::Foreign(status) => format!("foreign {status}"),
            Verdict::Stale => "stale".to_owned(),
        }
    }

    #[test]
    fn only_the_right_state_on_the_right_address_is_an_answer() {
        let local = Some("localhost:8400");
        for (method, target, host, expected) in [
            ("GET", "/callback?code=c&state=right", local, "code c"),
            ("GET", "/callback?state=right&code=c&iss=https://i.example", Some("127.0.0.1:8400"), "code c"),
            ("GET", "/callback?state=right&code=c&session_state=x", Some("[::1]:8400"), "code c"),
            (
                "GET",
                "/callback?state=right&error=access_denied&error_description=no%1b%5b31m",
                local,
                "refused access_denied: no [31m",
            ),
            ("GET", "/callback?error=access_denied", local, "stale"),
            ("GET", "/callback?error=access_denied&state=wrong", local, "stale"),
            ("GET", "/callback?code=c&state=wrong", local, "stale"),
            ("GET", "/callback?code=c&state=right&state=wrong", local, "stale"),
            ("GET", "/callback?code=c&code=d&state=right", local, "stale"),
            ("GET", "/callback?code=c&error=e&state=right", local, "stale"),
            ("GET", "/callback?state=right", local, "stale"),
            ("GET", "/callback?code=c&state=right&iss=https://evil.example", local, "stale"),
            ("GET", "/callback", local, "stale"),
            ("POST", "/callback?code=c&state=right", local, "foreign 405"),
            ("HEAD", "/callback?code=c&state=right", local, "foreign 405"),
            ("GET", "/favicon.ico", local, "foreign 404"),
            ("GET", "/callback/../x?code=c&state=right", local, "foreign 404"),
            ("GET", "//evil/callback?code=c&state=right", local, "foreign 404"),
            ("GET", ":8400/callback?code=c&state=right", local, "foreign 400"),
            ("GET", "http://localhost:8400/callback?code=c&state=right", local, "foreign 400"),
            ("GET", "/callback?code=c&state=right", Some("evil.example:8400"), "foreign 421"),
            ("GET", "/callback?code=c&state=right", Some("localhost:8401"), "foreign 421"),
            ("GET", "/callback?code=c&state=right", None, "foreign 421"),
            ("GET", "/sign-in?key=key", local, "ask first"),
            ("GET", "/sign-in?key=wrong", local, "stale"),
            ("POST", "/not-now?key=key", local, "not now"),
            ("POST", "/not-now?key=wrong", local, "stale"),
            ("POST", "/not-now", local, "stale"),
            ("GET", "/not-now?key=key", local, "foreign 405"),
            ("POST", "/not-now?key=key", Some("evil.example:8400"), "foreign 421"),
        ] {
            assert_eq!(verdict(method, target, host), expected, "{method} {target} {host:?}");
        }
    }
}
