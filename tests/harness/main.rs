//! The harness tests itself, with nothing from outside.

mod fake_browser;
mod field_reports;
mod home;
mod programs;
mod test_files;
