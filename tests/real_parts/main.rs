//! Proves that each real part starts and answers, and in `product` what the product does with them.

mod aws_clients;
mod browser;
mod oidc_provider;
mod product;
mod secret_service;
