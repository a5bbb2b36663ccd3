//! The client itself.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use url::Url;

use crate::error::HttpError;
use crate::portal;
use crate::proxies::Proxies;
use crate::retry;
use crate::settings::HttpSettings;
use crate::skew::Skew;
use crate::trust;

/// The largest response that is read. Real ones (discovery, keys, tokens, credentials) are under 100 kB; a hostile
/// server must not fill the memory.
pub const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// How much longer an answer is waited for that may be here already, unread.
const LAST_LOOK: Duration = Duration::from_millis(100);

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient {
    inner: reqwest::Client,
    timeout: Duration,
    proxies: Arc<Proxies>,
    clock: fn() -> i64,
    skew: Skew,
}

impl HttpClient {
    /// Makes the client.
    ///
    /// Redirects are never followed: a token endpoint that redirects would be handed the authorization code of another
    /// (RFC 9700, section 4.11), and none of the endpoints that are used here has a reason to.
    pub fn new(settings: &HttpSettings) -> Result<Self, HttpError> {
        let (proxies, for_client) = Proxies::new(&settings.proxy)?;
        let builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(settings.connect_timeout)
            .user_agent(&settings.user_agent)
            .referer(false)
            .tls_backend_preconfigured(trust::tls(settings)?);
        let builder = if settings.proxy.none { builder.no_proxy() } else { builder };
        let builder = for_client.into_iter().fold(builder, reqwest::ClientBuilder::proxy);
        let inner = builder.build().map_err(|error| HttpError::Setup(error.without_url().to_string()))?;
        let (timeout, clock) = (settings.timeout, settings.clock);
        Ok(Self { inner, timeout, proxies: Arc::new(proxies), clock, skew: Skew::default() })
    }

    /// Sends a request and reads the whole response. After a passing failure it is sent again, a few times and only
    /// where that is safe. What a captive portal answers in the server's place is an error.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, HttpError> {
        let mut attempt = 1;
        loop {
            let outcome = self.send_bytes(request.clone().map(reqwest::Body::from)).await;
            match retry::pause(request.method(), attempt, &outcome, jitter()) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return outcome,
            }
            attempt += 1;
        }
    }

    /// Seconds by which this machine's clock is behind what servers say (negative: ahead), from their `Date` headers.
    pub fn clock_skew(&self) -> i64 {
        self.skew.known().unwrap_or(0)
    }

    /// Whether a server has told its time, or somebody has told what was measured before.
    pub fn knows_the_time(&self) -> bool {
        self.skew.known().is_some()
    }

    /// What an earlier client measured holds until this one has asked a server.
    pub fn assume_clock_skew(&self, seconds: i64) {
        self.skew.assume(seconds);
    }

    /// The servers' time in Unix seconds, as far as it is known.
    pub fn servers_time(&self) -> i64 {
        (self.clock)() + self.clock_skew()
    }

    /// One attempt.
    pub(crate) async fn send_bytes(
        &self,
        request: http::Request<reqwest::Body>,
    ) -> Result<http::Response<Vec<u8>>, HttpError> {
        let request = reqwest::Request::try_from(request)
            .map_err(|error| HttpError::Setup(format!("not a request: {}", error.without_url())))?;
        let url = request.url().clone();
        let answer = self.execute(request).await?;
        match portal::strangers_answer(&url, &answer) {
            Some(how) => Err(HttpError::portal(&url, self.proxies.used_for(&url), &how)),
            None => Ok(answer),
        }
    }

    /// Within the time limit. A process that was stopped, by Ctrl-Z or with its container, finds its time over and the answer
    /// waiting; the answer counts, for what it says may have been paid for with a refresh token.
    async fn execute(&self, request: reqwest::Request) -> Result<http::Response<Vec<u8>>, HttpError> {
        let url = request.url().clone();
        let mut answer = pin!(self.exchange(request));
        match tokio::time::timeout(self.timeout, &mut answer).await {
            Ok(in_time) => in_time,
            Err(_) => tokio::time::timeout(LAST_LOOK, answer)
                .await
                .unwrap_or_else(|_| Err(HttpError::timed_out(&url, self.proxies.used_for(&url)))),
        }
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<http::Response<Vec<u8>>, HttpError> {
        let url = request.url().clone();
        let failed = |error| HttpError::request(&url, self.proxies.used_for(&url), error);
        let mut response = self.inner.execute(request).await.map_err(failed)?;
        self.skew.measure(response.headers(), (self.clock)());
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            *headers = response.headers().clone();
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(HttpError::too_large(&url, MAX_RESPONSE_BYTES));
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(|error| HttpError::Setup(error.to_string()))
    }

    /// A `GET` as a browser would make it, once: a web page and a redirect are answers like any other.
    pub async fn get_page(&self, url: &Url) -> Result<http::Response<Vec<u8>>, HttpError> {
        self.execute(reqwest::Request::new(http::Method::GET, url.clone())).await
    }

    /// A `GET` that asks for JSON.
    pub async fn get_json(&self, url: &Url) -> Result<http::Response<Vec<u8>>, HttpError> {
        let request = http::Request::get(url.as_str())
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| HttpError::Setup(error.to_string()))?;
        self.send(request).await
    }
}

/// A number from 0 to 1 that differs between processes and calls; nothing secret hangs on it.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
    f64::from(u32::try_from(random >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::{HttpErrorKind, ProxySettings, ProxyVariable};

    fn settings() -> HttpSettings {
        HttpSettings {
            ca_bundles: Vec::new(),
            system_store_is_overridden: false,
            proxy: ProxySettings::default(),
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(2),
            user_agent: "test".to_owned(),
            clock: || 0,
        }
    }

    /// Answers connections with these bytes, the body `repeat` times.
    fn server(head: &'static str, body: &'static str, repeat: usize) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            // As often as a request is sent.
            for stream in listener.incoming().take(3) {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(head.as_bytes());
                (0..repeat).try_for_each(|_| stream.write_all(body.as_bytes())).unwrap_or_default();
            }
        });
        Url::parse(&format!("http://{address}/x?code=secret-code")).unwrap()
    }

    fn get(settings: &HttpSettings, url: &Url) -> Result<http::Response<Vec<u8>>, HttpError> {
        let client = HttpClient::new(settings).unwrap();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(client.get_json(url))
    }

    #[test]
    fn redirects_are_not_followed() {
        let url = server("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n", "", 0);
        assert_eq!(get(&settings(), &url).unwrap().status(), 302);
    }

    #[test]
    fn an_answer_that_came_while_the_process_was_stopped_is_not_lost() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            std::thread::sleep(Duration::from_millis(300));
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        });
        let client = HttpClient::new(&HttpSettings { timeout: Duration::from_millis(600), ..settings() }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            // The whole process stands still while the server thinks, and for longer than it waits for it.
            let stopped = tokio::spawn(async {
                tokio::time::sleep(Duration::from_millis(150)).await;
                std::thread::sleep(Duration::from_millis(1_200));
            });
            assert_eq!(client.get_json(&url).await.unwrap().body(), b"{}");
            stopped.await.unwrap();
        });
    }

    #[test]
    fn a_server_that_is_silent_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let settings = HttpSettings { timeout: Duration::from_millis(200), ..settings() };
        assert_eq!(get(&settings, &url).unwrap_err().kind(), Some(HttpErrorKind::Timeout));
    }

    #[test]
    fn an_endless_response_is_cut_off() {
        let url = server("HTTP/1.1 200 OK\r\n\r\n", "                                ", 100_000);
        assert_eq!(get(&settings(), &url).unwrap_err().kind(), Some(HttpErrorKind::TooLarge));
    }

    #[test]
    fn failures_are_told_apart_and_never_repeat_the_query() {
        let refused = Url::parse("http://127.0.0.1:1/?code=secret-code").unwrap();
        let error = get(&settings(), &refused).unwrap_err();
        assert_eq!(error.kind(), Some(HttpErrorKind::Connect));
        assert!(!format!("{error} {error:?}").contains("secret-code"));
        let reset = server("", "", 0);
        assert_eq!(get(&settings(), &reset).unwrap_err().kind(), Some(HttpErrorKind::Broken));
        let no_name = Url::parse("http://no-such-host.invalid/").unwrap();
        assert_eq!(get(&settings(), &no_name).unwrap_err().kind(), Some(HttpErrorKind::Dns));
    }

    #[test]
    fn loopback_is_never_reached_through_a_proxy() {
        let url = server("HTTP/1.1 204 No Content\r\n\r\n", "", 0);
        let proxy = ProxySettings {
            http: Some(ProxyVariable::new("http_proxy", "http://127.0.0.1:1")),
            ..ProxySettings::default()
        };
        assert_eq!(get(&HttpSettings { proxy, ..settings() }, &url).unwrap().status(), 204);
    }

    #[test]
    fn a_missing_bundle_and_a_bad_proxy_are_named_without_the_password() {
        let bundle = HttpSettings { ca_bundles: vec!["/nowhere.pem".into()], ..settings() };
        assert!(HttpClient::new(&bundle).unwrap_err().to_string().contains("/nowhere.pem"));
        let variable = ProxyVariable::new("HTTPS_PROXY", "gopher://user:hunter2@x");
        let proxy = ProxySettings { https: Some(variable), ..ProxySettings::default() };
        let error = HttpClient::new(&HttpSettings { proxy, ..settings() }).unwrap_err();
        assert_eq!(error.to_string(), "the address in HTTPS_PROXY is not a proxy's address");
    }
}
