//! From nothing to what users install, and back to nothing.

mod cleanup;
mod doctor;
mod office;
mod package;
#[path = "../../crates/ccwb-package/tests/it/programs.rs"]
mod programs;
mod road;
mod try_out;
