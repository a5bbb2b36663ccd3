//! The product between real parts: a certified provider and a real browser, a real keyring, the AWS clients that call it.

mod aws_clients;
mod client_credentials;
mod credentials;
mod device_code;
mod hostile_page;
mod impatient_callers;
mod keyring;
mod keyring_fallback;
#[cfg(target_os = "linux")]
mod keyring_memory;
mod logout;
mod machine;
mod pages;
mod proxies;
mod refresh;
mod sign_in;
mod stage;
mod terminal;
mod trust;
