//! `install` and `uninstall`: a package into this user's home, and out of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ccwb_config::Config;
use ccwb_install::{InstallError, InstallFolder, Outcome, Piece};

use super::{logout, settings};
use crate::cli::{Install, InstallSettings, Uninstall, UninstallSettings};
use crate::codes;
use crate::error::Error;
use crate::output;
use crate::world::World;

const FOLDER: &str = "claude-code-with-bedrock";

/// The scripts that stay, so that people can uninstall without the package.
const SCRIPTS: &[&str] = if cfg!(windows) { &["uninstall.ps1", "uninstall.bat"] } else { &["uninstall.sh"] };

/// Installs a package, or shows what would be done.
pub(crate) fn run(world: &World, profile: Option<&str>, wanted: &Install) -> Result<(), Error> {
    settings::refuse_sudo(world)?;
    let package = match &wanted.package {
        Some(package) => package.clone(),
        None => world.executable.parent().map(Path::to_owned).unwrap_or_default(),
    };
    let config = package.join("config.json");
    let name = chosen_profile(&config, profile)?;
    let pieces = pieces(&package)?;
    let folder = folder(world, None)?;

    let mut text = format!("{}:\n", folder.path().display());
    let outcomes = if wanted.dry_run { folder.plan(&pieces) } else { folder.install(&pieces) };
    for (piece, outcome) in pieces.iter().zip(outcomes.map_err(InstallError::from)?) {
        let _ = writeln!(text, "  {:<9} {}", in_words(outcome), piece.name);
    }
    output::text(&text)?;

    let program = folder.path().join(format!("credential-process{}", std::env::consts::EXE_SUFFIX));
    let installed = world.for_program_at(program, Some(&config));
    let (template, is_managed) = template(&package);
    let persons = InstallSettings {
        managed: None,
        settings: None,
        profile_mode: wanted.profile_mode,
        from: template.clone(),
        aws_config: true,
        remove_static_keys: wanted.remove_static_keys,
        dry_run: wanted.dry_run,
        json: false,
        helper_to_come: pieces.iter().any(|piece| piece.name.starts_with("otel-helper")),
        older_comes_back: true,
        without_claude_code: is_managed,
    };
    settings::install(&installed, Some(&name), &persons)?;
    let here = world.for_program_at(installed.executable.clone(), None);
    if let Some(template) = template.filter(|_| is_managed) {
        // The machine's settings are an administrator's to write, the rest is this person's.
        let template = template.to_string_lossy();
        let line = here.command_line(Some(&name), &["install-settings", "--managed", "--from", &template]);
        output::text(&format!(
            "The machine's settings of Claude Code come next. As an administrator, run:\n  sudo {line}\n"
        ))?;
    }
    if wanted.dry_run {
        return Ok(());
    }
    let login = here.command_line(Some(&name), &["login"]);
    output::text(&format!(
        "\nInstalled. Start claude: the first time your browser opens for the sign-in.\nTo sign in now: {login}\n"
    ))
}

/// Takes an install back, or shows what would be done. What cannot be taken back is said and is no reason to leave the rest.
pub(crate) fn undo(world: &World, wanted: &Uninstall) -> Result<ExitCode, Error> {
    settings::refuse_sudo(world)?;
    let folder = folder(world, wanted.installed.as_deref())?;
    let program = folder.path().join(format!("credential-process{}", std::env::consts::EXE_SUFFIX));
    let installed = world.for_program_at(program, None);
    if let Some(file) = settings::managed_settings_that_start(folder.path()).filter(|_| !wanted.dry_run) {
        let message = format!("{} starts this program for everybody on this machine", file.display());
        let line = installed.command_line(None, &["uninstall-settings", "--managed"]);
        return Err(Error::new(
            codes::MANAGED_SETTINGS,
            message,
            format!("as an administrator, run sudo {line}; then this again"),
        ));
    }
    let mut outcome = ExitCode::SUCCESS;
    if !wanted.dry_run && folder.path().join("config.json").is_file() {
        match logout::everything(&installed) {
            Ok(code) => outcome = code,
            Err(error) => outcome = error.report(),
        }
    }
    settings::uninstall(&installed, &UninstallSettings { managed: false, dry_run: wanted.dry_run, json: false })?;
    let removal = if wanted.dry_run { folder.plan_removal() } else { folder.remove() };
    let removal = removal.map_err(InstallError::from)?;
    let mut text = format!("{}:\n", folder.path().display());
    let lines = [("removed", &removal.removed), ("restored", &removal.restored), ("left", &removal.left)];
    for (word, names) in lines {
        for name in names {
            let _ = writeln!(text, "  {word:<9} {name}");
        }
    }
    if !removal.left.is_empty() {
        text.push_str("What is left was changed by somebody since it was installed.\n");
    }
    output::text(&text)?;
    Ok(outcome)
}

fn in_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::New => "new",
        Outcome::Same => "unchanged",
        Outcome::Updated => "updated",
        Outcome::TakenOver => "replaced",
    }
}

/// The profile whose settings Claude Code gets.
fn chosen_profile(config: &Path, profile: Option<&str>) -> Result<String, Error> {
    let missing = || {
        let message = format!("{} is not there: that folder is no package", config.display());
        Error::new(codes::PACKAGE_MISSING, message, "name the unpacked package with --package")
    };
    let text = std::fs::read_to_string(config).map_err(|_| missing())?;
    let config = Config::from_text(config, text);
    let name = profile.map_or_else(|| config.default_profile(), |name| Ok(name.to_owned()))?;
    config.profile(&name)?;
    Ok(name)
}

/// The files of the package that go into the install folder, by the names that they have there.
fn pieces(package: &Path) -> Result<Vec<Piece>, Error> {
    let suffix = std::env::consts::EXE_SUFFIX;
    let mut pieces = Vec::new();
    let mut add = |from: PathBuf, name: String, executable, is_needed| match std::fs::read(&from) {
        Ok(bytes) => {
            pieces.push(Piece { name, bytes, executable });
            Ok(())
        }
        Err(error) if is_needed || error.kind() != std::io::ErrorKind::NotFound => {
            let message = format!("could not read {}: {error}", from.display());
            Err(Error::new(codes::PACKAGE_MISSING, message, "get the package again, and unpack all of it"))
        }
        Err(_) => Ok(()),
    };
    for (program, is_needed) in [("credential-process", true), ("otel-helper", false)] {
        add(package.join(format!("{program}-{}{suffix}", platform())), format!("{program}{suffix}"), true, is_needed)?;
    }
    add(package.join("config.json"), "config.json".to_owned(), false, true)?;
    for script in SCRIPTS {
        add(package.join(script), (*script).to_owned(), true, false)?;
    }
    Ok(pieces)
}

/// The platform that this program was built for, as files of a package name it.
fn platform() -> &'static str {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "macos-arm64",
        ("macos", _) => "macos-intel",
        ("windows", _) => "windows",
        (_, "aarch64") => "linux-arm64",
        _ => "linux-x64",
    }
}

/// Claude Code's settings in the package, and whether they are the machine's.
fn template(package: &Path) -> (Option<PathBuf>, bool) {
    let file = |name: &str| Some(package.join("claude-settings").join(name)).filter(|path| path.is_file());
    match file("managed-settings.json") {
        Some(managed) => (Some(managed), true),
        None => (file("settings.json"), false),
    }
}

fn folder(world: &World, named: Option<&Path>) -> Result<InstallFolder, Error> {
    let default = || world.places().home().map(|home| home.join(FOLDER)).ok_or(ccwb_config::ConfigError::NoHome);
    Ok(InstallFolder::new(named.map_or_else(default, |path| Ok(path.to_owned()))?))
}
