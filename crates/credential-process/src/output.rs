//! The only writer of stdout. What goes there is data for a program, whole or not at all.

use std::io::Write as _;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::codes;
use crate::error::Error;

/// Prints a secret line.
pub(crate) fn secret_line(line: &SecretString) -> Result<(), Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(line.expose_secret().len() + 1));
    bytes.extend_from_slice(line.expose_secret().as_bytes());
    bytes.push(b'\n');
    write(&bytes)
}

/// Prints text.
pub(crate) fn text(text: &str) -> Result<(), Error> {
    write(text.as_bytes())
}

/// Prints a value as indented JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    write(text.as_bytes())
}

/// Writes a line for the person to stderr.
pub(crate) fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn write(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| {
        Error::new(
            codes::OUTPUT,
            format!("could not write the answer: {error}"),
            "check what reads this program's output",
        )
    })
}
