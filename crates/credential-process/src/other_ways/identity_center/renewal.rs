//! The rungs that no person notices: a session that is still good, then its refresh.

use ccwb_config::IdentityCenterProfile;
use ccwb_federation::identity_center::Session;
use ccwb_store::LockGuard;

use super::Portal;
use crate::context::Context;
use crate::error::Error;
use crate::renewal::{Means, climb_quietly};
use crate::world::World;
use crate::{codes, http};

/// Climbs without a person. `Ok` with nothing new in the store means that only a sign-in helps.
pub(crate) fn renew(context: &Context<'_>, center: &IdentityCenterProfile, held: &LockGuard) -> Result<(), Error> {
    let portal = Portal::new(context, center)?;
    let mut quiet = Quiet { portal, held, session: super::session(context, center) };
    let result = http::runtime()?.block_on(climb_quietly(&mut quiet));
    match result.map_err(|error| http::name_the_clock(&quiet.portal.client, error)) {
        Err(error) if error.code == codes::SESSION_ENDED.name => {
            context.debug(|| error.message);
            Ok(())
        }
        other => other,
    }
}

struct Quiet<'a> {
    portal: Portal<'a>,
    held: &'a LockGuard,
    session: Option<Session>,
}

impl Means for Quiet<'_> {
    /// The session stands where others have an ID token.
    type IdToken = Session;
    type Error = Error;

    fn stored_id_token(&self) -> Option<Session> {
        self.session.clone().filter(|session| session.is_usable(World::now().timestamp()))
    }

    fn is_too_old(&self, _: &Session) -> bool {
        false
    }

    fn keeps_to(&mut self, _: &Session) {}

    fn has_refresh_token(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.renewable(World::now().timestamp()).is_some())
    }

    async fn refresh(&mut self) -> Result<Option<Session>, Error> {
        let now = World::now().timestamp();
        let Some(session) = self.session.clone() else { return Ok(None) };
        let Some((registration, refresh_token)) = session.renewable(now) else { return Ok(None) };
        let Some(token) = self.portal.aws().refresh(registration, refresh_token).await? else { return Ok(None) };
        let renewed = session.renewed(token, World::now().timestamp());
        // The old refresh token is spent: the new one has a place before anything else is done.
        super::save_session(self.portal.context, self.portal.center, &renewed, self.held)?;
        self.session = Some(renewed.clone());
        Ok(Some(renewed))
    }

    async fn finish(&mut self, session: &Session) -> Result<(), Error> {
        self.portal.store_role_credentials(session, None, self.held).await.map(drop)
    }

    fn is_about_the_token(&self, error: &Error) -> bool {
        error.code == codes::SESSION_ENDED.name
    }
}
