//! Whole journeys of a person and their programs, against the sandbox: nothing from outside.

mod ask_first;
mod budget;
mod changed_config;
mod claims;
mod export;
mod first_call;
mod hostile_callbacks;
mod id_token_checks;
mod key_rotation;
mod ladder;
mod login;
mod logout;
mod no_browser;
mod providers;
mod races;
mod refresh_failures;
mod renewal_ahead;
mod roles;
mod sign_in_process;
mod status;
mod statusline;
mod support;
mod telemetry;
mod token;
