//! A package as users have it.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::checksums::sha256;
use crate::error::PackageError;
use crate::package::ARCHIVE_FOLDER;
use crate::release::checksums;

/// A package's folder; if it came as an archive, unpacked until this is dropped.
#[derive(Debug)]
pub struct Unpacked {
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Unpacked {
    /// Opens a folder, or a .zip archive of one.
    pub fn open(package: &Path) -> Result<Self, PackageError> {
        if package.is_dir() {
            return Ok(Self { folder: package.to_owned(), _temporary: None });
        }
        let not_one = |problem: String| PackageError::NotARelease { path: package.to_owned(), problem };
        let file = File::open(package).map_err(|error| not_one(error.to_string()))?;
        let temporary = tempfile::tempdir().map_err(PackageError::file("make room to unpack", package))?;
        let mut archive = zip::ZipArchive::new(file).map_err(|error| not_one(error.to_string()))?;
        // A name that leads out of the folder is an error of this call.
        archive.extract(temporary.path()).map_err(|error| not_one(error.to_string()))?;
        let inner = temporary.path().join(ARCHIVE_FOLDER);
        let folder = if inner.is_dir() { inner } else { temporary.path().to_owned() };
        Ok(Self { folder, _temporary: Some(temporary) })
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Holds every file that SHA256SUMS lists against its digest; how many there are.
    pub fn verify(&self) -> Result<usize, PackageError> {
        let sums = checksums(&self.folder, &self.folder)?;
        for (name, expected) in sums.iter() {
            let path = self.folder.join(name);
            let found = sha256(&std::fs::read(&path).map_err(PackageError::file("read", &path))?);
            if found != expected {
                return Err(PackageError::WrongChecksum { path, found, expected: expected.to_owned() });
            }
        }
        for needed in ["config.json", "install.sh"] {
            if sums.get(needed).is_none() {
                return Err(PackageError::Unlisted { path: self.folder.join(needed) });
            }
        }
        Ok(sums.iter().count())
    }
}
