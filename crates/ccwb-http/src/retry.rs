//! When a request is sent again, and after how long.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{Method, Response, StatusCode};

use crate::error::{HttpError, HttpErrorKind};

/// Attempts of one request.
pub(crate) const ATTEMPTS: u32 = 3;
/// The longest pause that a server may ask for; who asks for more gets no second attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The pause before the next attempt; `None` if there is none.
///
/// A `POST` may spend a code or a refresh token, so it is sent again only where the server cannot have acted on it: no
/// connection was made, or the server said 429 or 503. A `GET` is sent again after any passing failure.
pub(crate) fn pause(
    method: &Method,
    attempt: u32,
    outcome: &Result<Response<Vec<u8>>, HttpError>,
    jitter: f64,
) -> Option<Duration> {
    if attempt >= ATTEMPTS {
        return None;
    }
    let safe = method == Method::GET || method == Method::HEAD;
    let asked = match outcome {
        Ok(response) => match response.status() {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => retry_after(response),
            status if safe && status.is_server_error() => None,
            _ => return None,
        },
        Err(error) => match error.kind()? {
            HttpErrorKind::Connect => None,
            HttpErrorKind::Broken if safe => None,
            // A name that does not resolve, a certificate that is not trusted and a server that is silent stay so.
            _ => return None,
        },
    };
    let backoff = FIRST_PAUSE * 2_u32.pow(attempt.saturating_sub(1));
    let pause = asked.unwrap_or_else(|| backoff.mul_f64(0.5 + jitter));
    (pause <= LONGEST_PAUSE).then_some(pause)
}

/// `Retry-After` in seconds (RFC 9110, section 10.2.3); its date form counts as absent.
fn retry_after(response: &Response<Vec<u8>>) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<Response<Vec<u8>>, HttpError>;

    #[expect(clippy::unnecessary_wraps, reason = "an outcome among others")]
    fn answer(status: u16, retry_after: Option<&str>) -> Outcome {
        let mut response = Response::builder().status(status);
        if let Some(seconds) = retry_after {
            response = response.header(RETRY_AFTER, seconds);
        }
        Ok(response.body(Vec::new()).unwrap())
    }

    fn failure(kind: HttpErrorKind) -> Outcome {
        Err(HttpError::Request { host: "h".to_owned(), kind, detail: String::new(), proxy: None })
    }

    #[test]
    fn a_request_that_may_have_been_acted_on_is_not_sent_again() {
        let again = |method: Method, outcome| pause(&method, 1, &outcome, 0.5).is_some();
        for (method, outcome, expected) in [
            (Method::GET, answer(500, None), true),
            (Method::POST, answer(500, None), false),
            (Method::POST, answer(429, None), true),
            (Method::POST, answer(503, Some("2")), true),
            (Method::POST, answer(503, Some("60")), false),
            (Method::GET, answer(200, None), false),
            (Method::GET, answer(404, None), false),
            (Method::POST, answer(400, None), false),
            (Method::POST, failure(HttpErrorKind::Connect), true),
            (Method::POST, failure(HttpErrorKind::Broken), false),
            (Method::GET, failure(HttpErrorKind::Broken), true),
            (Method::POST, failure(HttpErrorKind::Timeout), false),
            (Method::GET, failure(HttpErrorKind::Tls), false),
            (Method::GET, failure(HttpErrorKind::Dns), false),
        ] {
            assert_eq!(again(method, outcome), expected);
        }
    }

    #[test]
    fn pauses_grow_are_spread_and_end() {
        let outcome = answer(503, None);
        let pauses = |jitter| [1, 2].map(|attempt| pause(&Method::GET, attempt, &outcome, jitter).unwrap().as_millis());
        assert_eq!((pauses(0.0), pauses(1.0)), ([100, 200], [300, 600]));
        assert_eq!(pause(&Method::GET, ATTEMPTS, &outcome, 0.0), None);
        assert_eq!(pause(&Method::GET, 1, &answer(429, Some("2")), 0.0), Some(Duration::from_secs(2)));
    }
}
