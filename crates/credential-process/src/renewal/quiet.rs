//! The rungs that no person notices: a stored ID token, then the refresh token.

use ccwb_config::Bearer;
use ccwb_http::HttpClient;
use ccwb_oidc::{Expectations, IdToken, OidcError, Provider, TokenClient, TokenSet};
use ccwb_store::LockGuard;
use chrono::TimeDelta;

use super::Wanted;
use super::rungs::{self, Means};
use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::exchange::{client_credential, federate};
use crate::world::World;
use crate::{codes, http, telemetry};

/// An ID token with less left is not made to last, where telemetry sends it.
const LAST_MINUTES: TimeDelta = TimeDelta::minutes(20);

/// Whether there is anything to climb with.
pub(super) fn is_possible(tokens: &Tokens) -> bool {
    tokens.refresh_token.is_some() || tokens.usable_id_token(World::now()).is_some()
}

/// Climbs without a browser, as far as [`rungs::climb`] says.
pub(super) fn climb(context: &Context<'_>, wanted: Wanted, held: &LockGuard) -> Result<(), Error> {
    let tokens = cache::tokens(context)?;
    let client = http::client(context)?;
    // None may only mean that the clock was right then.
    if let Some(skew) = Some(tokens.skew(World::now())).filter(|skew| *skew != 0) {
        client.assume_clock_skew(skew);
    }
    let mut quiet = Quiet { context, client, held, wanted, tokens };
    let result = http::runtime()?.block_on(rungs::climb(&mut quiet));
    result.map_err(|error| http::name_the_clock(&quiet.client, error))
}

struct Quiet<'a> {
    context: &'a Context<'a>,
    client: HttpClient,
    held: &'a LockGuard,
    wanted: Wanted,
    tokens: Tokens,
}

impl Means for Quiet<'_> {
    type IdToken = IdToken;
    type Error = Error;

    fn stored_id_token(&self) -> Option<IdToken> {
        self.tokens.usable_id_token(World::now())
    }

    /// A collector that asks for the ID token would be left without one until the credentials are renewed again, if they
    /// were now had with a token that is about to expire. Should a refresh fail, the stored token is still good.
    fn is_too_old(&self, id_token: &IdToken) -> bool {
        let telemetry = &self.context.profile.telemetry;
        let asks = !telemetry.off && telemetry.bearer != Bearer::Never;
        asks && self.has_refresh_token() && id_token.expires() - http::servers_time(&self.client) < LAST_MINUTES
    }

    fn keeps_to(&mut self, id_token: &IdToken) {
        telemetry::keep_current(self.context, id_token, self.client.clock_skew(), self.held);
    }

    fn has_refresh_token(&self) -> bool {
        self.tokens.refresh_token.is_some()
    }

    async fn finish(&mut self, id_token: &IdToken) -> Result<(), Error> {
        match self.wanted {
            Wanted::IdToken => Ok(()),
            Wanted::Credentials => {
                federate(self.context, &self.client, id_token, &mut self.tokens, self.held).await.map(drop)
            }
        }
    }

    fn is_about_the_token(&self, error: &Error) -> bool {
        let refused = error.code == codes::AWS_REFUSED.name;
        if refused {
            self.context.debug(|| format!("the stored ID token did not do: {}", error.message));
        }
        refused
    }

    /// Redeems the refresh token and stores what comes of it before anything else is done. `None` if the provider
    /// says that this very token is no longer good; then, and only then, it is forgotten.
    async fn refresh(&mut self) -> Result<Option<IdToken>, Error> {
        let tokens = &mut self.tokens;
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
        // The old one is spent: whatever becomes of the ID token, the new one must not be lost.
        if follow(tokens, &answer) {
            cache::save_tokens(self.context, tokens, now, self.held)?;
        }
        let set = match answer {
            Err(OidcError::Refused { refusal, .. }) if refusal.is_invalid_grant() => {
                self.context.debug(|| format!("the refresh token is no longer good: {refusal}"));
                return Ok(None);
            }
            other => other?,
        };
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

/// The refresh token after an answer: replaced by its successor, forgotten where the provider says that this very token is no
/// longer good, and in all other cases kept. Whether that changed anything.
fn follow(tokens: &mut Tokens, answer: &Result<TokenSet, OidcError>) -> bool {
    let next = match answer {
        Ok(TokenSet { refresh_token: Some(rotated), .. }) => Some(rotated.clone()),
        Err(OidcError::Refused { refusal, .. }) if refusal.is_invalid_grant() => None,
        Ok(_) | Err(_) => return false,
    };
    tokens.refresh_token = next;
    true
}

#[cfg(test)]
mod tests {
    use ccwb_oidc::ProviderRefusal;
    use proptest::option;
    use proptest::prelude::*;
    use secrecy::{ExposeSecret, SecretString};

    use super::*;

    /// An answer, and the refresh token that is to be kept of it.
    fn answer() -> impl Strategy<Value = (Result<TokenSet, OidcError>, Option<String>)> {
        let token = || option::of("[a-z]{1,8}");
        let set = (token(), token()).prop_map(|(id_token, rotated)| {
            let set = TokenSet {
                unverified_id_token: id_token.map(SecretString::from),
                refresh_token: rotated.clone().map(SecretString::from),
            };
            (Ok(set), Some(rotated.unwrap_or_else(|| "spent".to_owned())))
        });
        let code = prop_oneof![Just("invalid_grant".to_owned()), "(invalid_[a-z]{3,6}|[a-z_]{0,9}|Invalid_grant)"];
        let refused = (code, option::of(".*")).prop_map(|(error, description)| {
            let kept = (error != "invalid_grant").then(|| "spent".to_owned());
            (Err(OidcError::Refused { what: "refresh", refusal: ProviderRefusal { error, description } }), kept)
        });
        let bad = ".*".prop_map(|problem| {
            (Err(OidcError::BadAnswer { what: "invalid_grant", problem }), Some("spent".to_owned()))
        });
        prop_oneof![set, refused, bad]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_refresh_token_is_forgotten_on_invalid_grant_alone_and_followed_by_its_successor(
            (answer, expected) in answer(),
        ) {
            let mut tokens = Tokens { refresh_token: Some("spent".into()), ..Tokens::default() };
            let changed = follow(&mut tokens, &answer);
            let kept = tokens.refresh_token.map(|token| token.expose_secret().to_owned());
            prop_assert_eq!(&kept, &expected);
            // A successor of the same name is written too: nobody knows that it is the same.
            let same_name = matches!(&answer, Ok(set) if set.refresh_token.is_some());
            prop_assert!(changed == (same_name || expected.is_none()));
        }
    }
}
