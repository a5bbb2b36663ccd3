//! The environment of the test run itself, which only the harness reads.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "the harness is where the surrounding environment enters")]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// `PATH`, empty where there is none.
pub(crate) fn path() -> OsString {
    variable("PATH").unwrap_or_default()
}

/// Where a program of the `PATH` is.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    env::split_paths(&path()).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Under continuous integration nothing may be skipped.
pub(crate) fn is_ci() -> bool {
    variable("CI").is_some_and(|value| value == "true")
}

/// A number by which whoever starts the tests steers them, such as `STORM_SEED`.
///
/// # Panics
///
/// If it is set to something else.
pub fn number(name: &str) -> Option<u64> {
    let value = variable(name)?.into_string().ok().and_then(|value| value.parse().ok());
    Some(value.unwrap_or_else(|| panic!("{name} is no number")))
}
