//! The state folder: ours, private, and with room.

use std::path::Path;

use ccwb_store::{StoreError, private_file};

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;

pub(super) const NAME: &str = "state-folder";

/// What a sign-in needs, in bytes.
const ROOM: usize = 96 * 1024;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(state) = &case.state else {
        let fix = "set CCWB_STATE_DIR to a folder of your own";
        return vec![Finding::failed(NAME, "there is no home folder to put it in", fix)];
    };
    let folder = state.root();
    // Looked at before anything is written: writing makes it private.
    let open_to_others = mode(folder).filter(|mode| mode & 0o077 != 0);
    let found = match (private_file::ensure_room(folder, ROOM), open_to_others) {
        (Err(error), _) => failure(folder, &error),
        (Ok(()), Some(mode)) => Finding::warning(
            NAME,
            format!("{} was open to others (mode {mode:03o}); it is private again", folder.display()),
            "find out what opened it (a backup or sync tool?); other users may have read what was in it",
        ),
        (Ok(()), None) => Finding::ok(NAME, format!("{} is private and can be written", folder.display())),
    };
    vec![found]
}

fn failure(folder: &Path, error: &StoreError) -> Finding {
    let fix = match error {
        StoreError::ForeignFile { .. } => "set CCWB_STATE_DIR to a folder of your own, or have its owner changed",
        StoreError::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
            "free some space on that disk, or set CCWB_STATE_DIR to a folder on another"
        }
        _ if folder.is_file() => "move the file that is in its place away, or set CCWB_STATE_DIR",
        _ => "mend its permissions, or set CCWB_STATE_DIR to a folder of your own",
    };
    Finding::failed(NAME, error.to_string(), fix)
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|metadata| metadata.mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}
