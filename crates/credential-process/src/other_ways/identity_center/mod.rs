//! IAM Identity Center. The rungs are those of every sign-in: what is cached, then under the lock a session that somebody has
//! begun (with this program, the AWS CLI or an SDK), its refresh, and only then a device authorization in the browser.

mod renewal;
mod session_file;

use ccwb_config::IdentityCenterProfile;
use ccwb_federation::identity_center::{IdentityCenter, Session};
use ccwb_federation::{AwsSettings, Credentials, FederationError, Holder};
use ccwb_http::{HttpClient, printable};
use ccwb_store::LockGuard;

use super::Asked;
use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::ladder::{AwsCredentials, Climb, climb};
use crate::sign_in::Wish;
use crate::world::World;
use crate::{codes, http, summary, telemetry};

pub(crate) use renewal::renew;
pub(crate) use session_file::{read as session, remove as forget_session, save as save_session};

pub(super) fn credentials(context: &Context<'_>, asked: Asked) -> Result<Credentials, Error> {
    let Asked { interaction, limit, force } = asked;
    climb::<AwsCredentials>(context, Climb { interaction, limit, force, wish: &Wish::any() })
}

/// Whether there is a session, or something to get one with, without a person.
pub(crate) fn can_renew(context: &Context<'_>, center: &IdentityCenterProfile) -> bool {
    let now = World::now().timestamp();
    session(context, center).is_some_and(|session| session.is_usable(now) || session.renewable(now).is_some())
}

/// Whether the session is made longer without a person.
pub(crate) fn renews(context: &Context<'_>, center: &IdentityCenterProfile) -> bool {
    session(context, center).is_some_and(|session| session.renewable(World::now().timestamp()).is_some())
}

/// One profile's Identity Center, on one connection.
pub(crate) struct Portal<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) center: &'a IdentityCenterProfile,
    pub(crate) client: HttpClient,
    settings: AwsSettings,
}

/// What a session gave.
pub(crate) struct Given {
    pub(crate) credentials: Credentials,
    pub(crate) person: String,
    /// AWS has said so; else it is the permission set's name.
    is_a_person: bool,
}

impl<'a> Portal<'a> {
    pub(crate) fn new(context: &'a Context<'a>, center: &'a IdentityCenterProfile) -> Result<Self, Error> {
        let (client, settings) = (http::client(context)?, http::aws_settings(context.world)?);
        Ok(Self { context, center, client, settings })
    }

    pub(crate) fn aws(&self) -> IdentityCenter<'_> {
        IdentityCenter { http: &self.client, settings: &self.settings, region: &self.center.region }
    }

    /// The permission set's credentials, and those of the second role, if there is one.
    pub(crate) async fn role_credentials(&self, session: &Session) -> Result<Given, Error> {
        let center = self.center;
        let set = &center.permission_set_name;
        let first = self.aws().role_credentials(&session.access_token, &center.account_id, set).await;
        let first = first.map_err(|error| self.refused(error))?;
        let region = &self.context.profile.aws_region;
        let holder = Holder { http: &self.client, settings: &self.settings, region, signer: first.signer() };
        // The portal does not say who signed in; the session that it makes is named after the person.
        let arn = holder.caller_arn().await;
        let person = arn.ok().and_then(|arn| Some(printable(arn.rsplit_once('/')?.1)));
        let is_a_person = person.is_some();
        let person = person.unwrap_or_else(|| set.clone());
        let credentials = match &center.assume_role {
            None => first,
            Some(role) => {
                holder.assume(role, &person).await.map_err(|error| super::second_role_refused(role, error))?
            }
        };
        Ok(Given { credentials, person, is_a_person })
    }

    /// The same, stored. `signed_in_at` is when somebody signed in, if that was now.
    pub(crate) async fn store_role_credentials(
        &self,
        session: &Session,
        signed_in_at: Option<i64>,
        held: &LockGuard,
    ) -> Result<Given, Error> {
        let given = self.role_credentials(session).await?;
        let (context, now) = (self.context, World::now());
        let before = cache::tokens(context).unwrap_or_default();
        let tokens = Tokens {
            person: Some(given.person.clone()),
            signed_in_at: signed_in_at.or(before.signed_in_at),
            skew: self.client.clock_skew(),
            ..Tokens::default()
        };
        cache::save_tokens(context, &tokens, now, held)?;
        cache::save_credentials(context, &given.credentials, now, held)?;
        if given.is_a_person {
            telemetry::write_name(context, &given.person, given.credentials.expiration_on_this_clock(), held);
        }
        summary::remember(context, &given.credentials, &tokens);
        Ok(given)
    }

    /// What the access portal's refusals are about.
    fn refused(&self, error: FederationError) -> Error {
        let center = self.center;
        match error.code() {
            Some("UnauthorizedException") => {
                let hint = format!("run {}", self.context.command_line(&["login"]));
                Error::new(codes::SESSION_ENDED, format!("the session at Identity Center has ended: {error}"), hint)
            }
            Some("ForbiddenException" | "ResourceNotFoundException") => {
                let message = format!(
                    "you are signed in, but have no permission set \"{}\" in account {} ({error})",
                    center.permission_set_name, center.account_id
                );
                let hint = "have the permission set assigned to you in that account, or mend idc_account_id and \
                            idc_permission_set_name in config.json";
                Error::new(codes::NOT_ASSIGNED, message, hint)
            }
            _ => error.into(),
        }
    }
}

/// How a session ends.
pub(crate) enum SignOut {
    NoSession,
    Ended,
    NotEnded(Error),
}

/// Ends the session at the access portal and forgets it.
pub(crate) fn sign_out(context: &Context<'_>, center: &IdentityCenterProfile) -> SignOut {
    let Some(session) = session(context, center).filter(|session| session.is_usable(World::now().timestamp())) else {
        return SignOut::NoSession;
    };
    let end = || -> Result<(), Error> {
        let portal = Portal::new(context, center)?;
        let ended = http::runtime()?.block_on(portal.aws().log_out(&session.access_token));
        match ended {
            // Somebody else has ended it.
            Err(error) if error.code() == Some("UnauthorizedException") => Ok(()),
            other => Ok(other?),
        }
    };
    match end() {
        Ok(()) => SignOut::Ended,
        Err(error) => SignOut::NotEnded(error),
    }
}
