//! The end of a customer: nothing is left, and that is looked for.

use std::path::{Path, PathBuf};

use ccwb_store::private_file;

use crate::error::CustomerError;
use crate::folder::CustomersFolder;
use crate::id::CustomerId;
use crate::lock::CustomerLock;

/// What must not be found anywhere after a removal.
#[derive(Clone, Debug)]
pub struct Needles {
    /// In names.
    pub id: CustomerId,
    /// In files: the external id, the access key id.
    pub texts: Vec<String>,
}

/// Something that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The file or folder.
    pub path: PathBuf,
    /// What it holds.
    pub what: String,
}

impl CustomersFolder {
    /// Overwrites and deletes everything of a customer, its record last: a removal that was killed is finished by the next.
    /// Returns what was deleted.
    pub fn erase(&self, held: &CustomerLock) -> Result<Vec<PathBuf>, CustomerError> {
        let steps = self.erasure(held.id())?;
        steps.iter().try_for_each(Step::take)?;
        Ok(steps.into_iter().map(Step::into_path).collect())
    }

    /// Whether there is anything of a customer, with or without a record.
    pub fn has_anything_of(&self, id: &CustomerId) -> bool {
        std::fs::symlink_metadata(self.of(id)).is_ok()
    }

    /// Searches everything below `place` for what should be gone.
    pub fn leftovers(place: &Path, needles: &Needles) -> Result<Vec<Leftover>, CustomerError> {
        let mut found = Vec::new();
        search(place, needles, &mut found)?;
        Ok(found)
    }

    /// What an erasure does, in order.
    fn erasure(&self, id: &CustomerId) -> Result<Vec<Step>, CustomerError> {
        let (folder, record) = (self.of(id), self.record(id));
        let mut steps = Vec::new();
        if std::fs::symlink_metadata(&folder).is_err() {
            return Ok(steps);
        }
        collect(&folder, &record, &mut steps)?;
        if std::fs::symlink_metadata(&record).is_ok() {
            steps.push(Step::File(record));
        }
        steps.push(Step::Folder(folder));
        Ok(steps)
    }
}

#[derive(Debug)]
enum Step {
    File(PathBuf),
    Folder(PathBuf),
}

impl Step {
    fn take(&self) -> Result<(), CustomerError> {
        match self {
            Self::File(path) => {
                // A link is not followed: what it leads to is not the customer's.
                if path.is_file() && !path.is_symlink() {
                    private_file::overwrite(path)?;
                }
                Ok(private_file::remove(path)?)
            }
            Self::Folder(path) => match std::fs::remove_dir(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(CustomerError::Unreadable { path: path.clone(), source: error })
                }
                _ => Ok(()),
            },
        }
    }

    fn into_path(self) -> PathBuf {
        match self {
            Self::File(path) | Self::Folder(path) => path,
        }
    }
}

fn collect(folder: &Path, record: &Path, steps: &mut Vec<Step>) -> Result<(), CustomerError> {
    for (path, is_folder) in entries(folder)? {
        if is_folder {
            collect(&path, record, steps)?;
            steps.push(Step::Folder(path));
        } else if path != record {
            steps.push(Step::File(path));
        }
    }
    Ok(())
}

/// Longer files are not ours.
const MAX_BYTES: u64 = 1 << 20;

fn search(folder: &Path, needles: &Needles, found: &mut Vec<Leftover>) -> Result<(), CustomerError> {
    for (path, is_folder) in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_named = name.split('.').any(|part| part == needles.id.as_str());
        if is_named {
            found.push(Leftover { path: path.clone(), what: format!("has the name {}", needles.id) });
        }
        if is_folder {
            search(&path, needles, found)?;
        } else if std::fs::symlink_metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= MAX_BYTES)
            && let Ok(bytes) = std::fs::read(&path)
        {
            let held = needles.texts.iter().filter(|text| !text.is_empty() && contains(&bytes, text.as_bytes()));
            found.extend(held.map(|text| Leftover { path: path.clone(), what: format!("holds {text}") }));
        }
    }
    Ok(())
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    let (first, rest) = (text[0], &text[1..]);
    bytes.iter().enumerate().any(|(at, byte)| *byte == first && bytes[at + 1..].starts_with(rest))
}

/// What is in a folder, and whether it is one; links are none.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, bool)>, CustomerError> {
    let unreadable = |source| CustomerError::Unreadable { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        found.push((entry.path(), entry.file_type().map_err(unreadable)?.is_dir()));
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn id() -> CustomerId {
        CustomerId::parse("acme").unwrap()
    }

    fn needles() -> Needles {
        Needles { id: id(), texts: vec!["ext-0123456789abcdef".to_owned()] }
    }

    /// A customer with files in folders, beside another.
    fn world() -> (tempfile::TempDir, CustomersFolder) {
        let home = tempfile::tempdir().unwrap();
        let folder = CustomersFolder::new(home.path().join("customers"));
        for (file, text) in [
            ("acme/customer.json", "{\"external_id\": \"ext-0123456789abcdef\"}"),
            ("acme/secret.age", "x"),
            ("acme/key.kms", "x"),
            ("acme/container/config.json", "{\"external_id\": \"ext-0123456789abcdef\"}"),
            ("acme/container/empty/.keep", ""),
            ("globex/customer.json", "{}"),
        ] {
            private_file::write(&folder.root().join(file), text.as_bytes()).unwrap();
        }
        (home, folder)
    }

    #[test]
    fn a_removal_that_was_killed_anywhere_is_finished_by_the_next() {
        let count = world().1.erasure(&id()).unwrap().len();
        assert_eq!(count, 8);
        for killed_after in 0..=count {
            let (home, folder) = world();
            let lock = folder.lock(&id(), Duration::ZERO).unwrap();
            let steps = folder.erasure(&id()).unwrap();
            steps.iter().take(killed_after).try_for_each(Step::take).unwrap();
            let record_is_there = folder.record(&id()).exists();
            assert!(record_is_there || killed_after >= count - 1, "the record goes last");
            folder.erase(&lock).unwrap();
            assert_eq!(CustomersFolder::leftovers(home.path(), &needles()).unwrap(), []);
            assert!(!folder.has_anything_of(&id()) && folder.root().join("globex/customer.json").exists());
        }
    }

    #[test]
    fn what_is_left_is_found_by_name_and_by_content() {
        let (home, folder) = world();
        private_file::write(&folder.root().join("globex/note.txt"), b"see ext-0123456789abcdef").unwrap();
        let lock = folder.lock(&id(), Duration::ZERO).unwrap();
        folder.erase(&lock).unwrap();
        private_file::write(&home.path().join("acme.json"), b"").unwrap();
        let left = CustomersFolder::leftovers(home.path(), &needles()).unwrap();
        let names: Vec<_> = left.iter().filter_map(|left| left.path.file_name()).collect();
        assert_eq!(names, ["acme.json", "note.txt"], "{left:?}");
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_leads_to_is_left_alone() {
        let (home, folder) = world();
        let precious = home.path().join("precious");
        private_file::write(&precious.join("file"), b"precious").unwrap();
        for (link, target) in [("link", precious.clone()), ("file-link", precious.join("file"))] {
            std::os::unix::fs::symlink(target, folder.of(&id()).join(link)).unwrap();
        }
        let lock = folder.lock(&id(), Duration::ZERO).unwrap();
        folder.erase(&lock).unwrap();
        assert_eq!(std::fs::read(precious.join("file")).unwrap(), b"precious");
        assert!(!folder.has_anything_of(&id()));
    }
}
