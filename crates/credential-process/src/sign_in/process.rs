//! The detached process: from the lock that it was handed to the result that everybody finds.

use std::time::Instant;

use ccwb_config::AuthMode;
use ccwb_http::HttpClient;
use ccwb_oidc::callback::Listening;
use ccwb_oidc::{
    ClientCredential, Expectations, IdToken, Nonce, OidcError, Page, Provider, ProviderRefusal, TokenClient, TokenSet,
};
use ccwb_store::LockGuard;
use secrecy::ExposeSecret;

use super::record::{self, Record};
use super::{LIFE, Method, pages};
use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::surroundings::Place;
use crate::world::World;
use crate::{codes, detached, entra, exchange, http, last_error};

/// Runs the sign-in to its end. Its result is in the store and in the record; nobody reads its exit code.
pub(crate) fn run(context: &Context<'_>, method: Method, by_person: bool) -> Result<(), Error> {
    let held = detached::take_over(context)?;
    let mut record = record::read(context).unwrap_or_default();
    if record.finished.is_some() {
        // Where the lock is not handed over but taken anew, somebody else was faster.
        return Ok(());
    }
    record.pid = std::process::id();
    let mut sign_in = SignIn { context, held, record, by_person };
    http::runtime()?.block_on(async move {
        let finished = sign_in.by(method).await;
        let page = sign_in.conclude(&finished.outcome);
        // First the waiters, then the page.
        sign_in.held.release();
        if let Some(browser) = finished.browser {
            browser.tab.respond(&page).await;
        }
        finished.outcome.map(drop)
    })
}

pub(super) struct SignIn<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) held: LockGuard,
    pub(super) record: Record,
    pub(super) by_person: bool,
}

/// Everything that a method of signing in needs of the provider.
pub(super) struct Ready {
    pub(super) client: HttpClient,
    pub(super) provider: Provider,
    pub(super) credential: ClientCredential,
    pub(super) deadline: Instant,
}

/// The end of a sign-in, and the browser that still waits for a page.
pub(super) struct Finished {
    pub(super) outcome: Result<Done, Error>,
    pub(super) browser: Option<WaitingBrowser>,
}

/// A browser that waits, and the port that is kept open for it: a reload finds the sign-in and not a stranger.
pub(super) struct WaitingBrowser {
    pub(super) tab: ccwb_oidc::callback::Browser,
    pub(super) _port: Listening,
}

/// What the person gets to see.
pub(super) struct Done {
    pub(super) person: String,
    pub(super) expiration: i64,
}

impl From<Error> for Finished {
    fn from(error: Error) -> Self {
        Self { outcome: Err(error), browser: None }
    }
}

impl SignIn<'_> {
    async fn by(&mut self, method: Method) -> Finished {
        let context = self.context;
        match &context.profile.auth {
            AuthMode::IdentityCenter(center) => self.by_identity_center(center, method).await,
            _ => self.by_openid_connect(method).await,
        }
    }

    async fn by_openid_connect(&mut self, method: Method) -> Finished {
        let ready = match self.prepare().await {
            Ok(ready) => ready,
            Err(error) => return error.into(),
        };
        let client = ready.client.clone();
        let mut finished = match self.resolve(method, &ready) {
            Method::Device => self.by_device_code(ready, method == Method::Auto).await,
            Method::Browser => self.by_callback(ready, true).await,
            Method::Auto | Method::Paste => self.by_callback(ready, false).await,
        };
        finished.outcome = finished.outcome.map_err(|error| http::name_the_clock(&client, error));
        finished
    }

    async fn prepare(&self) -> Result<Ready, Error> {
        let profile = self.context.oidc()?;
        let deadline = Instant::now() + LIFE;
        // A client secret that is missing is found before anybody is asked to sign in.
        let credential = exchange::client_credential(self.context)?;
        let client = http::client(self.context)?;
        let cache_file = self.context.state.provider_cache(&self.context.profile.name);
        let provider = Provider::load(&client, profile, &cache_file, World::now()).await?;
        http::learn_the_time(&client, &credential, provider.metadata()).await;
        Ok(Ready { client, provider, credential, deadline })
    }

    /// What `auto` means on this machine and with this provider.
    fn resolve(&self, method: Method, ready: &Ready) -> Method {
        let device_codes = ready.provider.metadata().device_authorization_endpoint.is_some();
        if method == Method::Auto { Place::of(self.context.world).method(device_codes) } else { method }
    }

    /// From the provider's tokens to stored credentials.
    pub(super) async fn accept(&self, ready: &mut Ready, set: TokenSet, nonce: Option<&Nonce>) -> Result<Done, Error> {
        // What proved to the provider that it is us has done so.
        ready.credential = ClientCredential::None;
        let expected = Expectations {
            client_id: &self.context.oidc()?.client_id,
            nonce,
            subject: None,
            now: http::servers_time(&ready.client),
        };
        let raw = set.unverified_id_token.ok_or_else(|| OidcError::BadAnswer {
            what: "token response",
            problem: "it holds no ID token".to_owned(),
        })?;
        let id_token = ready.provider.verify(raw.expose_secret(), &expected).await?;
        let before = self.tokens_of_the_same_person(&id_token);
        let mut tokens = Tokens {
            id_token: None,
            // Google gives a refresh token at the first consent only.
            refresh_token: set.refresh_token.or(before.refresh_token),
            identity_id: before.identity_id,
            signed_in_at: Some(World::now().timestamp()),
            shortened: false,
            skew: ready.client.clock_skew(),
            ..Tokens::default()
        };
        cache::save_new_id_token(self.context, &ready.client, &id_token, &mut tokens, &self.held)?;
        let federated = exchange::federate(self.context, &ready.client, &id_token, &mut tokens, &self.held).await?;
        Ok(Done { person: id_token.person(), expiration: federated.credentials.expiration_on_this_clock() })
    }

    /// The token endpoint as this client sees it.
    pub(super) fn token_client<'r>(&'r self, ready: &'r Ready) -> Result<TokenClient<'r>, Error> {
        let (profile, metadata) = (self.context.oidc()?, ready.provider.metadata());
        Ok(TokenClient::new(&ready.client, metadata, profile, &ready.credential, http::servers_time(&ready.client)))
    }

    /// What is stored of an earlier sign-in, if that was the same person.
    fn tokens_of_the_same_person(&self, id_token: &IdToken) -> Tokens {
        let before = cache::tokens(self.context).unwrap_or_default();
        let same = before.last_id_token().is_some_and(|before| before.subject() == id_token.subject());
        if same { before } else { Tokens::default() }
    }

    /// Waiters tell the person what is in the record as soon as it is there.
    pub(super) fn announce(&mut self) -> Result<(), Error> {
        if !self.by_person {
            self.record.budget.open(World::now().timestamp_millis());
        }
        Ok(self.record.save(self.context)?)
    }

    /// Puts the result where waiters and later calls find it, and makes the page.
    fn conclude(&mut self, outcome: &Result<Done, Error>) -> Page {
        let now = World::now();
        let profile = &self.context.profile.name;
        let record = &mut self.record;
        let asked_somebody = record.has_news();
        record.finished = Some(now.timestamp_millis());
        (record.authorization_url, record.device, record.port) = (None, None, None);
        let page = match outcome {
            Ok(done) => {
                record.budget.reset();
                last_error::forget(&self.context.state.last_error(profile));
                pages::signed_in(profile, &done.person, done.expiration)
            }
            Err(error) => {
                record.failure = Some(error.clone());
                if error.code == codes::SIGN_IN_POSTPONED.name {
                    record.budget.postpone(now.timestamp_millis());
                } else if asked_somebody {
                    record.budget.cool_down(now.timestamp_millis());
                }
                last_error::remember(&self.context.state.last_error(profile), error, now.timestamp());
                pages::failed(profile, error)
            }
        };
        // Waiters that find no record find no credentials either, and say that the sign-in ended without a result.
        let _ = self.record.save(self.context);
        page
    }

    pub(super) fn timed_out(&self) -> Error {
        let minutes = LIFE.as_secs() / 60;
        let message = format!("nobody finished the sign-in within {minutes} minutes");
        Error::new(codes::SIGN_IN_TIMED_OUT, message, self.login_hint())
    }

    /// An error of the provider about this sign-in.
    pub(super) fn refused(&self, refusal: &ProviderRefusal) -> Error {
        let fix = refusal.description.as_deref().and_then(entra::fix);
        let hint = fix.map_or_else(|| self.login_hint(), str::to_owned);
        match refusal.error.as_str() {
            "access_denied" => {
                let message = match &refusal.description {
                    Some(description) => format!("the identity provider says: {description}"),
                    None => "the identity provider says: access denied".to_owned(),
                };
                Error::new(codes::SIGN_IN_CANCELLED, message, hint)
            }
            "expired_token" => {
                let message = "the code expired before anybody entered it";
                Error::new(codes::SIGN_IN_TIMED_OUT, message, self.login_hint())
            }
            _ => {
                let message = format!("the identity provider refused the sign-in: {refusal}");
                Error::new(codes::PROVIDER_REFUSED, message, hint)
            }
        }
    }

    /// The same for an error of a request.
    pub(super) fn failed(&self, error: OidcError) -> Error {
        match error {
            OidcError::Refused { refusal, .. }
                if ["access_denied", "expired_token"].contains(&refusal.error.as_str()) =>
            {
                self.refused(&refusal)
            }
            other => other.into(),
        }
    }

    pub(super) fn login_hint(&self) -> String {
        format!("run {}", self.context.command_line(&["login"]))
    }
}
