//! The harness tests itself, with nothing from outside.

mod fake_browser;
mod home;
mod programs;
mod test_files;
