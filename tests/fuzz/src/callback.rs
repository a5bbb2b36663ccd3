use ccwb_oidc::CsrfToken;
use ccwb_oidc::callback::{Expected, Request, Verdict, judge, parse_head};
use secrecy::ExposeSecret;

use crate::text::assert_printable;

const STATE: &str = "right-state";
const KEY: &str = "right-key";
const ISSUER: &str = "https://i.example";

/// A request to the callback port: nobody without the right `state` ends a sign-in, and nobody without the right key asks
/// for the page before it.
pub fn callback(input: &[u8]) {
    let Some(request) = parse_head(input) else { return };
    check(request, judge(request, &expected(STATE, KEY)));
    let other = judge(request, &expected("another-state", "another-key"));
    if !contains(request.target, "another-state") {
        assert!(!matches!(other, Verdict::Answer(_)), "an answer without the state: {request:?}");
    }
    if !contains(request.target, "another-key") {
        assert!(!matches!(other, Verdict::AskFirst | Verdict::NotNow), "a page without the key: {request:?}");
    }
    // What follows a head changes nothing.
    let longer = [input, b"GET /callback HTTP/1.1\r\n\r\n"].concat();
    let again = parse_head(&longer).expect("a longer one is complete too");
    assert_eq!((again.method, again.target, again.host), (request.method, request.target, request.host));
}

fn expected(state: &str, key: &str) -> Expected {
    Expected {
        port: 8400,
        state: CsrfToken::new(state.to_owned()),
        issuer: ISSUER.to_owned(),
        key: Some(CsrfToken::new(key.to_owned())),
    }
}

fn check(request: Request<'_>, verdict: Verdict) {
    let is = |path: &str| request.target.starts_with('/') && path_of(request.target).ends_with(path);
    match verdict {
        Verdict::Answer(answer) => {
            assert!(request.method == "GET" && is("/callback"), "{request:?}");
            assert_eq!(values(request.target, "state"), [STATE]);
            assert!(values(request.target, "iss").iter().all(|issuer| issuer == ISSUER), "{request:?}");
            let (codes, errors) = (values(request.target, "code"), values(request.target, "error"));
            match answer {
                Ok(code) => {
                    assert_eq!((codes.as_slice(), errors.len()), ([code.expose_secret().to_owned()].as_slice(), 0));
                }
                Err(refusal) => {
                    assert_eq!((codes.len(), errors.len()), (0, 1), "{request:?}");
                    assert_printable(&refusal.to_string());
                }
            }
        }
        Verdict::AskFirst => assert!(request.method == "GET" && is("/sign-in") && first(request, "key") == KEY),
        Verdict::NotNow => assert!(request.method == "POST" && is("/not-now") && first(request, "key") == KEY),
        Verdict::Foreign(status) => return assert!([400, 404, 405, 421].contains(&status)),
        Verdict::Stale => {}
    }
    let host = request.host.unwrap_or_default().to_ascii_lowercase();
    assert!(["localhost:8400", "127.0.0.1:8400", "[::1]:8400"].contains(&host.as_str()), "{request:?}");
}

fn path_of(target: &str) -> &str {
    target.split(['?', '#']).next().unwrap_or_default()
}

fn first(request: Request<'_>, name: &str) -> String {
    pairs(request.target).find(|(found, _)| found == name).map(|(_, value)| value).unwrap_or_default()
}

/// Every value of a parameter that is not empty.
fn values(target: &str, name: &str) -> Vec<String> {
    pairs(target).filter(|(found, value)| found == name && !value.is_empty()).map(|(_, value)| value).collect()
}

/// The query's parameters, read apart from what is tested.
fn pairs(target: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let before_fragment = target.split('#').next().unwrap_or_default();
    let query = before_fragment.split_once('?').map(|(_, query)| query).unwrap_or_default();
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let hex = |range| rest.get(range).and_then(|digit: &[u8]| char::from(digit[0]).to_digit(16));
        rest = after;
        bytes.push(match (byte, hex(1..2), hex(2..3)) {
            (b'%', Some(high), Some(low)) => {
                rest = &after[2..];
                u8::try_from(high * 16 + low).expect("two digits")
            }
            (b'+', ..) => b' ',
            _ => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn contains(target: &str, text: &str) -> bool {
    decoded(target).contains(text)
}
