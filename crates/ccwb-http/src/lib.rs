//! The one HTTP client: TLS provider, trust, proxies and time limits for the identity provider and for AWS alike.
//!
//! `openidconnect` takes any client as a function from request to response ([`HttpClient::send`]), the AWS SDKs take it
//! through [`HttpClient::for_aws`]. So there is one TLS stack in the binary, one policy for proxies and trust, and one
//! place that knows how a network can fail ([`HttpError`]).

mod aws;
mod certificate_issuer;
mod client;
mod error;
mod foreign_text;
mod portal;
mod proxies;
mod retry;
mod settings;
mod skew;
mod trust;

pub use client::{HttpClient, MAX_RESPONSE_BYTES};
pub use error::{HttpError, HttpErrorKind, UsedProxy};
pub use foreign_text::{printable, printable_without};
pub use settings::{CA_BUNDLE_VARIABLES, HttpSettings, ProxySettings, ProxyVariable, system_clock};
