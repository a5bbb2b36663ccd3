//! Reads a file of ours that may be something else by now, and never waits for it.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::problem::{Problem, SIGN_IN};

/// More than any file of ours holds, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// The bytes of a regular file that belongs to this user; they are wiped when they are dropped.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Problem::new(format!("there is no {}", path.display()), SIGN_IN)
        }
        _ => Problem::new(format!("{} cannot be read: {error}", path.display()), "mend its permissions"),
    };
    let mut options = OpenOptions::new();
    options.read(true);
    unlinked_and_at_once(&mut options);
    let file = options.open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() || !is_ours(&metadata) {
        return Err(Problem::new(format!("{} is not a file of this user", path.display()), "remove it"));
    }
    // One allocation of the right size: a growing vector would leave copies behind.
    let size = usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Neither through a symbolic link, nor waiting for the other end of a pipe.
#[cfg(unix)]
fn unlinked_and_at_once(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
}

#[cfg(not(unix))]
fn unlinked_and_at_once(_: &mut OpenOptions) {}

#[cfg(unix)]
fn is_ours(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_ours(_: &std::fs::Metadata) -> bool {
    true
}
