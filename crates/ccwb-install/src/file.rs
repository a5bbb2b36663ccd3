//! Files of other programs: read whole, replaced whole, through symlinks, with their mode.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A file that cannot be used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("could not {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// It is marked as not to be written.
    #[error("{} is read-only", .path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// It is no text.
    #[error("{} is not UTF-8 text", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// It is larger than any real one.
    #[error("{} is larger than {LARGEST} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Somebody wrote to it since it was read.
    #[error("{} was changed by another program at this moment", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl FileError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// Who may read a file that did not exist before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Its owner.
    Owner,
    /// Everybody on the machine.
    Everybody,
}

/// A file as it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its name.
    pub path: PathBuf,
    /// Where its bytes are: the end of a chain of symlinks.
    real: PathBuf,
    /// What it holds; none if there is no file.
    pub text: Option<String>,
}

impl Found {
    /// Reads a file, which may not exist.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let real = follow(path).map_err(FileError::io("follow the link", path))?;
        let text = read(&real, path)?;
        Ok(Self { path: path.to_owned(), real, text })
    }

    /// Refuses a file that is marked as read-only: a rename would not ask.
    pub fn ensure_writable(&self) -> Result<(), FileError> {
        match fs::metadata(&self.real) {
            Ok(metadata) if metadata.permissions().readonly() => Err(FileError::ReadOnly { path: self.path.clone() }),
            _ => Ok(()),
        }
    }

    /// Replaces the file, unless somebody has written to it since: written beside it, synced, renamed.
    pub fn replace(&self, text: &str, audience: Audience) -> Result<(), FileError> {
        self.ensure_writable()?;
        let failed = |action| FileError::io(action, &self.path);
        self.create_folder(audience)?;
        let folder = self.real.parent().unwrap_or(Path::new("."));
        let mut temporary =
            tempfile::Builder::new().prefix(".new-").tempfile_in(folder).map_err(failed("write beside"))?;
        temporary.write_all(text.as_bytes()).map_err(failed("write"))?;
        self.keep_owner_and_mode(temporary.as_file(), audience).map_err(failed("set the mode of"))?;
        temporary.as_file().sync_all().map_err(failed("write"))?;
        self.ensure_unchanged()?;
        temporary.persist(&self.real).map_err(|error| failed("replace")(error.error))?;
        Ok(())
    }

    /// Creates the folder of the file, if it is missing.
    pub fn create_folder(&self, audience: Audience) -> Result<(), FileError> {
        let folder = self.real.parent().unwrap_or(Path::new("."));
        create_folder(folder, audience).map_err(FileError::io("create the folder of", &self.path))
    }

    /// Removes the file, unless somebody has written to it since. A symlink to it stays, as it was before.
    pub fn remove(&self) -> Result<(), FileError> {
        self.ensure_writable()?;
        self.ensure_unchanged()?;
        match fs::remove_file(&self.real) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(FileError::io("remove", &self.path)(error)),
            _ => Ok(()),
        }
    }

    /// A copy beside the file's name, for its owner only if the file is; gives the copy's path.
    pub fn back_up(&self, stamp: &str) -> Result<Option<PathBuf>, FileError> {
        let Some(text) = &self.text else { return Ok(None) };
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        for attempt in 0..100 {
            let suffix = if attempt == 0 { String::new() } else { format!("-{attempt}") };
            let copy = self.path.with_file_name(format!("{name}.backup-{stamp}{suffix}"));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(&copy) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(FileError::io("create", &copy)(error)),
                Ok(mut file) => {
                    let written =
                        file.write_all(text.as_bytes()).and_then(|()| self.keep_owner_and_mode(&file, Audience::Owner));
                    written.and_then(|()| file.sync_all()).map_err(FileError::io("write", &copy))?;
                    return Ok(Some(copy));
                }
            }
        }
        let taken = std::io::Error::from(ErrorKind::AlreadyExists);
        Err(FileError::io("make a copy of", &self.path)(taken))
    }

    fn ensure_unchanged(&self) -> Result<(), FileError> {
        if read(&self.real, &self.path)? == self.text {
            Ok(())
        } else {
            Err(FileError::Changed { path: self.path.clone() })
        }
    }

    #[cfg(unix)]
    fn keep_owner_and_mode(&self, file: &File, audience: Audience) -> std::io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let mode = match fs::metadata(&self.real) {
            Ok(old) => {
                let new = file.metadata()?;
                if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
                    std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()))?;
                }
                old.mode() & 0o7777
            }
            Err(_) if audience == Audience::Everybody => 0o644,
            Err(_) => 0o600,
        };
        file.set_permissions(fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the folder's rules hold for new files there")]
    fn keep_owner_and_mode(&self, _: &File, _: Audience) -> std::io::Result<()> {
        Ok(())
    }
}

/// The folders that would have to be created for a file, innermost first.
pub(crate) fn missing_folders(path: &Path) -> Vec<PathBuf> {
    let Ok(real) = follow(path) else { return Vec::new() };
    let missing = real.ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    missing.map(Path::to_owned).collect()
}

fn read(real: &Path, path: &Path) -> Result<Option<String>, FileError> {
    let file = match File::open(real) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(FileError::io("read", path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(FileError::io("read", path))?;
    if bytes.len() as u64 > LARGEST {
        return Err(FileError::TooLarge { path: path.to_owned() });
    }
    String::from_utf8(bytes).map(Some).map_err(|_| FileError::NotText { path: path.to_owned() })
}

/// The end of a chain of symlinks, which may not exist.
fn follow(path: &Path) -> std::io::Result<PathBuf> {
    const LINKS: usize = 40;
    let mut real = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&real) {
            Ok(target) => real = real.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(real),
        }
    }
    Err(std::io::Error::other("too many symlinks"))
}

fn create_folder(folder: &Path, audience: Audience) -> std::io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // Whatever the umask of an administrator: others must come through.
    #[cfg(unix)]
    for folder in missing.iter().filter(|_| audience == Audience::Everybody) {
        fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    }
    #[cfg(not(unix))]
    let _ = (missing, audience);
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_for_everybody_can_be_reached_by_everybody() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a/b/settings.json");
        assert_eq!(missing_folders(&file), [root.path().join("a/b"), root.path().join("a")]);
        Found::read(&file).unwrap().replace("{}", Audience::Everybody).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode(&root.path().join("a")), mode(&root.path().join("a/b")), mode(&file)], [0o755, 0o755, 0o644]);
    }

    #[test]
    fn a_file_that_somebody_else_writes_at_the_same_moment_is_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("settings.json");
        let found = Found::read(&file).unwrap();
        fs::write(&file, "theirs").unwrap();
        assert!(matches!(found.replace("ours", Audience::Owner), Err(FileError::Changed { .. })));
        assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn copies_never_overwrite_each_other() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("settings.json");
        fs::write(&file, "text").unwrap();
        let found = Found::read(&file).unwrap();
        let copies = [found.back_up("now").unwrap().unwrap(), found.back_up("now").unwrap().unwrap()];
        assert!(copies[0].ends_with("settings.json.backup-now") && copies[1].ends_with("settings.json.backup-now-1"));
    }
}
