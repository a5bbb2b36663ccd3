//! Signing in by device code (RFC 8628): the browser is on any other device.

use std::time::Instant;

use secrecy::ExposeSecret;

use super::process::{Finished, Ready, SignIn};
use super::record::Device;
use crate::codes;
use crate::error::Error;

impl SignIn<'_> {
    pub(super) async fn by_device_code(&mut self, mut ready: Ready) -> Finished {
        let outcome = match self.device_tokens(&ready).await {
            // There is no nonce in this grant: the code was never in a browser of ours.
            Ok(set) => self.accept(&mut ready, set, None).await,
            Err(error) => Err(error),
        };
        Finished { outcome, browser: None }
    }

    async fn device_tokens(&mut self, ready: &Ready) -> Result<ccwb_oidc::TokenSet, Error> {
        let device = self.token_client(ready)?.start_device().await.map_err(|error| self.failed(error))?;
        let Some(device) = device else {
            let message = "the identity provider offers no sign-in by device code";
            let hint = format!("run {}", self.context.command_line(&["login", "--method", "paste"]));
            return Err(Error::new(codes::SIGN_IN_METHOD, message, hint));
        };
        let left = ready.deadline.saturating_duration_since(Instant::now()).min(device.expires_in());
        self.record.device = Some(Device {
            verification_uri: device.verification_uri(),
            verification_uri_complete: device.verification_uri_complete().map(|uri| uri.expose_secret().to_owned()),
            user_code: device.user_code(),
            minutes: left.as_secs().div_ceil(60),
        });
        self.announce()?;
        self.token_client(ready)?.finish_device(&device, left).await.map_err(|error| self.failed(error))
    }
}
