//! From a verified ID token to stored AWS credentials, for the holder of the lock.

use std::path::{Path, PathBuf};

use ccwb_config::ClientAuth;
use ccwb_federation::{Federated, Federator, Person};
use ccwb_http::HttpClient;
use ccwb_oidc::{ClientCredential, IdToken};
use ccwb_store::{LockGuard, Slot};
use secrecy::SecretString;

use crate::cache::{self, Tokens};
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::world::World;
use crate::{http, quota, summary};

/// Exchanges an ID token for credentials and stores them, with the identity that saves a call next time.
pub(crate) async fn federate(
    context: &Context<'_>,
    client: &HttpClient,
    id_token: &IdToken,
    tokens: &mut Tokens,
    held: &LockGuard,
) -> Result<Federated, Error> {
    quota::check(context, client, id_token).await?;
    let settings = http::aws_settings(context.world)?;
    let federator =
        Federator { http: client, settings: &settings, profile: context.oidc()?, region: &context.profile.aws_region };
    let email = id_token.claims().get("email").and_then(serde_json::Value::as_str);
    let person = Person { email, subject: id_token.subject() };
    let federated = federator.exchange(id_token.raw(), person, tokens.identity_id.as_deref()).await?;
    let now = World::now();
    if federated.identity_id != tokens.identity_id || federated.shortened != tokens.shortened {
        tokens.identity_id.clone_from(&federated.identity_id);
        tokens.shortened = federated.shortened;
        cache::save_tokens(context, tokens, now, held)?;
    }
    cache::save_credentials(context, &federated.credentials, now, held)?;
    summary::remember(context, &federated.credentials, tokens);
    Ok(federated)
}

/// The client's own credential, read from where the configuration says it is.
pub(crate) fn client_credential(context: &Context<'_>) -> Result<ClientCredential, Error> {
    let missing = || {
        let message = format!("the client secret of profile \"{}\" is not stored", context.profile.name);
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
        ClientAuth::PrivateKeyJwt { certificate, key } => {
            Ok(ClientCredential::private_key_jwt(&below_home(context, certificate), &below_home(context, key))?)
        }
    }
}

/// A path that begins with `~/` is below the home folder, as in the guidance.
fn below_home(context: &Context<'_>, path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), context.world.places().home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
