//! What can be found, and how each goes.

use std::path::{Path, PathBuf};

use ccwb_admin::{AdminFolder, ProfileName};
use ccwb_config::Places;
use ccwb_install::Leftover;
use serde_json::{Value, json};

use super::installed::Installed;
use super::{CleanupArguments, older, profile_name};
use crate::administrator;
use crate::failure::{Failure, exit};
use crate::surroundings::Surroundings;

/// Where to look.
pub(super) struct Place {
    pub(super) home: PathBuf,
    /// credential-process's state folder.
    pub(super) state: PathBuf,
    pub(super) surroundings: Surroundings,
    folder: AdminFolder,
    profile: Option<ProfileName>,
    /// The folder with the profile's packages, if those are to go.
    packages: Option<PathBuf>,
    administrator: bool,
}

impl Place {
    pub(super) fn of(arguments: &CleanupArguments, surroundings: &Surroundings) -> Result<Self, Failure> {
        let no_home =
            || Failure::new("no-home", exit::CONFIG, "could not find your home folder", "set HOME to its path");
        let home = surroundings.home().ok_or_else(no_home)?;
        let places =
            Places { state_override: surroundings.get("CCWB_STATE_DIR").map(PathBuf::from), ..Places::default() };
        let state = places.state_dir().map_err(|_| no_home())?.root().to_owned();
        let profile = profile_name(arguments, surroundings)?;
        let packages = profile.as_ref().filter(|_| arguments.packages).map(|name| arguments.output.join(name.as_str()));
        Ok(Self {
            home,
            state,
            surroundings: surroundings.clone(),
            folder: administrator::folder(surroundings)?,
            profile,
            packages,
            administrator: arguments.administrator,
        })
    }
}

/// Something of this project's on this computer.
#[derive(Debug)]
pub(super) enum Trace {
    /// What an installer of ours wrote, undone by what it remembers.
    Installed(Installed),
    /// Values of an older install in a file of another program.
    Leftover(Leftover),
    /// The programs of an older install: the folder and the files of it that go.
    OlderPrograms { folder: PathBuf, files: Vec<PathBuf> },
    /// Locks, caches and session files.
    State(Vec<PathBuf>),
    /// Folders and archives of packages.
    Packages(Vec<PathBuf>),
    /// Answers of an unfinished `ccwb init`.
    Progress(PathBuf),
    /// The administrator's profile.
    Administrator(PathBuf),
}

/// Everything that is there, in the order in which it goes.
pub(super) async fn find(place: &Place) -> Result<Vec<Trace>, Failure> {
    let mut traces = Vec::new();
    if let Some(installed) = Installed::find(place).await {
        traces.push(Trace::Installed(installed));
    } else {
        traces.extend(older::find(place)?);
    }
    // What the install remembers is its own to remove.
    let keeps_record = traces.iter().any(|trace| matches!(trace, Trace::Installed(_)));
    let state = if keeps_record { Vec::new() } else { state_files(&place.state) };
    if !state.is_empty() {
        traces.push(Trace::State(state));
    }
    let packages = place.packages.as_deref().map(packages).unwrap_or_default();
    if !packages.is_empty() {
        traces.push(Trace::Packages(packages));
    }
    if let Some(name) = &place.profile {
        let progress = place.folder.progress_file(name);
        traces.extend(progress.is_file().then_some(Trace::Progress(progress)));
        let file = place.folder.profile_file(name);
        traces.extend((place.administrator && file.is_file()).then_some(Trace::Administrator(file)));
    }
    Ok(traces)
}

impl Trace {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Installed(_) => "installed",
            Self::Leftover(_) => "settings",
            Self::OlderPrograms { .. } => "older install",
            Self::State(_) => "state",
            Self::Packages(_) => "packages",
            Self::Progress(_) => "unfinished answers",
            Self::Administrator(_) => "profile",
        }
    }

    /// The file or folder, and how much of it.
    pub(super) fn what(&self) -> String {
        let several = |files: &[PathBuf]| match files {
            [one] => one.display().to_string(),
            _ => {
                let folder = files.first().and_then(|file| file.parent()).unwrap_or(Path::new("."));
                format!("{} of ours in {}", files.len(), folder.display())
            }
        };
        match self {
            Self::Installed(installed) => installed.what(),
            Self::Leftover(leftover) => leftover.path().display().to_string(),
            Self::OlderPrograms { folder, files } => format!("{}, {} files", folder.display(), files.len()),
            Self::State(files) | Self::Packages(files) => several(files),
            Self::Progress(file) | Self::Administrator(file) => file.display().to_string(),
        }
    }

    /// For whoever wants to know before agreeing: a diff, a list.
    pub(super) fn detail(&self) -> String {
        let list = |files: &[PathBuf]| {
            let name = |file: &PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.iter().map(name).collect::<Vec<_>>().join("\n")
        };
        match self {
            Self::Installed(installed) => installed.plan.clone(),
            Self::Leftover(leftover) => leftover.diff(),
            Self::OlderPrograms { files, .. } | Self::State(files) | Self::Packages(files) => list(files),
            Self::Progress(_) | Self::Administrator(_) => String::new(),
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({"kind": self.kind(), "what": self.what(), "detail": self.detail()})
    }

    pub(super) async fn remove(&self, place: &Place) -> Result<(), Failure> {
        match self {
            Self::Installed(installed) => installed.uninstall(place).await,
            Self::Leftover(leftover) => leftover.remove().map_err(|error| stuck(leftover.path(), &error)),
            Self::OlderPrograms { folder, files } => older::remove(place, folder, files).await,
            Self::State(files) => remove_all(files, &place.state),
            Self::Packages(entries) => {
                let folder = place.packages.as_deref().unwrap_or(Path::new("."));
                remove_all(entries, folder)?;
                remove_all(&[], folder.parent().unwrap_or(folder))
            }
            Self::Progress(file) => remove_all(std::slice::from_ref(file), place.folder.root()),
            Self::Administrator(file) => {
                remove_all(std::slice::from_ref(file), file.parent().unwrap_or(place.folder.root()))?;
                forget_folder(&place.folder)
            }
        }
    }
}

/// The folder of profiles with the last profile in it leaves nothing that anybody needs.
fn forget_folder(folder: &AdminFolder) -> Result<(), Failure> {
    if !folder.list()?.is_empty() {
        return Ok(());
    }
    let files: Vec<PathBuf> = ["config.json", "ccwb.lock"].map(|name| folder.root().join(name)).into();
    let there: Vec<PathBuf> = files.into_iter().filter(|file| file.is_file()).collect();
    remove_all(&there, folder.root())
}

/// Files that credential-process and otel-helper make, by what their names end with.
fn state_files(folder: &Path) -> Vec<PathBuf> {
    const ENDINGS: &[&str] = &[
        ".session.json",
        ".storage.json",
        ".last-error.json",
        ".lock",
        ".sign-in.json",
        ".provider.json",
        ".renewal",
        ".renewal.json",
        ".otel-headers.json",
        ".summary.json",
        ".quota.json",
    ];
    entries(folder, |name| ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

/// What `ccwb package` made: folders named for the time with their checksums, and archives.
fn packages(folder: &Path) -> Vec<PathBuf> {
    let is_package = |name: &str| {
        let is_zip = Path::new(name).extension().is_some_and(|extension| extension == "zip");
        let is_archive = name.starts_with("claude-code-package-") && is_zip;
        is_archive || folder.join(name).join(ccwb_package::CHECKSUMS_FILE).is_file()
    };
    entries(folder, is_package)
}

fn entries(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let wanted = |entry: &std::fs::DirEntry| entry.file_name().to_str().is_some_and(&wanted);
    let mut found: Vec<PathBuf> = entries.filter(wanted).map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Removes files and folders, then the folder that held them if nothing else is in it.
pub(super) fn remove_all(entries: &[PathBuf], folder: &Path) -> Result<(), Failure> {
    for entry in entries {
        let is_folder = entry.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        let removed = if is_folder { std::fs::remove_dir_all(entry) } else { std::fs::remove_file(entry) };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(stuck(entry, &error)),
            _ => {}
        }
    }
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

pub(super) fn stuck(path: &Path, error: &dyn std::error::Error) -> Failure {
    let message = format!("{}: {error}", path.display());
    Failure::new("not-removed", exit::STORE, message, "mend what stands in the way, then run ccwb cleanup again")
}
