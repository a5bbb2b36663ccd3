//! What the collector's configurations make of what Claude Code sends, and whether everything that reads it finds it.
//!
//! No collector runs here: there is none in the registries that a build may use. `collector` applies the processors and
//! exporters that the configurations name, as their documentation and source have them, and refuses every other one.

#[path = "../support/telemetry.rs"]
mod telemetry;

mod agreement;
mod collector;
mod configuration;
mod identity;
mod ottl;
mod readers;
mod recorded;
mod reference;
