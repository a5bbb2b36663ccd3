//! The install folder: our programs and config.json, and what lay under their names before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::file::{FileError, missing_folders};
use crate::merge::digest;

/// What lay under our names before, such as an older install.
const REPLACED: &str = "replaced-by-install";
/// What we put there, by name, with digests.
const MANIFEST: &str = ".installed.json";

/// The folder, which may not exist yet.
#[derive(Clone, Debug)]
pub struct InstallFolder {
    path: PathBuf,
}

/// A file to be installed.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its name in the folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether it is a program; any other file is its owner's only.
    pub executable: bool,
}

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing of that name was there.
    New,
    /// It is there already, byte for byte.
    Same,
    /// An older one of ours is replaced.
    Updated,
    /// Somebody else's is kept aside.
    TakenOver,
}

/// What a removal did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Ours, removed.
    pub removed: Vec<String>,
    /// Somebody else's, put back.
    pub restored: Vec<String>,
    /// Ours, changed by somebody since, and left.
    pub left: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Manifest {
    files: BTreeMap<String, String>,
    /// The folders that were created for it, innermost first.
    #[serde(default)]
    folders: Vec<PathBuf>,
}

impl InstallFolder {
    /// The folder at this path.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What installing these would do.
    pub fn plan(&self, pieces: &[Piece]) -> Result<Vec<Outcome>, FileError> {
        let manifest = self.manifest()?;
        let outcome = |piece: &Piece| {
            let path = self.path.join(&piece.name);
            Ok(match read(&path)? {
                None => Outcome::New,
                Some(_) if !manifest.files.contains_key(&piece.name) => Outcome::TakenOver,
                Some(bytes) if bytes == piece.bytes => Outcome::Same,
                Some(_) => Outcome::Updated,
            })
        };
        pieces.iter().map(outcome).collect()
    }

    /// Installs these. Each file is replaced whole, also one that is running; what is remembered is written first.
    pub fn install(&self, pieces: &[Piece]) -> Result<Vec<Outcome>, FileError> {
        let outcomes = self.plan(pieces)?;
        let mut manifest = self.manifest()?;
        let before = manifest_text(&manifest);
        let created = missing_folders(&self.path.join(MANIFEST));
        manifest.folders.extend(created.into_iter().filter(|folder| folder.starts_with(&self.path)));
        for piece in pieces {
            manifest.files.insert(piece.name.clone(), digest(&piece.bytes));
        }
        create(&self.path)?;
        for (piece, outcome) in pieces.iter().zip(&outcomes) {
            if *outcome == Outcome::TakenOver {
                let aside = self.path.join(REPLACED);
                create(&aside)?;
                rename(&self.path.join(&piece.name), &aside.join(&piece.name))?;
            }
        }
        if manifest_text(&manifest) != before {
            write(&self.path.join(MANIFEST), manifest_text(&manifest).as_bytes(), false)?;
        }
        for (piece, outcome) in pieces.iter().zip(&outcomes) {
            if *outcome != Outcome::Same {
                write(&self.path.join(&piece.name), &piece.bytes, piece.executable)?;
            }
        }
        Ok(outcomes)
    }

    /// What a removal would do.
    pub fn plan_removal(&self) -> Result<Removal, FileError> {
        let mut plan = Removal::default();
        for (name, installed) in self.manifest()?.files {
            match read(&self.path.join(&name))? {
                Some(bytes) if digest(&bytes) != installed => plan.left.push(name),
                Some(_) => plan.removed.push(name),
                None => {}
            }
        }
        let aside = self.path.join(REPLACED);
        let entries = fs::read_dir(&aside).into_iter().flatten().flatten();
        plan.restored = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        plan.restored.retain(|name| !plan.left.contains(name));
        plan.restored.sort();
        Ok(plan)
    }

    /// Removes what is ours and puts back what was there before.
    pub fn remove(&self) -> Result<Removal, FileError> {
        let plan = self.plan_removal()?;
        let folders = self.manifest()?.folders;
        for name in &plan.removed {
            remove(&self.path.join(name))?;
        }
        for name in &plan.restored {
            rename(&self.path.join(REPLACED).join(name), &self.path.join(name))?;
        }
        remove(&self.path.join(MANIFEST))?;
        // A folder that holds anything else stays.
        let _ = fs::remove_dir(self.path.join(REPLACED));
        for folder in &folders {
            let _ = fs::remove_dir(folder);
        }
        Ok(plan)
    }

    /// One that cannot be read is none: what is there is somebody else's then, and kept aside.
    fn manifest(&self) -> Result<Manifest, FileError> {
        let bytes = read(&self.path.join(MANIFEST))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }
}

fn manifest_text(manifest: &Manifest) -> String {
    serde_json::to_string_pretty(manifest).unwrap_or_default()
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(FileError::io("read", path)(error)),
    }
}

fn create(folder: &Path) -> Result<(), FileError> {
    fs::create_dir_all(folder).map_err(FileError::io("create the folder", folder))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let failed = FileError::io("make private", folder);
        let mode = fs::metadata(folder).map_err(FileError::io("look at", folder))?.permissions().mode();
        // Whoever can write here can make programs of ours do anything.
        if mode & 0o022 != 0 {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode & !0o022)).map_err(failed)?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8], executable: bool) -> Result<(), FileError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary =
        tempfile::Builder::new().prefix(".new-").tempfile_in(folder).map_err(FileError::io("write beside", path))?;
    temporary.write_all(bytes).map_err(FileError::io("write", path))?;
    mode(temporary.as_file(), executable).map_err(FileError::io("set the mode of", path))?;
    temporary.as_file().sync_all().map_err(FileError::io("write", path))?;
    temporary.persist(path).map_err(|error| FileError::io("replace", path)(error.error))?;
    Ok(())
}

#[cfg(unix)]
fn mode(file: &File, executable: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(if executable { 0o755 } else { 0o600 }))
}

/// On Windows the folder's own rights are what counts.
#[cfg(not(unix))]
fn mode(_: &File, _: bool) -> std::io::Result<()> {
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(FileError::io("move", from))
}

fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(FileError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(program: &str, config: &str) -> Vec<Piece> {
        let piece = |name: &str, text: &str, executable| Piece { name: name.into(), bytes: text.into(), executable };
        vec![piece("credential-process", program, true), piece("config.json", config, false)]
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_first_install_creates_a_second_does_nothing_and_a_newer_one_updates() {
        let home = tempfile::tempdir().unwrap();
        let folder = InstallFolder::new(home.path().join("claude-code-with-bedrock"));
        assert_eq!(folder.install(&pieces("v1", "{}")).unwrap(), [Outcome::New, Outcome::New]);
        assert_eq!(folder.install(&pieces("v1", "{}")).unwrap(), [Outcome::Same, Outcome::Same]);
        assert_eq!(folder.install(&pieces("v2", "{}")).unwrap(), [Outcome::Updated, Outcome::Same]);
        assert_eq!(names(folder.path()), [".installed.json", "config.json", "credential-process"]);
        folder.remove().unwrap();
        assert_eq!(names(home.path()), [""; 0]);
    }

    #[test]
    fn an_older_install_of_somebody_else_is_kept_aside_and_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let folder = InstallFolder::new(home.path().join("claude-code-with-bedrock"));
        fs::create_dir(folder.path()).unwrap();
        fs::write(folder.path().join("credential-process"), "the guidance's").unwrap();
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        let outcomes = folder.install(&pieces("ours", "{}")).unwrap();
        assert_eq!(outcomes, [Outcome::TakenOver, Outcome::New]);
        assert_eq!(folder.install(&pieces("ours, newer", "{}")).unwrap(), [Outcome::Updated, Outcome::Same]);
        let removal = folder.remove().unwrap();
        assert_eq!(removal.restored, ["credential-process"]);
        assert_eq!(fs::read_to_string(folder.path().join("credential-process")).unwrap(), "the guidance's");
        assert_eq!(names(folder.path()), ["credential-process", "notes.txt"]);
    }

    #[test]
    fn what_a_person_has_changed_since_is_left() {
        let home = tempfile::tempdir().unwrap();
        let folder = InstallFolder::new(home.path().join("f"));
        folder.install(&pieces("p", "{}")).unwrap();
        fs::write(folder.path().join("config.json"), "{\"mine\":{}}").unwrap();
        let removal = folder.remove().unwrap();
        assert_eq!((removal.removed, removal.left), (vec!["credential-process".into()], vec!["config.json".into()]));
        assert_eq!(names(folder.path()), ["config.json"]);
    }

    #[test]
    #[cfg(unix)]
    fn programs_can_be_run_the_configuration_is_private_and_nobody_else_can_write() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let folder = InstallFolder::new(home.path().join("f"));
        fs::create_dir(folder.path()).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        folder.install(&pieces("p", "{}")).unwrap();
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("credential-process"), mode("config.json"), mode(".")), (0o755, 0o600, 0o755));
    }
}
