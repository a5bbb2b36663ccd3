//! Files for this user only: private from birth, replaced atomically, never followed through a symlink.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::StoreError;

/// Creates a folder that only this user can enter (0700), and tightens one of ours that others could. A folder that
/// holds other things (somebody's home, `/tmp`) is left as it is: the files in it are private themselves.
pub fn create_dir(path: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(StoreError::file("create the folder", path))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let metadata = std::fs::metadata(path).map_err(StoreError::file("look at", path))?;
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(StoreError::ForeignFile { path: path.to_owned() });
        }
        if metadata.mode() & 0o077 != 0 && holds_nothing_else(path) {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
                .map_err(StoreError::file("make private", path))?;
        }
    }
    Ok(())
}

/// Creates a folder in which nothing is but ours, whatever it is called, and makes it private (0700) also if it was there.
pub fn create_own_dir(path: &Path) -> Result<(), StoreError> {
    create_dir(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
            .map_err(StoreError::file("make private", path))?;
    }
    Ok(())
}

/// Whether all that is in a folder has the form of our names.
#[cfg(unix)]
fn holds_nothing_else(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|entries| entries.flatten().all(|entry| is_ours(&entry.file_name())))
}

/// Whether a name has the form of ours, `<profile>.<what>`, or of our temporary files.
fn is_ours(name: &std::ffi::OsStr) -> bool {
    const OURS: &[&str] = &[".json", ".lock", ".renewal"];
    let name = name.to_string_lossy();
    is_temporary(&name) || OURS.iter().any(|end| name.ends_with(end))
}

/// Removes temporary files that a process left when it was killed while it wrote: those that are older than any write takes.
pub fn remove_leftovers(folder: &Path) {
    const OLDER_THAN: std::time::Duration = std::time::Duration::from_mins(1);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_temporary(&entry.file_name().to_string_lossy())) {
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        if written.ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > OLDER_THAN) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_temporary(name: &str) -> bool {
    [".new-", ".room-"].iter().any(|prefix| name.starts_with(prefix))
}

/// Removes every file of ours in a folder, but `except`. The folder stays, and whatever else is in it.
pub fn clear(folder: &Path, except: &Path) -> Result<(), StoreError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(StoreError::file("look into", folder)(source)),
    };
    let ours = entries.flatten().filter(|entry| is_ours(&entry.file_name())).map(|entry| entry.path());
    ours.filter(|path| path != except && path.is_file()).try_for_each(|path| remove(&path))
}

/// Reads a whole file; `None` if there is none. The bytes are wiped when they are dropped.
pub fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true);
    no_symlinks(&mut options);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(source) => return Err(StoreError::File { action: "read", path: path.to_owned(), source }),
    };
    let metadata = file.metadata().map_err(StoreError::file("look at", path))?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::uid(&metadata) != rustix::process::geteuid().as_raw() {
        return Err(StoreError::ForeignFile { path: path.to_owned() });
    }
    // One allocation of the right size: a growing vector would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1));
    file.read_to_end(&mut bytes).map_err(StoreError::file("read", path))?;
    Ok(Some(bytes))
}

/// Replaces a file: written beside it with mode 0600, synced, renamed. A crash leaves the old file or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    twice_if_gone(|| write_once(path, bytes))
}

/// Somebody may remove the folder under our hands; and another process takes our temporary file for a leftover, if a clock
/// that was set makes it look old. Neither happens twice.
fn twice_if_gone(attempt: impl Fn() -> Result<(), StoreError>) -> Result<(), StoreError> {
    match attempt() {
        Err(StoreError::File { source, .. }) if source.kind() == ErrorKind::NotFound => attempt(),
        other => other,
    }
}

fn write_once(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_dir(folder)?;
    let failed = StoreError::file;
    let mut temporary =
        tempfile::Builder::new().prefix(".new-").tempfile_in(folder).map_err(failed("write beside", path))?;
    temporary.write_all(bytes).map_err(failed("write", path))?;
    temporary.as_file().sync_all().map_err(failed("write", path))?;
    replace(temporary, path).map_err(failed("replace", path))?;
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("write", path))?;
    Ok(())
}

#[cfg(not(windows))]
fn replace(temporary: tempfile::NamedTempFile, path: &Path) -> std::io::Result<()> {
    temporary.persist(path).map(drop).map_err(|error| error.error)
}

/// `persist` calls `MoveFileExW`, which refuses while somebody has the old file open; `std` then renames as POSIX does.
/// A virus scanner that has either file open without sharing it is gone within moments.
#[cfg(windows)]
fn replace(temporary: tempfile::NamedTempFile, path: &Path) -> std::io::Result<()> {
    // No longer marked as temporary, which the new file would inherit, and no longer open.
    let temporary = temporary.into_temp_path().keep().map_err(|error| error.error)?;
    let mut tries = 0;
    loop {
        match std::fs::rename(&temporary, path) {
            // ERROR_SHARING_VIOLATION
            Err(error)
                if tries < 50 && (error.kind() == ErrorKind::PermissionDenied || error.raw_os_error() == Some(32)) =>
            {
                tries += 1;
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            Err(error) => {
                let _ = std::fs::remove_file(&temporary);
                return Err(error);
            }
            Ok(()) => return Ok(()),
        }
    }
}

/// Removes a file; no file is fine.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Err(StoreError::File { action: "remove", path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

/// Writes zeros over a file, and syncs them. On a disk that copies what it overwrites (flash, snapshots, journals) the old
/// bytes may live on: this is for what is encrypted anyway, or has no better end.
pub fn overwrite(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true);
    no_symlinks(&mut options);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(source) => return Err(StoreError::file("overwrite", path)(source)),
    };
    let length = file.metadata().map_err(StoreError::file("look at", path))?.len();
    std::io::copy(&mut std::io::repeat(0).take(length), &mut file).map_err(StoreError::file("overwrite", path))?;
    file.sync_all().map_err(StoreError::file("overwrite", path))
}

/// Proves that `bytes` more can be written to the folder, by writing them and taking them away again.
///
/// Called before a one-time token is spent: what it yields must have a place.
pub fn ensure_room(folder: &Path, bytes: usize) -> Result<(), StoreError> {
    twice_if_gone(|| ensure_room_once(folder, bytes))
}

fn ensure_room_once(folder: &Path, bytes: usize) -> Result<(), StoreError> {
    create_dir(folder)?;
    let mut probe = tempfile::Builder::new()
        .prefix(".room-")
        .tempfile_in(folder)
        .map_err(StoreError::file("write into", folder))?;
    probe.write_all(&vec![0; bytes]).map_err(StoreError::file("write into", folder))?;
    probe.as_file().sync_data().map_err(StoreError::file("write into", folder))
}

/// Opens or creates a file that only this user can read.
pub(crate) fn open_for_lock(path: &Path) -> Result<File, StoreError> {
    create_dir(path.parent().unwrap_or(Path::new(".")))?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    no_symlinks(&mut options);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::file("open the lock", path))
}

/// A symlink that somebody planted in place of a file is not followed.
fn no_symlinks(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_missing_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.json");
        assert_eq!(read(&path).unwrap(), None);
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap().as_slice(), b"two");
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
    }

    /// By somebody who clears the state away, or by a process whose clock was set meanwhile.
    #[cfg(unix)]
    #[test]
    fn a_write_whose_temporary_file_was_taken_away_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let (state, path) = (folder.path().join("state"), folder.path().join("state/P.json"));
        std::thread::scope(|scope| {
            let thief = scope.spawn(|| {
                loop {
                    let entries = std::fs::read_dir(&state).into_iter().flatten().flatten();
                    let mut ours = entries.filter(|entry| is_temporary(&entry.file_name().to_string_lossy()));
                    if ours.any(|entry| std::fs::remove_file(entry.path()).is_ok()) {
                        return;
                    }
                }
            });
            while !thief.is_finished() {
                write(&path, &[b'x'; 4096]).unwrap();
            }
        });
        assert_eq!(read(&path).unwrap().unwrap().len(), 4096);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_0700_and_files_0600_whatever_was_there_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("state");
        std::fs::create_dir(&inner).unwrap();
        std::fs::set_permissions(&inner, std::fs::Permissions::from_mode(0o755)).unwrap();
        write(&inner.join("f"), b"x").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inner), mode(&inner.join("f"))), (0o700, 0o600));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_holds_other_things_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::create_dir(folder.path().join("Documents")).unwrap();
        write(&folder.path().join("P.session.json"), b"x").unwrap();
        assert_eq!(std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_symlink_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        write(&target, b"precious").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(read(&link).is_err());
        write(&link, b"new").unwrap();
        assert_eq!(read(&target).unwrap().unwrap().as_slice(), b"precious");
    }
}
