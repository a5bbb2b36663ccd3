//! Programs from a release: a folder, or an archive of one, with its SHA256SUMS.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::checksums::{CHECKSUMS_FILE, Checksums, sha256};
use crate::error::PackageError;
use crate::kind;
use crate::platform::Platform;
use crate::programs::{Found, Missing, Program, Programs, Provenance};

/// The largest file that is unpacked: real programs are under 15 MB.
const LARGEST: u64 = 256 * 1024 * 1024;

impl Programs {
    /// The programs of a release for these platforms. A platform whose files are not there is missing; a file that is
    /// there and is not what SHA256SUMS says, or not for its platform, is an error.
    pub fn from_release(release: &Path, platforms: &[Platform], wanted: &[Program]) -> Result<Self, PackageError> {
        let (folder, unpacked) = open(release)?;
        let sums = checksums(release, &folder)?;
        let mut programs = Self { _unpacked: unpacked, ..Self::default() };
        for &platform in platforms {
            let files: Vec<(Program, PathBuf)> =
                wanted.iter().map(|program| (*program, folder.join(program.file_name(platform)))).collect();
            let absent: Vec<String> = files
                .iter()
                .filter(|(_, path)| !path.is_file())
                .map(|(program, _)| program.file_name(platform))
                .collect();
            if absent.is_empty() {
                for (_, path) in &files {
                    verify(path, platform, &sums)?;
                }
                programs.found.push(Found { platform, provenance: Provenance::Release, files });
            } else {
                let reason = format!("{} holds no {}", release.display(), absent.join(" and no "));
                programs.missing.push(Missing { platform, reason });
            }
        }
        programs.sort();
        Ok(programs)
    }
}

fn verify(path: &Path, platform: Platform, sums: &Checksums) -> Result<(), PackageError> {
    let bytes = std::fs::read(path).map_err(PackageError::file("read", path))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let expected = sums.get(&name).ok_or_else(|| PackageError::Unlisted { path: path.to_owned() })?;
    let found = sha256(&bytes);
    if found != expected {
        return Err(PackageError::WrongChecksum { path: path.to_owned(), found, expected: expected.to_owned() });
    }
    kind::check(&bytes, platform).map_err(|problem| PackageError::WrongProgram {
        path: path.to_owned(),
        platform: platform.name().to_owned(),
        problem,
    })
}

pub(crate) fn checksums(release: &Path, folder: &Path) -> Result<Checksums, PackageError> {
    let path = folder.join(CHECKSUMS_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Checksums::parse(&text).map_err(|line| PackageError::BadChecksums { path, line }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(PackageError::NoChecksums { path: release.to_owned() })
        }
        Err(source) => Err(PackageError::File { action: "read", path, source }),
    }
}

/// The folder with the files, and what holds it if it was unpacked.
fn open(release: &Path) -> Result<(PathBuf, Option<tempfile::TempDir>), PackageError> {
    if release.is_dir() {
        return Ok((release.to_owned(), None));
    }
    let not_one = |problem: String| PackageError::NotARelease { path: release.to_owned(), problem };
    let mut file = File::open(release).map_err(|error| not_one(error.to_string()))?;
    let folder = tempfile::tempdir().map_err(PackageError::file("make room to unpack", release))?;
    let mut magic = [0; 2];
    let read = file.read(&mut magic).map_err(PackageError::file("read", release))?;
    let file = File::open(release).map_err(PackageError::file("read", release))?;
    match &magic[..read] {
        b"PK" => unpack_zip(file, folder.path()).map_err(not_one)?,
        [0x1f, 0x8b] => unpack_tar(file, folder.path()).map_err(not_one)?,
        _ => return Err(not_one("it begins as neither of them does".to_owned())),
    }
    Ok((folder.path().to_owned(), Some(folder)))
}

/// Only plain files, by their last name: a release has no folders that matter, and no name leads out of ours.
fn unpack_zip(file: File, folder: &Path) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(file).map_err(|error| error.to_string())?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| error.to_string())?;
        let name = entry.enclosed_name();
        if entry.is_file()
            && let Some(name) = name.as_deref().and_then(Path::file_name)
        {
            keep(entry, &folder.join(name))?;
        }
    }
    Ok(())
}

fn unpack_tar(file: File, folder: &Path) -> Result<(), String> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = entry.path().ok().and_then(|path| Some(path.file_name()?.to_owned()));
        if entry.header().entry_type().is_file()
            && let Some(name) = name
        {
            keep(entry, &folder.join(name))?;
        }
    }
    Ok(())
}

fn keep(content: impl Read, path: &Path) -> Result<(), String> {
    let mut file = File::create(path).map_err(|error| error.to_string())?;
    let copied = std::io::copy(&mut content.take(LARGEST + 1), &mut file).map_err(|error| error.to_string())?;
    if copied > LARGEST { Err(format!("it holds a file of more than {LARGEST} bytes")) } else { Ok(()) }
}
