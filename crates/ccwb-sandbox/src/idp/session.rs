use super::user::User;
use crate::http::call::Call;
use crate::random;
use crate::world::World;

/// Somebody who is signed in at the provider with this browser.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) login: String,
    /// Seconds since the epoch.
    pub(crate) auth_time: i64,
}

/// Cookies don't know ports, so that of each sandbox has its own name.
pub(crate) fn cookie_name(world: &World) -> String {
    format!("sandbox_session_{}", world.idp_url.port().unwrap_or(80))
}

/// The person of this browser's session, if it still exists.
pub(crate) fn current(world: &World, call: &Call) -> Option<(User, Session)> {
    let cookie = call.cookie(&cookie_name(world))?;
    let idp = world.idp();
    let session = idp.sessions.get(cookie)?;
    Some((idp.user(&session.login)?.clone(), session.clone()))
}

/// Begins a session and returns it with its `Set-Cookie` value.
pub(crate) fn begin(world: &World, login: &str) -> (Session, String) {
    let value = random::token();
    let session = Session { login: login.to_owned(), auth_time: world.clock.epoch() };
    world.idp().sessions.insert(value.clone(), session.clone());
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", cookie_name(world));
    (session, cookie)
}

/// Ends this browser's session and returns the `Set-Cookie` value that forgets it.
pub(crate) fn end(world: &World, call: &Call) -> String {
    let name = cookie_name(world);
    if let Some(cookie) = call.cookie(&name) {
        world.idp().sessions.remove(cookie);
    }
    format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}
