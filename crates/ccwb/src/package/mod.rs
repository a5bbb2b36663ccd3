//! `ccwb package`: the folder and the archive that users get.

pub(crate) mod programs;
mod readme;
mod report;
mod settings;

use std::path::{Path, PathBuf};

use ccwb_admin::{AdminProfile, SettingsTarget};
use ccwb_config::Config;
use ccwb_package::{Package, Platform, Program, Programs, SettingsFile};
use clap::Args;

use crate::administrator;
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::{self, Surroundings};

/// `ccwb package`.
#[derive(Args, Debug)]
pub(crate) struct PackageArguments {
    /// The administrator's profile [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Platforms that the package must serve: macos-arm64, macos-intel, linux-x64, linux-arm64, windows, macos, linux, all
    ///
    /// A platform that is named and cannot be had is an error. Without this option the package serves as many as can be
    /// had, and the others are listed.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) platform: Vec<String>,

    /// Programs of a release: a folder, .zip or .tar.gz with its SHA256SUMS [default: the folder of ccwb, if it has one]
    #[arg(long, value_name = "PATH", conflicts_with_all = ["build", "source", "docker"])]
    pub(crate) binaries: Option<PathBuf>,

    /// Build the programs here with cargo, for every Rust target that is installed
    #[arg(long)]
    pub(crate) build: bool,

    /// The checkout to build from [default: the one that ccwb was built in]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) source: Option<PathBuf>,

    /// Let Docker build the Linux programs that cargo cannot
    #[arg(long)]
    pub(crate) docker: bool,

    /// Where to write PROFILE/TIME/
    #[arg(short, long, value_name = "FOLDER", default_value = "dist")]
    pub(crate) output: PathBuf,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &PackageArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let screen = Screen::of_process();
    let asked = platforms(&arguments.platform)?;
    let stored = administrator::profile(surroundings, arguments.profile.as_deref())?;
    let profile = stored.profile().map_err(Failure::from)?;
    // Everything that can be wrong with the profile is found before anything is built.
    let texts = Texts::of(&profile)?;

    let wanted = Program::wanted(profile.monitoring.enabled);
    let named = (!arguments.platform.is_empty()).then_some(asked.as_slice());
    let programs = programs::gather(arguments, surroundings, named.unwrap_or(Platform::ALL), wanted)?;
    if named.is_some() && !programs.missing().is_empty() {
        return Err(programs::incomplete(&programs));
    }
    let readme = readme::text(&profile, &programs);
    let below = arguments.output.join(profile.name.as_str());
    let written = texts
        .package(&readme)
        .write(&programs, &below, &free_stamp(&below))
        .map_err(|error| programs::failure(&error))?;
    report::show(&screen, arguments.json, &profile, &programs, &written);
    Ok(())
}

/// Writes a package into a folder, and no archive of it.
pub(crate) fn write_folder(profile: &AdminProfile, programs: &Programs, folder: &Path) -> Result<(), Failure> {
    let readme = readme::text(profile, programs);
    Texts::of(profile)?.package(&readme).write_folder(programs, folder).map_err(|error| programs::failure(&error))
}

/// What a profile puts into its package.
struct Texts {
    config: String,
    settings: String,
    settings_file: SettingsFile,
}

impl Texts {
    fn of(profile: &AdminProfile) -> Result<Self, Failure> {
        let config = profile.user_config_text(&profile.outputs).map_err(Failure::from)?;
        let checked = Config::from_text("config.json".as_ref(), config.clone())
            .profile(profile.name.as_str())
            .map_err(|error| {
                let hint = format!("run ccwb init --profile {}", profile.name);
                Failure::new("profile-value", exit::CONFIG, error.to_string(), hint)
            })?;
        Ok(Self { settings: settings::text(profile, &checked)?, settings_file: settings_file(profile), config })
    }

    fn package<'a>(&'a self, readme: &'a str) -> Package<'a> {
        let Self { config, settings, settings_file } = self;
        Package { config, settings, settings_file: *settings_file, readme }
    }
}

fn platforms(words: &[String]) -> Result<Vec<Platform>, Failure> {
    let mut platforms = Vec::new();
    for word in words {
        let named = Platform::named(word.trim()).ok_or_else(|| {
            let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.name()).collect();
            Failure::new(
                "usage",
                exit::USAGE,
                format!("--platform: there is no platform \"{word}\""),
                format!("choose from {}, macos, linux, all", known.join(", ")),
            )
        })?;
        platforms.extend(named);
    }
    platforms.sort();
    platforms.dedup();
    Ok(platforms)
}

fn settings_file(profile: &AdminProfile) -> SettingsFile {
    match profile.packaging.settings_target {
        SettingsTarget::User => SettingsFile::User,
        SettingsTarget::Managed => SettingsFile::Managed,
    }
}

/// A time for which there is no package yet: a second one in the same second waits for the next.
fn free_stamp(below: &Path) -> String {
    loop {
        let stamp = stamp();
        if !below.join(&stamp).exists() {
            return stamp;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// The time in UTC, as in the guidance's folders.
fn stamp() -> String {
    let time = chrono::DateTime::from_timestamp(surroundings::unix_time(), 0).unwrap_or_default();
    time.format("%Y-%m-%d-%H%M%S").to_string()
}
