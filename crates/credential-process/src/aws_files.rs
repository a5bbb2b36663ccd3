//! AWS's own configuration files: where they are, and looking into them.

use std::path::{Path, PathBuf};

use ccwb_install::{AwsIni, Document as _};

use crate::world::World;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A file of AWS's: where the variable says, else below `~/.aws`.
pub(crate) fn place(world: &World, home: Option<&Path>, variable: &str, name: &str) -> Option<PathBuf> {
    match (world.var(variable), home) {
        (Some(path), home) => Some(expanded(path, home)),
        (None, Some(home)) => Some(home.join(".aws").join(name)),
        (None, None) => None,
    }
}

/// A path as a variable or a file of AWS's names it: `~` is the home folder.
pub(crate) fn expanded(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(path),
    }
}

/// Reads a file to look into it; `None` if there is none, an error in words if it cannot be read.
pub(crate) fn look_into(path: &Path) -> Result<Option<AwsIni>, String> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if metadata.len() > LARGEST => return Err("it is too large".to_owned()),
        _ => {}
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    parse(&String::from_utf8_lossy(&bytes)).map(Some)
}

/// Reads a text.
pub(crate) fn parse(text: &str) -> Result<AwsIni, String> {
    AwsIni::parse(text).map_err(|error| error.to_string())
}

/// The profile that a command line of this program names.
pub(crate) fn profile_argument(arguments: &[String]) -> Option<&str> {
    arguments.iter().enumerate().find_map(|(index, argument)| match argument.as_str() {
        "--profile" | "-profile" | "-p" => arguments.get(index + 1).map(String::as_str),
        other => other.strip_prefix("--profile=").or_else(|| other.strip_prefix("-profile=")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_argument_is_read_in_every_spelling() {
        let profile = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
            profile_argument(&arguments).map(str::to_owned)
        };
        for arguments in [&["--profile", "P"][..], &["-p", "P"], &["--profile=P"], &["-profile", "P"]] {
            assert_eq!(profile(arguments).as_deref(), Some("P"), "{arguments:?}");
        }
        assert_eq!(profile(&["--no-browser"]), None);
    }
}
