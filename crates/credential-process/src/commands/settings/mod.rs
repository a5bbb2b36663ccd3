//! `install-settings` and `uninstall-settings`: what Claude Code and AWS tools need to find this program, and its undo.
//! No network; nothing of what is written is asked from anybody.

mod report;
mod wishes;

use std::path::{Path, PathBuf};

use ccwb_config::StateDir;
use ccwb_install::{Entry, Form, InstallError, Record, Step, carry_out, carry_out_undoing};
use chrono::Local;

use crate::cli::{InstallSettings, UninstallSettings};
use crate::codes;
use crate::error::Error;
use crate::world::World;

use report::{Form as ReportForm, Report};
use wishes::Wishes;

/// Writes the settings, or shows what would be written.
pub(crate) fn install(world: &World, profile: Option<&str>, wanted: &InstallSettings) -> Result<(), Error> {
    let record_file = record_file(world, wanted.managed.is_some())?;
    let record = Record::load(&record_file).map_err(InstallError::from)?;
    let Wishes { wishes, mut notes } = Wishes::of(world, profile, wanted, &record)?;
    let mut steps = Vec::new();
    for wish in &wishes {
        steps.push(Step::install(wish, &record).map_err(|error| with_patch(error, wish.form, &wish.entries))?);
    }
    notes.extend(wishes::static_keys(world, &wishes, &steps));
    if !wanted.dry_run {
        let stamp = World::now().with_timezone(&Local).format("%Y%m%d-%H%M%S").to_string();
        carry_out(&mut steps, &record_file, &stamp)?;
    }
    Report { steps: &steps, notes: &notes, form: ReportForm::of(wanted.dry_run, wanted.json), installs: true }.print()
}

/// Another region in the settings of Claude Code that were written; how many files hold it now.
pub(super) fn set_region(world: &World, region: &str) -> Result<usize, Error> {
    let record_file = record_file(world, false)?;
    let record = Record::load(&record_file).map_err(InstallError::from)?;
    let (key, value) = (["env", "AWS_REGION"].map(str::to_owned).to_vec(), region.into());
    let mut steps = Vec::new();
    for (path, known) in record.files.iter().filter(|(_, known)| known.form == Form::ClaudeSettings) {
        steps.extend(Step::amend(path, known, &key, &value)?);
    }
    let stamp = World::now().with_timezone(&Local).format("%Y%m%d-%H%M%S").to_string();
    carry_out(&mut steps, &record_file, &stamp)?;
    Ok(steps.len())
}

/// Takes back what was written, or shows what would be taken back.
pub(crate) fn uninstall(world: &World, wanted: &UninstallSettings) -> Result<(), Error> {
    let record_file = record_file(world, wanted.managed)?;
    let record = Record::load(&record_file).map_err(InstallError::from)?;
    let mut steps = Vec::new();
    for (path, known) in &record.files {
        steps.push(Step::uninstall(path, known)?);
    }
    if !wanted.dry_run {
        carry_out_undoing(&mut steps, &record_file)?;
    }
    let notes = if steps.is_empty() { vec!["Nothing is installed.".to_owned()] } else { Vec::new() };
    Report { steps: &steps, notes: &notes, form: ReportForm::of(wanted.dry_run, wanted.json), installs: false }.print()
}

/// The managed settings of this machine that start a program in this folder, if there are any.
pub(super) fn managed_settings_that_start(folder: &Path) -> Option<PathBuf> {
    let names_it = |path: &PathBuf| {
        std::fs::read_to_string(path).is_ok_and(|text| folder.to_str().is_some_and(|folder| text.contains(folder)))
    };
    wishes::managed_files().into_iter().find(names_it)
}

fn managed_record() -> PathBuf {
    wishes::managed_folder().join(".claude-code-with-bedrock").join("install.json")
}

/// In the state folder; for managed settings beside them, as `sudo` may or may not keep the person's home.
fn record_file(world: &World, is_managed: bool) -> Result<PathBuf, Error> {
    if is_managed {
        return Ok(managed_record());
    }
    refuse_sudo(world)?;
    Ok(world
        .places()
        .state_dir()
        .as_ref()
        .map(StateDir::install_record)
        .map_err(|_| ccwb_config::ConfigError::NoHome)?)
}

/// Files of root's in a person's home cannot be changed by the person any more (field report R-48).
pub(super) fn refuse_sudo(world: &World) -> Result<(), Error> {
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() && world.var("SUDO_USER").is_some_and(|user| user != "root") {
        let message = "these are settings of a person, and sudo would make them root's";
        return Err(Error::new(codes::AS_ROOT, message, "run the same command without sudo"));
    }
    #[cfg(not(unix))]
    let _ = world;
    Ok(())
}

/// A file that cannot be merged is refused; what would have been set can still be put there by hand.
fn with_patch(error: InstallError, form: Form, entries: &[Entry]) -> Error {
    let is_malformed = matches!(error, InstallError::Malformed { .. });
    let error = Error::from(error);
    if !is_malformed {
        return error;
    }
    let message = format!("{}; nothing was changed\n{}", error.message, report::by_hand(form, entries));
    let hint = "mend the file and try again, or put the lines above into it by hand";
    Error::new(codes::SETTINGS_MALFORMED, message, hint)
}
