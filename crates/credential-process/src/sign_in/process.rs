//! The detached process itself.

use std::time::Instant;

use ccwb_http::HttpClient;
use ccwb_oidc::callback::Answer;
use ccwb_oidc::{
    AuthorizationRequest, CallbackServer, Expectations, IdToken, Page, Provider, ProviderRefusal, TokenClient,
};
use ccwb_store::LockGuard;
use secrecy::{ExposeSecret, SecretString};

use super::record::{self, Record};
use super::{LIFE, pages};
use crate::cache::{self, Tokens};
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::world::World;
use crate::{browser, detached, exchange, http, last_error};

/// Runs the sign-in to its end. Its result is in the store and in the record; nobody reads its exit code.
pub(crate) fn run(context: &Context<'_>, by_person: bool) -> Result<(), Error> {
    let held = detached::take_over(context)?;
    if !by_person && cache::usable_credentials(context, World::now()).ok().flatten().is_some() {
        return Ok(());
    }
    let mut sign_in = SignIn { context, held, record: record::read(context).unwrap_or_default(), by_person };
    sign_in.record.pid = std::process::id();
    http::runtime()?.block_on(sign_in.run())
}

struct SignIn<'a> {
    context: &'a Context<'a>,
    held: LockGuard,
    record: Record,
    by_person: bool,
}

/// What the person gets to see at the end.
struct Done {
    person: String,
    expiration: i64,
}

impl SignIn<'_> {
    async fn run(mut self) -> Result<(), Error> {
        let deadline = Instant::now() + LIFE;
        let (outcome, answer) = match self.until_the_answer(deadline).await {
            Ok((answer, request, provider, client)) => {
                let (outcome, answer) = self.with_the_answer(answer, &request, provider, &client).await;
                (outcome, Some(answer))
            }
            Err(error) => (Err(error), None),
        };
        let page = self.conclude(&outcome);
        // First the waiters, then the page.
        self.held.release();
        if let Some(answer) = answer {
            answer.respond(&page).await;
        }
        outcome.map(drop)
    }

    /// From nothing to the provider's answer in the callback.
    async fn until_the_answer(
        &mut self,
        deadline: Instant,
    ) -> Result<(PendingAnswer, AuthorizationRequest, Provider, HttpClient), Error> {
        let profile = self.context.oidc()?;
        let server = CallbackServer::bind(&profile.redirect_ports)?;
        let client = http::client(self.context.world)?;
        // A client secret that is missing is found before anybody is asked to sign in.
        exchange::client_credential(self.context)?;
        let cache_file = self.context.state.provider_cache(&self.context.profile.name);
        let provider = Provider::load(&client, profile, &cache_file, World::now()).await?;
        let request = AuthorizationRequest::new(profile, provider.metadata(), server.port());
        let mut listening = server.listen(&request, &provider.metadata().issuer)?;
        self.announce(&request)?;
        let opener = browser::Opener::new(self.context.world, request.url.as_str());
        let mut opening = tokio::task::spawn_blocking(|| opener.open());
        let mut opened = false;
        let answer = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            tokio::select! {
                answer = listening.wait(left) => break answer,
                result = &mut opening, if !opened => {
                    opened = true;
                    self.note_browser(result.unwrap_or_else(|_| Err("it could not be started".to_owned())))?;
                }
            }
        };
        match answer {
            Some(answer) => Ok((PendingAnswer { answer, _port: listening }, request, provider, client)),
            None => Err(self.timed_out()),
        }
    }

    /// From the provider's answer to stored credentials.
    async fn with_the_answer(
        &self,
        pending: PendingAnswer,
        request: &AuthorizationRequest,
        mut provider: Provider,
        client: &HttpClient,
    ) -> (Result<Done, Error>, PendingAnswer) {
        let outcome = match &pending.answer.outcome {
            Ok(code) => self.finish(code, request, &mut provider, client).await,
            Err(refusal) => Err(self.refused(refusal)),
        };
        (outcome, pending)
    }

    async fn finish(
        &self,
        code: &SecretString,
        request: &AuthorizationRequest,
        provider: &mut Provider,
        client: &HttpClient,
    ) -> Result<Done, Error> {
        let profile = self.context.oidc()?;
        let now = World::now();
        let credential = exchange::client_credential(self.context)?;
        let metadata = provider.metadata().clone();
        let set = TokenClient::new(client, &metadata, profile, &credential, now)
            .exchange(code, &request.verifier, &request.redirect_uri)
            .await?;
        let expected = Expectations {
            client_id: &profile.client_id,
            nonce: Some(&request.nonce),
            subject: None,
            now: http::servers_time(client),
        };
        let id_token = provider.verify(set.unverified_id_token.expose_secret(), &expected).await?;
        let mut tokens = Tokens {
            id_token: Some(id_token.raw().clone()),
            refresh_token: set.refresh_token,
            identity_id: self.remembered_identity(&id_token),
            signed_in_at: Some(now.timestamp()),
            shortened: false,
        };
        cache::save_tokens(self.context, &tokens, World::now(), &self.held)?;
        let federated = exchange::federate(self.context, client, &id_token, &mut tokens, &self.held).await?;
        Ok(Done { person: id_token.person(), expiration: federated.credentials.expiration })
    }

    /// The Cognito identity of the same person.
    fn remembered_identity(&self, id_token: &IdToken) -> Option<String> {
        let before = cache::tokens(self.context).ok()?;
        let same = before.last_id_token().is_some_and(|before| before.subject() == id_token.subject());
        before.identity_id.filter(|_| same)
    }

    /// Waiters tell the person where to go as soon as it is in the record, browser or not.
    fn announce(&mut self, request: &AuthorizationRequest) -> Result<(), Error> {
        if !self.by_person {
            self.record.budget.open(World::now().timestamp_millis());
        }
        self.record.authorization_url = Some(request.url.to_string());
        Ok(self.record.save(self.context)?)
    }

    fn note_browser(&mut self, result: Result<(), String>) -> Result<(), Error> {
        if let Err(reason) = result {
            self.record.browser_failure = Some(ccwb_oidc::printable(&reason));
            self.record.save(self.context)?;
        }
        Ok(())
    }

    /// Puts the result where waiters and later calls find it, and makes the page.
    fn conclude(&mut self, outcome: &Result<Done, Error>) -> Page {
        let now = World::now();
        let profile = &self.context.profile.name;
        self.record.finished = Some(now.timestamp_millis());
        self.record.authorization_url = None;
        let page = match outcome {
            Ok(done) => {
                self.record.budget.reset();
                last_error::forget(&self.context.state.last_error(profile));
                pages::signed_in(profile, &done.person, done.expiration)
            }
            Err(error) => {
                self.record.failure = Some(error.clone());
                self.record.budget.cool_down(now.timestamp_millis());
                last_error::remember(&self.context.state.last_error(profile), error, now.timestamp());
                pages::failed(error)
            }
        };
        // Waiters that find no record find no credentials either, and say that the sign-in ended without a result.
        let _ = self.record.save(self.context);
        page
    }

    fn timed_out(&self) -> Error {
        let minutes = LIFE.as_secs() / 60;
        let message = format!("nobody finished the sign-in in the browser within {minutes} minutes");
        Error::new(codes::SIGN_IN_TIMED_OUT, message, self.login_hint())
    }

    fn refused(&self, refusal: &ProviderRefusal) -> Error {
        if refusal.error == "access_denied" {
            let message = format!("the sign-in was cancelled or denied ({refusal})");
            return Error::new(codes::SIGN_IN_CANCELLED, message, self.login_hint());
        }
        let message = format!("the identity provider refused the sign-in: {refusal}");
        Error::new(codes::PROVIDER_REFUSED, message, self.login_hint())
    }

    fn login_hint(&self) -> String {
        format!("run {}", self.context.command_line(&["login"]))
    }
}

/// The answer, and the port that is kept open until it has its page: a reload finds the sign-in and not a stranger.
struct PendingAnswer {
    answer: Answer,
    _port: ccwb_oidc::callback::Listening,
}

impl PendingAnswer {
    async fn respond(self, page: &Page) {
        self.answer.respond(page).await;
    }
}
