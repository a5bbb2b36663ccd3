//! Captive portals: what a hotel's network answers in the place of every server, until a person has passed its login page.

use http::{Response, StatusCode};
use url::Url;

/// How a stranger answered in the server's place; `None` for what can be the server's own answer.
///
/// For requests of programs: none of the endpoints that are asked here answers a web page, or redirects to another host.
pub(crate) fn strangers_answer(asked: &Url, answer: &Response<Vec<u8>>) -> Option<String> {
    if answer.status() == StatusCode::NETWORK_AUTHENTICATION_REQUIRED {
        return Some("with the status 511, \"Network Authentication Required\"".to_owned());
    }
    if answer.status().is_redirection() {
        let location = answer.headers().get(http::header::LOCATION)?.to_str().ok()?;
        let target = asked.join(location).ok().filter(|target| target.host_str() != asked.host_str())?;
        return Some(format!("with a redirect to {}", target.host_str().unwrap_or("nowhere")));
    }
    (answer.status().is_success() && is_web_page(answer)).then(|| "with a web page".to_owned())
}

fn is_web_page(answer: &Response<Vec<u8>>) -> bool {
    let start: String = String::from_utf8_lossy(&answer.body()[..answer.body().len().min(256)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let media_type = answer.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let says_html = media_type.is_some_and(|media_type| media_type.to_ascii_lowercase().starts_with("text/html"));
    start.starts_with("<!doctype html") || start.starts_with("<html") || (says_html && start.starts_with('<'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, header: (&str, &str), body: &str) -> Option<String> {
        let answer = Response::builder().status(status).header(header.0, header.1).body(body.into()).unwrap();
        strangers_answer(&Url::parse("https://idp.example/token").unwrap(), &answer)
    }

    #[test]
    fn a_login_page_in_each_of_its_ways_is_told_from_a_servers_own_answers() {
        let (html, json) = (("content-type", "text/html; charset=utf-8"), ("content-type", "application/json"));
        for (status, header, body, expected) in [
            (200, html, "<!DOCTYPE html><title>Hotel</title>", Some("web page")),
            (200, json, "\n<html><body>", Some("web page")),
            (200, html, "<script>location='/login'</script>", Some("web page")),
            (302, ("location", "https://login.hotel.example/?x=1"), "", Some("login.hotel.example")),
            (307, ("location", "//1.1.1.1/"), "", Some("1.1.1.1")),
            (511, html, "<html>", Some("511")),
            (200, json, "{}", None),
            (200, html, "{\"a\": 1}", None),
            (200, ("content-type", "text/xml"), "<AssumeRoleResponse/>", None),
            (301, ("location", "/other"), "", None),
            (302, ("location", "https://idp.example:8443/"), "", None),
            (404, html, "<html>not found</html>", None),
            (503, html, "<html>later</html>", None),
        ] {
            let found = answered(status, header, body);
            assert_eq!(found.is_some(), expected.is_some(), "{status} {body}: {found:?}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{status} {body}");
        }
    }
}
