//! What can go wrong while a package is made.

use std::path::PathBuf;

/// A package that could not be made, or a program that cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file or folder.
    #[error("could not {action} {}: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The release is neither a folder nor an archive that can be opened.
    #[error("{} is neither a folder nor a .zip or .tar.gz archive: {problem}", .path.display())]
    NotARelease {
        /// The path that was given.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is no list of checksums to hold programs against.
    #[error("{} holds no SHA256SUMS, so its programs cannot be verified", .path.display())]
    NoChecksums {
        /// The folder or archive.
        path: PathBuf,
    },
    /// The list itself cannot be read.
    #[error("line {line} of {} is not a checksum and a file name", .path.display())]
    BadChecksums {
        /// The list.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// A program is not what the list says.
    #[error("{} is not the file that SHA256SUMS lists: its checksum is {found}, expected {expected}", .path.display())]
    WrongChecksum {
        /// The program.
        path: PathBuf,
        /// Its digest.
        found: String,
        /// The listed one.
        expected: String,
    },
    /// A program that the list does not name.
    #[error("SHA256SUMS does not list {}", .path.display())]
    Unlisted {
        /// The program.
        path: PathBuf,
    },
    /// A file that is no program for its platform, whatever its name says.
    #[error("{} is not a program for {platform}: {problem}", .path.display())]
    WrongProgram {
        /// The program.
        path: PathBuf,
        /// What its name says.
        platform: String,
        /// What it is.
        problem: String,
    },
    /// No program at all could be had.
    #[error("no program could be had for any platform")]
    NoPrograms,
}

impl PackageError {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
