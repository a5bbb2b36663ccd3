//! The package that users get: programs for every platform, configuration, installers, checksums, one archive.
//!
//! [`Programs::from_release`] and [`Builder::build`] say which programs could be had and why the others could not;
//! [`Package::write`] makes the folder and the archive, byte for byte the same from the same inputs. The library is handed
//! paths, texts and the time; it prints nothing.

mod build;
mod checksums;
mod error;
mod kind;
mod package;
mod platform;
mod programs;
mod release;
mod unpacked;

pub use build::{Builder, Progress};
pub use checksums::{CHECKSUMS_FILE, Checksums, sha256};
pub use error::PackageError;
pub use package::{ARCHIVE_FOLDER, Package, SettingsFile, Written};
pub use platform::Platform;
pub use programs::{Missing, Program, Programs, Provenance};
pub use unpacked::Unpacked;
