//! Signing in by authorization code: a browser, here or elsewhere, ends at a port of this machine.

use std::time::Instant;

use ccwb_http::printable;
use ccwb_oidc::callback::{AskFirst, Outcome};
use ccwb_oidc::{AuthorizationRequest, CallbackServer, CsrfToken, OidcError};
use secrecy::SecretString;

use super::pages;
use super::process::{Done, Finished, Ready, SignIn, WaitingBrowser};
use crate::browser;
use crate::codes;
use crate::error::Error;
use crate::port_owner::owner_of;

impl SignIn<'_> {
    /// With `open`, the browser of this machine is opened; without, the person is told what to do.
    pub(super) async fn by_callback(&mut self, mut ready: Ready, open: bool) -> Finished {
        let (brought, browser, request) = match self.until_the_answer(&ready, open).await {
            Ok(answered) => answered,
            Err(error) => return error.into(),
        };
        let outcome = match brought {
            Outcome::Code(code) => self.with_the_code(code, request, &mut ready).await,
            Outcome::Refused(refusal) => Err(self.refused(&refusal)),
            Outcome::NotNow => Err(self.postponed()),
        };
        Finished { outcome, browser: Some(browser) }
    }

    async fn until_the_answer(
        &mut self,
        ready: &Ready,
        open: bool,
    ) -> Result<(Outcome, WaitingBrowser, AuthorizationRequest), Error> {
        let profile = self.context.oidc()?;
        // Bound before anybody is sent to the provider: the answer finds somebody at home.
        let server = CallbackServer::bind(&profile.redirect_ports).map_err(|error| self.ports_taken(error))?;
        let metadata = ready.provider.metadata();
        let request = AuthorizationRequest::new(profile, metadata, server.port(), &self.record.who);
        self.record.port = Some(server.port());
        self.record.authorization_url = Some(request.url.to_string());
        self.record.opens_browser = open;
        // After a sign-in that did not succeed, a window that nobody asked for says whose it is before anything else.
        let ask_first = (open && !self.by_person && self.record.budget.asks_first())
            .then(|| AskFirst { key: CsrfToken::new_random(), page: pages::ask_first(self.context) });
        let address = ask_first.as_ref().map_or_else(
            || request.url.to_string(),
            |ask| format!("http://localhost:{}/sign-in?key={}", server.port(), ask.key.secret()),
        );
        let mut listening = server.listen(&request, &metadata.issuer, ask_first)?;
        self.announce()?;
        let opener = open.then(|| browser::Opener::new(self.context.world, &address));
        let mut opening = tokio::task::spawn_blocking(|| opener.map_or(Ok(()), browser::Opener::open));
        let mut opened = false;
        let answer = loop {
            let left = ready.deadline.saturating_duration_since(Instant::now());
            tokio::select! {
                answer = listening.wait(left) => break answer,
                result = &mut opening, if !opened => {
                    opened = true;
                    self.note_browser(result.unwrap_or_else(|_| Err("it could not be started".to_owned())))?;
                }
            }
        };
        match answer {
            Some(answer) => Ok((answer.outcome, WaitingBrowser { tab: answer.browser, _port: listening }, request)),
            None => Err(self.timed_out()),
        }
    }

    /// Who has the ports, where the system tells.
    fn ports_taken(&self, error: OidcError) -> Error {
        let ports = self.context.oidc().map(|profile| profile.redirect_ports.clone()).unwrap_or_default();
        let owners: Vec<String> =
            ports.iter().filter_map(|port| owner_of(*port).map(|owner| format!("{port} is used by {owner}"))).collect();
        let error = Error::from(error);
        if owners.is_empty() {
            error
        } else {
            Error { message: format!("{}; {}", error.message, owners.join(", ")), ..error }
        }
    }

    fn postponed(&self) -> Error {
        let message = "the sign-in was put off; no browser is opened for an hour unless you ask for it";
        Error::new(codes::SIGN_IN_POSTPONED, message, self.login_hint())
    }

    fn note_browser(&mut self, result: Result<(), String>) -> Result<(), Error> {
        if let Err(reason) = result {
            self.record.browser_failure = Some(printable(&reason));
            self.record.save(self.context)?;
        }
        Ok(())
    }

    async fn with_the_code(
        &self,
        code: SecretString,
        request: AuthorizationRequest,
        ready: &mut Ready,
    ) -> Result<Done, Error> {
        let set = self.token_client(ready)?.exchange(&code, &request.verifier, &request.redirect_uri).await?;
        // Spent: neither stays for the rest of the sign-in.
        drop((code, request.verifier));
        self.accept(ready, set, Some(&request.nonce)).await
    }
}
