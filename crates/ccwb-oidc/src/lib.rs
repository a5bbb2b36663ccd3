//! OpenID Connect sign-in as a relying party: authorization code with PKCE on a loopback address (RFC 8252), refresh,
//! and verification of every ID token (OpenID Connect Core 1.0, section 3.1.3.7). Verification has no switch.
//!
//! The pieces, in the order in which a sign-in uses them: [`Provider`] (metadata and keys, cached for a day),
//! [`CallbackServer`] (bound before the browser opens), [`AuthorizationRequest`], [`TokenClient`], [`IdToken`].
//!
//! `oauth2` makes and reads the OAuth requests, `openidconnect` reads the provider's metadata, `jsonwebtoken` checks
//! signatures; which token is accepted, and why not, is decided here.

mod authorize;
pub mod callback;
mod client_auth;
mod device;
mod error;
mod id_token;
mod jwks;
mod metadata;
mod provider;
mod quirks;
mod signature;
mod token;

pub use authorize::{AuthorizationRequest, Who};
pub use callback::{CallbackServer, Page};
pub use client_auth::ClientCredential;
pub use device::DeviceAuthorization;
pub use error::{IdTokenError, OidcError, ProviderRefusal};
pub use id_token::{Claims, Expectations, IdToken};
pub use metadata::Metadata;
pub use oauth2::CsrfToken;
pub use openidconnect::Nonce;
pub use provider::Provider;
pub use token::{TokenClient, TokenSet};
