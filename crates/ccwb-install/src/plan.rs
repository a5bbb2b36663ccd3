//! An install, or its undoing, from what is there to what is to be; then one step at a time onto the disk.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::aws_ini::AwsIni;
use crate::document::{Document, Key, Malformed};
use crate::file::{Audience, FileError, Found, missing_folders};
use crate::jsonc::Jsonc;
use crate::merge::{Change, Entry, Merged, amend, merge, undo};
use crate::record::{FileRecord, Form, Record, RecordError};
use crate::{aws_profile, older_install};

/// What stops an install. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is not of its form.
    #[error("{}: {problem}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: Malformed,
    },
    /// The record cannot be used.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What one file is to hold.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The file.
    pub path: PathBuf,
    /// How its text is read.
    pub form: Form,
    /// The values.
    pub entries: Vec<Entry>,
    /// The profiles in config.json: what an older install left is told by them.
    pub profiles: Vec<String>,
    /// Whether what an older install left comes back when this one is undone, as its programs do.
    pub older_comes_back: bool,
    /// Who may read it, if it is new.
    pub audience: Audience,
}

/// One file and what becomes of it.
#[derive(Debug)]
pub struct Step {
    /// The file as it is.
    pub found: Found,
    /// What it will hold; none if it will be gone.
    pub text: Option<String>,
    /// What changes, key by key.
    pub changes: Vec<Change>,
    /// The copy that was made, or those that were of no more use.
    pub backups: Vec<PathBuf>,
    form: Form,
    audience: Audience,
    /// To be remembered; none where the install is undone.
    record: Option<FileRecord>,
}

impl Step {
    /// What an install makes of one file.
    pub fn install(wish: &Wish, record: &Record) -> Result<Self, InstallError> {
        let found = Found::read(&wish.path)?;
        let known = record.files.get(&wish.path);
        let forgotten = |stale: Vec<Key>| if wish.older_comes_back { Vec::new() } else { stale };
        let merged = match wish.form {
            Form::ClaudeSettings => {
                let mut entries = wish.entries.clone();
                let current = parse::<Jsonc>(&found)?;
                older_install::without_leftovers(&current, &mut entries, &wish.profiles);
                merged(&found, known, &entries, |settings| forgotten(older_install::stale(settings)))
            }
            Form::AwsConfig => {
                merged(&found, known, &wish.entries, |config| forgotten(aws_profile::stale(config, &wish.profiles)))
            }
            Form::AwsCredentials => {
                merged(&found, known, &wish.entries, |keys| forgotten(aws_profile::stale_keys(keys, &wish.profiles)))
            }
        }?;
        let Merged { text, remembered, changes } = merged;
        let backups = known.map(|known| known.backups.clone()).unwrap_or_default();
        let record = FileRecord { form: wish.form, remembered, backups };
        let touches = found.text.is_some() || !record.remembered.ours.is_empty();
        let text = touches.then_some(text);
        let step = Self {
            form: wish.form,
            audience: wish.audience,
            text,
            changes,
            backups: Vec::new(),
            record: touches.then_some(record),
            found,
        };
        if step.changes_the_file() {
            step.found.ensure_writable()?;
        }
        Ok(step)
    }

    /// One value of Claude Code's settings that is ours and becomes another; nothing where somebody has changed it since.
    pub fn amend(path: &Path, known: &FileRecord, key: &Key, value: &Value) -> Result<Option<Self>, InstallError> {
        let found = Found::read(path)?;
        let current = found.text.as_deref().unwrap_or_default();
        let amended = amend::<Jsonc>(current, &known.remembered, key, value)
            .map_err(|problem| InstallError::Malformed { path: path.to_owned(), problem })?;
        let Some(Merged { text, remembered, changes }) = amended else { return Ok(None) };
        let step = Self {
            form: known.form,
            audience: Audience::Owner,
            text: Some(text),
            changes,
            backups: Vec::new(),
            record: Some(FileRecord { remembered, ..known.clone() }),
            found,
        };
        if step.changes_the_file() {
            step.found.ensure_writable()?;
        }
        Ok(Some(step))
    }

    /// What is left of one file without us.
    pub fn uninstall(path: &Path, known: &FileRecord) -> Result<Self, InstallError> {
        let found = Found::read(path)?;
        let (text, changes) = match &found.text {
            None => (None, Vec::new()),
            Some(current) => {
                let undone = match known.form {
                    Form::ClaudeSettings => undo::<Jsonc>(current, &known.remembered),
                    Form::AwsConfig | Form::AwsCredentials => undo::<AwsIni>(current, &known.remembered),
                };
                let undone = undone.map_err(|problem| InstallError::Malformed { path: path.to_owned(), problem })?;
                (undone.text, undone.changes)
            }
        };
        let step = Self {
            form: known.form,
            audience: Audience::Owner,
            text,
            changes,
            backups: known.backups.clone(),
            record: None,
            found,
        };
        if step.changes_the_file() {
            step.found.ensure_writable()?;
        }
        Ok(step)
    }

    fn forget_copies(&self) {
        self.backups.iter().for_each(|copy| drop(std::fs::remove_file(copy)));
    }

    /// Whether the file's bytes change.
    pub fn changes_the_file(&self) -> bool {
        self.text != self.found.text
    }

    /// How the file is read.
    pub fn form(&self) -> Form {
        self.form
    }

    /// A unified diff.
    pub fn diff(&self) -> String {
        let path = self.found.path.display().to_string();
        crate::diff::unified(&path, self.found.text.as_deref(), self.text.as_deref())
    }
}

/// Carries out an install. The record is written first: a crash in between leaves files that undoing finds as they were.
pub fn carry_out(steps: &mut [Step], record_file: &Path, stamp: &str) -> Result<(), InstallError> {
    let old = Record::load(record_file)?;
    let mut new = old.clone();
    if let Err(error) = prepare(steps, &old, &mut new, record_file, stamp) {
        steps.iter().for_each(Step::forget_copies);
        return Err(error);
    }
    for (index, step) in steps.iter().enumerate() {
        let Some(text) = step.text.as_deref().filter(|_| step.changes_the_file()) else { continue };
        if let Err(error) = step.found.replace(text, step.audience) {
            // What was not written is not remembered.
            for undone in &steps[index..] {
                undone.forget_copies();
                match old.files.get(&undone.found.path) {
                    Some(known) => new.files.insert(undone.found.path.clone(), known.clone()),
                    None => new.files.remove(&undone.found.path),
                };
            }
            new.save(record_file)?;
            return Err(error.into());
        }
    }
    Ok(())
}

/// Makes copies and folders, and writes the record.
fn prepare(
    steps: &mut [Step],
    old: &Record,
    new: &mut Record,
    record_file: &Path,
    stamp: &str,
) -> Result<(), InstallError> {
    new.folders.extend(missing_folders(record_file));
    for step in steps {
        let Some(mut known) = step.record.clone() else { continue };
        if step.changes_the_file() {
            let found = step.found.text.as_deref().map(crate::merge::digest);
            let written = old.files.get(&step.found.path).map(|known| &known.remembered.written);
            let is_ours = found.is_some() && found.as_ref() == written;
            if !is_ours && let Some(copy) = step.found.back_up(stamp)? {
                known.backups.push(copy.clone());
                step.backups.push(copy);
            }
            new.folders.extend(missing_folders(&step.found.path));
            // Before the record's own folder, which is private: this one may be for everybody.
            step.found.create_folder(step.audience)?;
        }
        new.files.insert(step.found.path.clone(), known);
    }
    if new.files != old.files {
        new.save(record_file)?;
    }
    Ok(())
}

/// Carries out the undoing: files, then folders that were created for them, copies that are of no more use, the record.
pub fn carry_out_undoing(steps: &mut [Step], record_file: &Path) -> Result<(), InstallError> {
    let mut record = Record::load(record_file)?;
    for step in steps.iter_mut() {
        if step.changes_the_file() {
            match &step.text {
                Some(text) => step.found.replace(text, step.audience)?,
                None => step.found.remove()?,
            }
        }
        // A copy of what is there again is of no more use; any other is the person's.
        step.backups.retain(|copy| {
            let is_the_same = std::fs::read(copy).ok().as_deref() == step.text.as_deref().map(str::as_bytes);
            !(is_the_same && std::fs::remove_file(copy).is_ok()) && copy.exists()
        });
        record.files.remove(&step.found.path);
        record.save(record_file)?;
    }
    if record.files.is_empty() {
        // One that holds anything else cannot be removed this way.
        record.folders.iter().for_each(|folder| drop(std::fs::remove_dir(folder)));
    }
    Ok(())
}

fn parse<D: Document>(found: &Found) -> Result<D, InstallError> {
    D::parse(found.text.as_deref().unwrap_or_default())
        .map_err(|problem| InstallError::Malformed { path: found.path.clone(), problem })
}

fn merged<D: Document>(
    found: &Found,
    known: Option<&FileRecord>,
    entries: &[Entry],
    stale: impl FnOnce(&D) -> Vec<Key>,
) -> Result<Merged, InstallError> {
    let remembered = known.map(|known| &known.remembered);
    merge(found.text.as_deref(), remembered, entries, stale)
        .map_err(|problem| InstallError::Malformed { path: found.path.clone(), problem })
}
