use super::{page, session};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

/// RP-initiated logout. No `post_logout_redirect_uri` is registered, so the browser stays on a page of the provider.
pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    if call.method != "GET" && call.method != "POST" {
        return Reply::method_not_allowed("GET, POST");
    }
    let cookie = session::end(world, call);
    page::message("Signed out", "You are signed out of the sandbox's provider.").header("set-cookie", &cookie)
}
