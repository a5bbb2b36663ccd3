//! What happens to a test whose part is not installed.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use super::installed;
use crate::surroundings;

const HOW_TO_GET: &str = "./tests/run installs it (Debian)";

/// Notes a missing part where `tests/run` counts it.
///
/// # Panics
///
/// Under `CI=true`: there, nothing may be skipped.
pub(super) fn present(part: &str, is_present: bool) -> bool {
    if !is_present {
        skip(part, surroundings::is_ci(), &installed().join("skipped"));
    }
    is_present
}

fn skip(part: &str, is_ci: bool, notes: &Path) {
    let line = format!("skipped: {part} is missing: {HOW_TO_GET}");
    assert!(!is_ci, "{line}");
    let test = thread::current().name().unwrap_or("a test").to_owned();
    note(notes, &format!("{line} [{test}]\n")).expect("target/parts can be written");
    let _ = writeln!(io::stdout(), "{line}");
}

/// One write in append mode: tests of several threads and processes note at the same time.
fn note(notes: &Path, line: &str) -> io::Result<()> {
    fs::create_dir_all(notes.parent().unwrap_or(notes))?;
    OpenOptions::new().create(true).append(true).open(notes)?.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_part_is_noted_with_the_test_that_it_skips() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let notes = folder.path().join("parts/skipped");
        skip("teapot", false, &notes);
        skip("kettle", false, &notes);
        let text = fs::read_to_string(notes).expect("it was written");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("skipped: teapot is missing: ./tests/run installs it"), "{text}");
        assert!(lines[0].contains("a_missing_part_is_noted"), "{text}");
    }

    #[test]
    #[should_panic(expected = "skipped: teapot is missing")]
    fn under_continuous_integration_a_missing_part_fails() {
        skip("teapot", true, Path::new("unused"));
    }

    #[test]
    fn what_is_there_is_not_noted() {
        assert!(present("teapot", true));
    }
}
