use super::caller;
use super::xml::{self, ApiError};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

/// `GetCallerIdentity` needs no permission, only a good signature.
pub(super) fn answer(world: &World, call: &Call) -> Result<Reply, ApiError> {
    let principal = caller(world, call)?.principal;
    let result = [
        xml::text("Arn", &principal.arn()),
        xml::text("UserId", &principal.user_id()),
        xml::text("Account", &principal.account_id),
    ];
    Ok(xml::response("GetCallerIdentity", &result).note("arn", principal.arn()))
}
