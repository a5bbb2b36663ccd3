//! Whether config.json is still the file that was read, without reading it.

use std::fs::Metadata;
use std::path::PathBuf;

use crate::places::Places;

/// Younger changes are not trusted: a file system's clock is coarse, so that two changes may bear the same time.
const SETTLED_AFTER: i64 = 2;

/// The configuration file as the file system sees it.
#[derive(Debug)]
pub struct ConfigStamp {
    /// The file.
    pub path: PathBuf,
    /// Size, time of the last change and number of the file: another file, or one that was changed, has another.
    pub text: String,
    changed: i64,
    is_file: bool,
}

impl ConfigStamp {
    /// The file that [`crate::Config::load`] would read now; `None` where it would find none.
    pub fn now(places: &Places) -> Option<Self> {
        let found = places.config_candidates().ok()?.into_iter().find_map(|path| match std::fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            other => Some((path, other)),
        })?;
        let (path, metadata) = (found.0, found.1.ok()?);
        let (changed, text) = describe(&metadata);
        Some(Self { path, text, changed, is_file: metadata.is_file() })
    }

    /// Whether it was last changed well before `then`, in Unix seconds: whoever read it after that read this.
    pub fn settled_before(&self, then: i64) -> bool {
        self.changed.saturating_add(SETTLED_AFTER) < then
    }

    /// Whether it is a file, and not something that a reader would wait for.
    pub fn is_file(&self) -> bool {
        self.is_file
    }
}

/// The time of the last change of content or name (`ctime`) cannot be set back by a program.
#[cfg(unix)]
fn describe(metadata: &Metadata) -> (i64, String) {
    use std::os::unix::fs::MetadataExt;
    let (seconds, nanoseconds) = (metadata.ctime(), metadata.ctime_nsec());
    let text = format!("{}:{seconds}.{nanoseconds}:{}:{}", metadata.len(), metadata.dev(), metadata.ino());
    (seconds, text)
}

#[cfg(not(unix))]
fn describe(metadata: &Metadata) -> (i64, String) {
    let since_epoch = |time: std::io::Result<std::time::SystemTime>| {
        time.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
    };
    let (modified, created) = (since_epoch(metadata.modified()), since_epoch(metadata.created()));
    let seconds = modified.and_then(|modified| i64::try_from(modified.as_secs()).ok()).unwrap_or(i64::MAX);
    (seconds, format!("{}:{modified:?}:{created:?}", metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_replaced_by_one_of_the_same_size_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        let places = Places { config_override: Some(file.clone()), ..Places::default() };
        assert!(ConfigStamp::now(&places).is_none());
        std::fs::write(&file, "{\"a\":1}").unwrap();
        let first = ConfigStamp::now(&places).unwrap();
        assert_eq!(first.text, ConfigStamp::now(&places).unwrap().text);
        std::fs::write(folder.path().join("new"), "{\"a\":2}").unwrap();
        std::fs::rename(folder.path().join("new"), &file).unwrap();
        assert_ne!(first.text, ConfigStamp::now(&places).unwrap().text);
        assert!(!first.settled_before(first.changed + 2) && first.settled_before(first.changed + 3));
    }
}
