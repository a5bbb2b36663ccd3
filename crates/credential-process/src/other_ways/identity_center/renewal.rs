//! The rungs that no person notices: a session that is still good, then its refresh.

use std::time::Duration;

use ccwb_config::IdentityCenterProfile;
use ccwb_federation::identity_center::Session;
use ccwb_store::LockGuard;
use secrecy::ExposeSecret;

use super::Portal;
use crate::context::Context;
use crate::error::Error;
use crate::renewal::{Means, climb_quietly};
use crate::world::World;
use crate::{codes, http};

/// How often, and in what time, somebody else's new session is looked for.
const LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

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

impl Quiet<'_> {
    /// Another profile of the same access portal, or the AWS CLI, may have been faster with the same refresh token. Its session is
    /// as good, and there in a moment.
    async fn somebody_elses(&self, spent: &Session) -> Option<Session> {
        for _ in 0..LOOKS {
            let found = super::session(self.portal.context, self.portal.center);
            let is_new = |found: &Session| found.access_token.expose_secret() != spent.access_token.expose_secret();
            let new = found.filter(|found| is_new(found) && found.is_usable(World::now().timestamp()));
            if new.is_some() {
                return new;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        None
    }
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
        let Some(token) = self.portal.aws().refresh(registration, refresh_token).await? else {
            self.session = self.somebody_elses(&session).await;
            return Ok(self.session.clone());
        };
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
