//! What an administrator does with `ccwb`: profiles from files and flags, in a terminal, and looked after.

mod branches;
mod desk;
mod from_file;
mod look_after;
mod pictures;
mod providers;
mod round_trip;
mod secret;
mod wizard;
