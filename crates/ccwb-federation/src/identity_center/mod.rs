//! IAM Identity Center: a person signs in by device authorization at its OpenID Connect service (RFC 8628 in AWS's own words),
//! and its access portal gives a role's credentials for the session.
//!
//! <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/>,
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/>

mod device;
mod portal;
mod session;

use ccwb_http::HttpClient;

use crate::sdk::AwsSettings;

pub use device::{DeviceAuthorization, Poll, Registration, Token};
pub use session::Session;

/// One instance of Identity Center.
#[derive(Clone, Copy, Debug)]
pub struct IdentityCenter<'a> {
    /// The client.
    pub http: &'a HttpClient,
    /// Endpoints and limits.
    pub settings: &'a AwsSettings,
    /// Its region.
    pub region: &'a str,
}
