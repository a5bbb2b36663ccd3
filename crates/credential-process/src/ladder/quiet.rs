//! The rungs that no person notices: a stored ID token, then the refresh token.

use ccwb_config::ClientAuth;
use ccwb_federation::{Credentials, Federated, Federator, Person};
use ccwb_http::HttpClient;
use ccwb_oidc::{ClientCredential, Expectations, IdToken, OidcError, Provider, TokenClient};
use ccwb_store::{LockGuard, Slot, private_file};
use secrecy::SecretString;

use super::{Goal, announce_fallback};
use crate::cache::{self, Tokens};
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::world::World;
use crate::{http, last_error, quota};

/// Room for what a refresh yields, in bytes: a token that was redeemed must have a place.
const ROOM: usize = 96 * 1024;

/// Climbs without a browser. `None` means that only a sign-in helps; an error means that a sign-in would not help.
pub(super) fn climb<G: Goal>(context: &Context<'_>, held: &LockGuard) -> Result<Option<G::Prize>, Error> {
    let tokens = cache::tokens(context).unwrap_or_default();
    let usable = tokens.usable_id_token(World::now());
    if usable.is_none() && tokens.refresh_token.is_none() {
        return Ok(None);
    }
    private_file::ensure_room(context.state.root(), ROOM)?;
    let client = http::client(context.world)?;
    let quiet = Quiet { context, client, held };
    let prize = http::runtime()?.block_on(quiet.climb::<G>(tokens, usable))?;
    if prize.is_some() {
        last_error::forget(&context.state.last_error(&context.profile.name));
        announce_fallback(context);
    }
    Ok(prize)
}

pub(crate) struct Quiet<'a> {
    context: &'a Context<'a>,
    client: HttpClient,
    held: &'a LockGuard,
}

impl Quiet<'_> {
    async fn climb<G: Goal>(&self, mut tokens: Tokens, usable: Option<IdToken>) -> Result<Option<G::Prize>, Error> {
        if let Some(id_token) = usable {
            match G::finish(self, id_token, &mut tokens).await {
                Err(error) if tokens.refresh_token.is_some() && error.code == codes::AWS_REFUSED.name => {
                    self.context.debug(|| format!("the stored ID token did not do: {}", error.message));
                }
                result => return result.map(Some),
            }
        }
        match self.refresh(&mut tokens).await? {
            Some(id_token) => G::finish(self, id_token, &mut tokens).await.map(Some),
            None => Ok(None),
        }
    }

    /// Exchanges an ID token for credentials and stores them.
    pub(super) async fn federate(&self, id_token: &IdToken, tokens: &mut Tokens) -> Result<Credentials, Error> {
        federate(self.context, &self.client, id_token, tokens, self.held).await.map(|federated| federated.credentials)
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
        let answer = TokenClient::new(&self.client, &metadata, profile, &credential, now).refresh(&refresh_token).await;
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
        let expected = Expectations { client_id: &profile.client_id, nonce: None, subject: subject.as_deref(), now };
        let raw = secrecy::ExposeSecret::expose_secret(&set.unverified_id_token);
        let id_token = provider.verify(raw, &expected).await?;
        tokens.id_token = Some(id_token.raw().clone());
        cache::save_tokens(self.context, tokens, now, self.held)?;
        Ok(Some(id_token))
    }
}

/// Exchanges an ID token for credentials and stores them, with the identity that saves a call next time.
pub(crate) async fn federate(
    context: &Context<'_>,
    client: &HttpClient,
    id_token: &IdToken,
    tokens: &mut Tokens,
    held: &LockGuard,
) -> Result<Federated, Error> {
    quota::check(context, client, id_token).await?;
    let settings = http::aws_settings(context.world);
    let federator =
        Federator { http: client, settings: &settings, profile: context.oidc()?, region: &context.profile.aws_region };
    let email = id_token.claims().get("email").and_then(serde_json::Value::as_str);
    let person = Person { email, subject: id_token.subject() };
    let federated = federator.exchange(id_token.raw(), person, tokens.identity_id.as_deref()).await?;
    let now = World::now();
    if federated.identity_id != tokens.identity_id {
        tokens.identity_id.clone_from(&federated.identity_id);
        cache::save_tokens(context, tokens, now, held)?;
    }
    cache::save_credentials(context, &federated.credentials, now, held)?;
    if federated.shortened {
        crate::output::note("note: the role allows one hour only; max_session_duration in config.json asks for more");
    }
    Ok(federated)
}

/// The client's own credential, read from where the configuration says it is.
pub(crate) fn client_credential(context: &Context<'_>) -> Result<ClientCredential, Error> {
    let missing = || {
        let message = format!("the client secret of profile \"{}\" is not in the keyring", context.profile.name);
        let hint = format!("run {}", context.command_line(&["--set-client-secret"]));
        Error::new(codes::CLIENT_SECRET_MISSING, message, hint)
    };
    match &context.oidc()?.client_auth {
        ClientAuth::None => Ok(ClientCredential::None),
        ClientAuth::Secret(secret) => Ok(ClientCredential::Secret(secret.clone())),
        ClientAuth::KeyringSecret => {
            let secret: Option<SecretString> = context.store.read(Slot::ClientSecret)?;
            secret.map(ClientCredential::Secret).ok_or_else(missing)
        }
        ClientAuth::PrivateKeyJwt { certificate, key } => Ok(ClientCredential::private_key_jwt(certificate, key)?),
    }
}
