//! The harness tests itself, with nothing from outside.

mod fake_browser;
mod field_reports;
mod home;
mod named_tests;
mod programs;
mod security_model;
mod test_files;
