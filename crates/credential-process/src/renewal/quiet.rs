//! The rungs that no person notices: a stored ID token, then the refresh token.

use ccwb_config::Bearer;
use ccwb_http::HttpClient;
use ccwb_oidc::{Expectations, IdToken, OidcError, Provider, TokenClient};
use ccwb_store::LockGuard;
use chrono::TimeDelta;

use super::Wanted;
use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::exchange::{client_credential, federate};
use crate::world::World;
use crate::{codes, http, telemetry};

/// An ID token with less left is not made to last, where telemetry sends it.
const LAST_MINUTES: TimeDelta = TimeDelta::minutes(20);

/// Whether there is anything to climb with.
pub(crate) fn is_possible(tokens: &Tokens) -> bool {
    tokens.refresh_token.is_some() || tokens.usable_id_token(World::now()).is_some()
}

/// Climbs without a browser. `Ok` with nothing new in the store means that only a sign-in helps; an error means that a
/// sign-in would not help.
pub(super) fn climb(context: &Context<'_>, wanted: Wanted, held: &LockGuard) -> Result<(), Error> {
    let tokens = cache::tokens(context)?;
    let client = http::client(context)?;
    // None may only mean that the clock was right then.
    if let Some(skew) = Some(tokens.skew(World::now())).filter(|skew| *skew != 0) {
        client.assume_clock_skew(skew);
    }
    let quiet = Quiet { context, client, held, wanted };
    let result = http::runtime()?.block_on(quiet.climb(tokens));
    result.map_err(|error| http::name_the_clock(&quiet.client, error))
}

struct Quiet<'a> {
    context: &'a Context<'a>,
    client: HttpClient,
    held: &'a LockGuard,
    wanted: Wanted,
}

impl Quiet<'_> {
    async fn climb(&self, mut tokens: Tokens) -> Result<(), Error> {
        if let Some(id_token) = tokens.usable_id_token(World::now()) {
            if self.collector_needs_a_new_one(&id_token, &tokens)
                && let Ok(Some(new)) = self.refresh(&mut tokens).await
            {
                return self.finish(&new, &mut tokens).await;
            }
            telemetry::keep_current(self.context, &id_token, self.client.clock_skew(), self.held);
            match self.finish(&id_token, &mut tokens).await {
                Err(error) if tokens.refresh_token.is_some() && error.code == codes::AWS_REFUSED.name => {
                    self.context.debug(|| format!("the stored ID token did not do: {}", error.message));
                }
                result => return result,
            }
        }
        match self.refresh(&mut tokens).await? {
            Some(id_token) => self.finish(&id_token, &mut tokens).await,
            None => Ok(()),
        }
    }

    /// A collector that asks for the ID token would be left without one until the credentials are renewed again, if they
    /// were now had with a token that is about to expire. Should that fail, the stored token is still good.
    fn collector_needs_a_new_one(&self, id_token: &IdToken, tokens: &Tokens) -> bool {
        let telemetry = &self.context.profile.telemetry;
        let asks = !telemetry.off && telemetry.bearer != Bearer::Never;
        asks && tokens.refresh_token.is_some() && id_token.expires() - http::servers_time(&self.client) < LAST_MINUTES
    }

    /// From an ID token, which is stored, to what is wanted.
    async fn finish(&self, id_token: &IdToken, tokens: &mut Tokens) -> Result<(), Error> {
        match self.wanted {
            Wanted::IdToken => Ok(()),
            Wanted::Credentials => federate(self.context, &self.client, id_token, tokens, self.held).await.map(drop),
        }
    }

    /// Redeems the refresh token and stores what comes of it before anything else is done. `None` if the provider
    /// says that this very token is no longer good; then, and only then, it is forgotten.
    async fn refresh(&self, tokens: &mut Tokens) -> Result<Option<IdToken>, Error> {
        let Some(refresh_token) = tokens.refresh_token.clone() else { return Ok(None) };
        let profile = self.context.oidc()?;
        let now = World::now();
        let cache_file = self.context.state.provider_cache(&self.context.profile.name);
        let mut provider = Provider::load(&self.client, profile, &cache_file, now).await?;
        let credential = client_credential(self.context)?;
        let metadata = provider.metadata().clone();
        http::learn_the_time(&self.client, &credential, &metadata).await;
        let servers_time = http::servers_time(&self.client);
        let token_client = TokenClient::new(&self.client, &metadata, profile, &credential, servers_time);
        let answer = token_client.refresh(&refresh_token).await;
        tokens.skew = self.client.clock_skew();
        let set = match answer {
            Err(OidcError::Refused { refusal, .. }) if refusal.is_invalid_grant() => {
                self.context.debug(|| format!("the refresh token is no longer good: {refusal}"));
                tokens.refresh_token = None;
                cache::save_tokens(self.context, tokens, now, self.held)?;
                return Ok(None);
            }
            other => other?,
        };
        if let Some(rotated) = &set.refresh_token {
            tokens.refresh_token = Some(rotated.clone());
            // The old one is spent: whatever becomes of the ID token, the new one must not be lost.
            cache::save_tokens(self.context, tokens, now, self.held)?;
        }
        let subject = tokens.last_id_token().map(|token| token.subject().to_owned());
        let expected = Expectations {
            client_id: &profile.client_id,
            nonce: None,
            subject: subject.as_deref(),
            now: http::servers_time(&self.client),
        };
        let Some(raw) = &set.unverified_id_token else {
            self.context.debug(|| "the provider refreshed without an ID token; AWS takes nothing else".to_owned());
            return Ok(None);
        };
        let id_token = provider.verify(secrecy::ExposeSecret::expose_secret(raw), &expected).await?;
        cache::save_new_id_token(self.context, &self.client, &id_token, tokens, self.held)?;
        Ok(Some(id_token))
    }
}
