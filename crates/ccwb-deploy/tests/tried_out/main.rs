//! The auth stack, worked out and tried: who gets in, what they may call, and that nothing changed unseen.

#[path = "../support/telemetry.rs"]
mod telemetry;

mod choices;
mod monitoring;
mod parameters;
mod permissions;
mod snapshots;
mod stacks;
mod trust;
