//! Proves that each real part starts and answers. What the product does with them is tested elsewhere.

mod aws_clients;
mod browser;
mod oidc_provider;
mod secret_service;
