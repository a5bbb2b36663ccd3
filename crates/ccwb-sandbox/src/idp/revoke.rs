use super::token::authenticate;
use super::token_error::{TokenError, uncached};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::options::Options;
use crate::world::World;

/// Token revocation, RFC 7009: an unknown token is no error.
pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    if call.method != "POST" {
        return Reply::method_not_allowed("POST");
    }
    let form = call.form().unwrap_or_default();
    let hint = form.get("token_type_hint");
    let reply = revoke(world, call).unwrap_or_else(TokenError::reply);
    reply.note_some("token_type_hint", hint).note_some("client_id", form.get("client_id"))
}

fn revoke(world: &World, call: &Call) -> Result<Reply, TokenError> {
    let form = call
        .form()
        .ok_or_else(|| TokenError::new("invalid_request", "the body must be application/x-www-form-urlencoded"))?;
    // Google knows the client by the token alone.
    let client_id = if is_google(&world.options) && form.get("client_id").is_none() {
        world.idp().clients.first().map(|client| client.id.clone()).unwrap_or_default()
    } else {
        authenticate(world, call, &form)?.id
    };
    let token = form.get("token").ok_or_else(|| TokenError::new("invalid_request", "token is missing"))?;
    let revoked = world.idp().grants.revoke_token(token, &client_id);
    Ok(uncached(Reply::empty(200)).note("revoked", revoked.to_string()))
}

fn is_google(options: &Options) -> bool {
    options.shape == super::shape::ProviderShape::Google
}
