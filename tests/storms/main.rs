//! Races with real processes, some of which are killed, stopped, or find the disk full; and a working day with a provider
//! that fails now and then. Seeded: a failure says what `STORM_SEED` brings it back.
#![cfg(target_os = "linux")]

mod invariants;
mod machine;
mod races;
mod regressions;
mod scenario;
mod soak;
mod storm;
