//! The folder and the archive.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

use crate::checksums::{CHECKSUMS_FILE, Checksums, sha256};
use crate::error::PackageError;
use crate::programs::Programs;

/// The one folder that the archive holds, as in the packages of the AWS guidance.
pub const ARCHIVE_FOLDER: &str = "claude-code-package";

const INSTALL_SH: &str = include_str!("../../../installer/install.sh");
const UNINSTALL_SH: &str = include_str!("../../../installer/uninstall.sh");
const INSTALL_PS1: &str = include_str!("../../../installer/install.ps1");
const UNINSTALL_PS1: &str = include_str!("../../../installer/uninstall.ps1");
const INSTALL_BAT: &str = include_str!("../../../installer/install.bat");
const UNINSTALL_BAT: &str = include_str!("../../../installer/uninstall.bat");

/// What a package is made of, beside its programs.
#[derive(Clone, Debug)]
pub struct Package<'a> {
    /// The text of `config.json`.
    pub config: &'a str,
    /// Claude Code's settings.
    pub settings: &'a str,
    /// Whose settings they are.
    pub settings_file: SettingsFile,
    /// The text of `README.md`.
    pub readme: &'a str,
}

/// Whose settings a package brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsFile {
    /// The user's own, which they can change.
    User,
    /// The machine's, which they cannot.
    Managed,
}

impl SettingsFile {
    /// Its name in the package.
    pub fn path(self) -> &'static str {
        match self {
            Self::User => "claude-settings/settings.json",
            Self::Managed => "claude-settings/managed-settings.json",
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub folder: PathBuf,
    /// The same as an archive.
    pub archive: PathBuf,
    /// The archive's digest.
    pub archive_sha256: String,
    /// What is in it, with sizes in bytes.
    pub files: Vec<(String, usize)>,
}

struct Entry {
    bytes: Vec<u8>,
    executable: bool,
}

impl Package<'_> {
    /// Writes `<below>/<stamp>/` and `<below>/claude-code-package-<stamp>.zip`. Both appear whole or not at all; the bytes
    /// depend on the inputs alone, not on `stamp`, the clock or the order of a folder.
    pub fn write(&self, programs: &Programs, below: &Path, stamp: &str) -> Result<Written, PackageError> {
        let entries = self.entries(programs)?;
        std::fs::create_dir_all(below).map_err(PackageError::file("create", below))?;
        let folder = below.join(stamp);
        write_folder(&entries, below, &folder)?;
        let archive = below.join(format!("claude-code-package-{stamp}.zip"));
        let bytes = zip_of(&entries).map_err(PackageError::file("write", &archive))?;
        let mut temporary =
            tempfile::NamedTempFile::new_in(below).map_err(PackageError::file("write beside", &archive))?;
        temporary.write_all(&bytes).map_err(PackageError::file("write", &archive))?;
        readable(temporary.path(), 0o644).map_err(PackageError::file("write", &archive))?;
        temporary.persist(&archive).map_err(|error| PackageError::file("write", &archive)(error.error))?;
        let files = entries.iter().map(|(name, entry)| (name.clone(), entry.bytes.len())).collect();
        Ok(Written { folder, archive, archive_sha256: sha256(&bytes), files })
    }

    /// Writes the folder alone, for a try.
    pub fn write_folder(&self, programs: &Programs, folder: &Path) -> Result<(), PackageError> {
        let below = folder.parent().unwrap_or(Path::new("."));
        write_folder(&self.entries(programs)?, below, folder)
    }

    /// Every file of the package by its path, `SHA256SUMS` last to be made and over all the others.
    fn entries(&self, programs: &Programs) -> Result<BTreeMap<String, Entry>, PackageError> {
        if programs.found.is_empty() {
            return Err(PackageError::NoPrograms);
        }
        let mut entries = BTreeMap::new();
        let mut add = |name: &str, bytes: Vec<u8>, executable| {
            entries.insert(name.to_owned(), Entry { bytes, executable });
        };
        for found in &programs.found {
            for (program, path) in &found.files {
                let bytes = std::fs::read(path).map_err(PackageError::file("read", path))?;
                add(&program.file_name(found.platform), bytes, true);
            }
        }
        let plain =
            [("config.json", self.config), (self.settings_file.path(), self.settings), ("README.md", self.readme)];
        for (name, text) in plain {
            add(name, text.as_bytes().to_vec(), false);
        }
        add("install.sh", INSTALL_SH.as_bytes().to_vec(), true);
        add("uninstall.sh", UNINSTALL_SH.as_bytes().to_vec(), true);
        let windows = [
            ("install.ps1", INSTALL_PS1),
            ("uninstall.ps1", UNINSTALL_PS1),
            ("install.bat", INSTALL_BAT),
            ("uninstall.bat", UNINSTALL_BAT),
        ];
        for (name, text) in windows {
            add(name, with_windows_line_ends(text).into_bytes(), false);
        }
        let mut sums = Checksums::default();
        for (name, entry) in &entries {
            sums.insert(name, sha256(&entry.bytes));
        }
        entries.insert(CHECKSUMS_FILE.to_owned(), Entry { bytes: sums.to_text().into_bytes(), executable: false });
        Ok(entries)
    }
}

/// cmd.exe misreads labels and PowerShell's signatures break without them.
fn with_windows_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

fn write_folder(entries: &BTreeMap<String, Entry>, below: &Path, folder: &Path) -> Result<(), PackageError> {
    let temporary =
        tempfile::Builder::new().prefix(".new-").tempdir_in(below).map_err(PackageError::file("write below", below))?;
    for (name, entry) in entries {
        let path = temporary.path().join(name);
        let failed = |action| PackageError::file(action, folder.join(name));
        std::fs::create_dir_all(path.parent().unwrap_or(below)).map_err(failed("create the folder of"))?;
        std::fs::write(&path, &entry.bytes).map_err(failed("write"))?;
        readable(&path, if entry.executable { 0o755 } else { 0o644 }).map_err(failed("write"))?;
    }
    readable(temporary.path(), 0o755).map_err(PackageError::file("write", folder))?;
    std::fs::rename(temporary.path(), folder).map_err(PackageError::file("write", folder))?;
    // What it held is elsewhere now: there is nothing to remove.
    let _ = temporary.keep();
    Ok(())
}

/// A zip whose bytes depend on its entries alone: sorted, of one date, with Unix modes.
fn zip_of(entries: &BTreeMap<String, Entry>) -> std::io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, entry) in entries {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(if entry.executable { 0o755 } else { 0o644 });
        zip.start_file(format!("{ARCHIVE_FOLDER}/{name}"), options)?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(unix)]
fn readable(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

/// Windows has no such modes; those of the archive are what counts.
#[cfg(not(unix))]
fn readable(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}
