//! Signing in at IAM Identity Center: a device authorization whose page is opened on this machine, or on any other.

use std::time::Duration;

use ccwb_config::IdentityCenterProfile;
use ccwb_federation::FederationError;
use ccwb_federation::identity_center::{DeviceAuthorization, Poll, Registration, Session, Token};
use ccwb_http::printable;
use tokio::time::{Instant, sleep_until};

use super::process::{Done, Finished, SignIn};
use super::record::Device;
use super::{LIFE, Method, Who};
use crate::error::Error;
use crate::other_ways::identity_center::{Portal, save_session};
use crate::surroundings::Place;
use crate::world::World;
use crate::{browser, codes, http};

/// What is added to the pause between two questions by `SlowDownException` (RFC 8628, section 3.5), and by an outage.
const SLOWER: Duration = Duration::from_secs(5);

impl SignIn<'_> {
    pub(super) async fn by_identity_center(&mut self, center: &IdentityCenterProfile, method: Method) -> Finished {
        let context = self.context;
        let outcome = match Portal::new(context, center) {
            Err(error) => Err(error),
            Ok(portal) => {
                let outcome = self.through(&portal, method).await;
                outcome.map_err(|error| http::name_the_clock(&portal.client, error))
            }
        };
        Finished { outcome, browser: None }
    }

    async fn through(&mut self, portal: &Portal<'_>, method: Method) -> Result<Done, Error> {
        let (center, started) = (portal.center, Instant::now());
        if self.record.who != Who::default() {
            let message = "Identity Center cannot be told who shall sign in";
            let hint = format!("sign out at {} and run {}", center.start_url, self.context.command_line(&["login"]));
            return Err(Error::new(codes::SIGN_IN_METHOD, message, hint));
        }
        let registration = portal.aws().register().await?;
        let device = portal.aws().start_device(&registration, center.start_url.as_str()).await;
        let device = device.map_err(|error| not_started(center, error))?;
        let token = self.until_approved(portal, &registration, &device, method, started).await?;
        let now = World::now().timestamp();
        let session = Session::new(token, registration, &center.region, center.start_url.as_str(), now);
        save_session(self.context, center, &session, &self.held)?;
        let given = portal.store_role_credentials(&session, Some(now), &self.held).await?;
        Ok(Done { person: given.person, expiration: given.credentials.expiration_on_this_clock() })
    }

    async fn until_approved(
        &mut self,
        portal: &Portal<'_>,
        registration: &Registration,
        device: &DeviceAuthorization,
        method: Method,
        started: Instant,
    ) -> Result<Token, Error> {
        let left = LIFE.saturating_sub(started.elapsed()).min(device.expires_in);
        let deadline = Instant::now() + left;
        let open = match method {
            Method::Browser => true,
            Method::Auto => Place::of(self.context.world).has_browser(),
            Method::Device | Method::Paste => false,
        };
        self.record.device = Some(Device {
            verification_uri: device.verification_uri.clone(),
            verification_uri_complete: device.verification_uri_complete.clone(),
            user_code: device.user_code.clone(),
            minutes: left.as_secs().div_ceil(60),
        });
        self.record.opens_browser = open;
        self.announce()?;
        let page = device.verification_uri_complete.as_ref().unwrap_or(&device.verification_uri);
        let opener = open.then(|| browser::Opener::new(self.context.world, page));
        let mut opening = tokio::task::spawn_blocking(|| opener.map_or(Ok(()), browser::Opener::open));
        let (mut opened, mut pause) = (false, device.interval);
        let mut next = Instant::now() + pause;
        loop {
            tokio::select! {
                result = &mut opening, if !opened => {
                    opened = true;
                    if let Err(reason) = result.unwrap_or_else(|_| Err("it could not be started".to_owned())) {
                        self.record.browser_failure = Some(printable(&reason));
                        self.record.save(self.context)?;
                    }
                }
                () = sleep_until(next.min(deadline)) => {
                    if Instant::now() >= deadline {
                        return Err(if left < LIFE { self.code_expired() } else { self.timed_out() });
                    }
                    match portal.aws().poll(registration, device).await {
                        Ok(Poll::Token(token)) => return Ok(token),
                        Ok(Poll::Pending) => {}
                        Ok(Poll::SlowDown) => pause += SLOWER,
                        Err(error) => match error.code() {
                            Some("AccessDeniedException") => return Err(self.denied(&error)),
                            Some("ExpiredTokenException") => return Err(self.code_expired()),
                            None | Some("InternalServerException") => {
                                // An outage while the person reads does not end the sign-in.
                                self.context.debug(|| error.to_string());
                                pause += SLOWER;
                            }
                            Some(_) => return Err(error.into()),
                        },
                    }
                    next = Instant::now() + pause;
                }
            }
        }
    }

    fn denied(&self, error: &FederationError) -> Error {
        let message = format!("the sign-in was denied at Identity Center: {error}");
        Error::new(codes::SIGN_IN_CANCELLED, message, self.login_hint())
    }

    fn code_expired(&self) -> Error {
        Error::new(codes::SIGN_IN_TIMED_OUT, "the code expired before anybody entered it", self.login_hint())
    }
}

fn not_started(center: &IdentityCenterProfile, error: FederationError) -> Error {
    if error.code() != Some("InvalidRequestException") {
        return error.into();
    }
    let message = format!("Identity Center in {} does not know {}: {error}", center.region, center.start_url);
    Error::new(codes::AWS_REFUSED, message, "check idc_start_url and idc_region in config.json")
}
