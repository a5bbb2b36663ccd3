//! The ways to credentials without OpenID Connect.

mod ambient;
mod identity_center;
mod identity_center_clients;
mod support;
