//! Signing in by device code (RFC 8628): the browser is on any other device.

use std::time::Instant;

use ccwb_oidc::{DeviceAuthorization, TokenSet};
use secrecy::ExposeSecret;

use super::process::{Finished, Ready, SignIn};
use super::record::Device;
use crate::codes;
use crate::error::Error;

impl SignIn<'_> {
    /// With `or_paste`, a client that the provider allows no device codes signs in by pasted address instead: providers
    /// announce the grant for all clients and give it to some.
    pub(super) async fn by_device_code(&mut self, mut ready: Ready, or_paste: bool) -> Finished {
        let device = match self.start_device(&ready).await {
            Err(error) if or_paste && error.code == codes::PROVIDER_REFUSED.name => {
                return self.by_callback(ready, false).await;
            }
            Err(error) => return error.into(),
            Ok(device) => device,
        };
        let outcome = match self.finish_device(&ready, &device).await {
            // There is no nonce in this grant: the code was never in a browser of ours.
            Ok(set) => self.accept(&mut ready, set, None).await,
            Err(error) => Err(error),
        };
        Finished { outcome, browser: None }
    }

    async fn start_device(&self, ready: &Ready) -> Result<DeviceAuthorization, Error> {
        let device = self.token_client(ready)?.start_device().await.map_err(|error| self.failed(error))?;
        device.ok_or_else(|| {
            let message = "the identity provider offers no sign-in by device code";
            let hint = format!("run {}", self.context.command_line(&["login", "--method", "paste"]));
            Error::new(codes::SIGN_IN_METHOD, message, hint)
        })
    }

    async fn finish_device(&mut self, ready: &Ready, device: &DeviceAuthorization) -> Result<TokenSet, Error> {
        let left = ready.deadline.saturating_duration_since(Instant::now()).min(device.expires_in());
        self.record.device = Some(Device {
            verification_uri: device.verification_uri(),
            verification_uri_complete: device.verification_uri_complete().map(|uri| uri.expose_secret().to_owned()),
            user_code: device.user_code(),
            minutes: left.as_secs().div_ceil(60),
        });
        self.announce()?;
        self.token_client(ready)?.finish_device(device, left).await.map_err(|error| self.failed(error))
    }
}
