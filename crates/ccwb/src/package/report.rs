//! What is said about a package that was made.

use ccwb_admin::AdminProfile;
use ccwb_package::{Programs, Provenance, Written};
use serde_json::{Value, json};

use crate::screen::Screen;

pub(super) fn show(screen: &Screen, as_json: bool, profile: &AdminProfile, programs: &Programs, written: &Written) {
    if as_json {
        return screen.line(format!("{:#}", json(profile, programs, written)));
    }
    screen.title(&format!("Package for {}", profile.name), "");
    for (platform, from) in programs.platforms() {
        screen.done(platform.name(), &in_words(from));
    }
    for missing in programs.missing() {
        screen.skipped(missing.platform.name(), &format!("missing: {}", missing.reason));
    }
    for (platform, version) in programs.glibc_needed() {
        screen.note(&format!(
            "The programs for {platform} need glibc {version} or newer. For older systems: rustup target add {}",
            platform.targets()[0]
        ));
    }
    screen.blank();
    screen.row("Folder", &written.folder.display().to_string());
    screen.row("Archive", &written.archive.display().to_string());
    screen.row("SHA-256", &written.archive_sha256);
    screen.blank();
    screen.ask("Try it as a user would, in a throw-away home: ccwb test");
    screen.ask("Then hand out the archive: users unpack it and run ./install.sh, on Windows install.bat.");
}

fn in_words(from: &Provenance) -> String {
    match from {
        Provenance::Release => "from the release, verified".to_owned(),
        Provenance::Built { target, docker: false } => format!("built here ({target})"),
        Provenance::Built { target, docker: true } => format!("built in Docker ({target})"),
    }
}

fn json(profile: &AdminProfile, programs: &Programs, written: &Written) -> Value {
    let from = |provenance: &Provenance| match provenance {
        Provenance::Release => json!({"from": "release"}),
        Provenance::Built { target, docker } => json!({"from": "build", "target": target, "docker": docker}),
    };
    let platforms: Vec<Value> = programs
        .platforms()
        .map(|(platform, provenance)| {
            let mut value = from(provenance);
            value["platform"] = platform.name().into();
            value
        })
        .collect();
    let missing: Vec<Value> = programs
        .missing()
        .iter()
        .map(|missing| json!({"platform": missing.platform.name(), "reason": missing.reason}))
        .collect();
    json!({
        "profile": profile.name.as_str(),
        "folder": written.folder,
        "archive": written.archive,
        "archive_sha256": written.archive_sha256,
        "platforms": platforms,
        "missing": missing,
        "files": written.files.iter().map(|(name, size)| json!({"name": name, "bytes": size})).collect::<Vec<_>>(),
    })
}
