//! Who else can change what decides where a person signs in: config.json, and the program itself.

use std::path::Path;

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;

pub(super) const CONFIG: &str = "config-file";
pub(super) const PROGRAM: &str = "program-file";

pub(super) fn check_config(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    vec![check(CONFIG, context.config.path())]
}

pub(super) fn check_program(case: &Case<'_>) -> Vec<Finding> {
    vec![check(PROGRAM, &case.world.executable)]
}

fn check(name: &'static str, path: &Path) -> Finding {
    if cfg!(not(unix)) {
        return Finding::skipped(name, "who can change a file is looked at on Unix only");
    }
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match others(&real) {
        None => Finding::ok(name, format!("{} can be changed by you only", path.display())),
        Some(Others { path, who: Who::Everybody }) => Finding::failed(
            name,
            format!("everybody on this machine can change {path}"),
            format!("chmod o-w {}", quoted(&path)),
        ),
        Some(Others { path, who: Who::Group(group) }) => Finding::warning(
            name,
            format!("the group {group} can change {path}"),
            format!("chmod g-w {}", quoted(&path)),
        ),
        Some(Others { path, who: Who::User(user) }) => Finding::failed(
            name,
            format!("{path} belongs to another user ({user})"),
            "install the package from your administrator again",
        ),
    }
}

fn quoted(path: &str) -> String {
    shlex::try_quote(path).map_or_else(|_| path.to_owned(), Into::into)
}

struct Others {
    path: String,
    who: Who,
}

#[cfg_attr(not(unix), expect(dead_code, reason = "made on Unix only"))]
enum Who {
    Everybody,
    Group(u32),
    User(u32),
}

/// The file or the folder above it that somebody else can change. In a folder with the sticky bit nobody replaces what
/// belongs to others.
#[cfg(unix)]
fn others(file: &Path) -> Option<Others> {
    use std::os::unix::fs::MetadataExt;
    let me = rustix::process::geteuid().as_raw();
    for (depth, path) in file.ancestors().enumerate() {
        let Ok(metadata) = std::fs::metadata(path) else { continue };
        let (mode, owner, group) = (metadata.mode(), metadata.uid(), metadata.gid());
        let sticky = metadata.is_dir() && mode & 0o1000 != 0;
        let near = depth < 2;
        // A group of the same number is the user's own; 0 and macOS's 80 are the administrators'.
        let private_group = group == owner || group == 0 || (cfg!(target_os = "macos") && group == 80);
        let who = match () {
            () if mode & 0o002 != 0 && !sticky => Who::Everybody,
            () if near && owner != me && owner != 0 => Who::User(owner),
            () if near && mode & 0o020 != 0 && !private_group => Who::Group(group),
            () => continue,
        };
        return Some(Others { path: path.display().to_string(), who });
    }
    None
}

#[cfg(not(unix))]
fn others(_: &Path) -> Option<Others> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::commands::doctor::finding::State;

    #[test]
    fn a_folder_that_everybody_can_write_is_found_at_any_height_unless_it_is_sticky() {
        let top = tempfile_folder();
        let folder = top.join("a/b");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("config.json");
        std::fs::write(&file, "{}").unwrap();
        let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(&file, 0o644);
        assert_eq!(check(CONFIG, &file).state, State::Ok);
        for (path, mode, expected) in [
            (&top.join("a"), 0o777, State::Failed),
            (&top.join("a"), 0o1777, State::Ok),
            (&file, 0o646, State::Failed),
            (&file, 0o600, State::Ok),
        ] {
            set(path, mode);
            assert_eq!(check(CONFIG, &file).state, expected, "{} {mode:o}", path.display());
        }
        std::fs::remove_dir_all(top).unwrap();
    }

    fn tempfile_folder() -> std::path::PathBuf {
        // Beside the running test: no ancestor is open to everybody, as the system's temporary folder may be.
        let test = std::env::current_exe().expect("a running program has a path");
        let folder = test.with_file_name(format!("doctor-permissions-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }
}
