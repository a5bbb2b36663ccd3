//! The session file: private, and one that can be read. Its values are looked at by nobody here.

use std::collections::BTreeMap;
use std::path::Path;

use ccwb_store::private_file;

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;

pub(super) const NAME: &str = "session-file";

pub(super) fn check(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    vec![look_at(&context.state.session_file(&context.profile.name), &context.command_line(&["login"]))]
}

fn look_at(path: &Path, login: &str) -> Finding {
    let shown = path.display();
    let bytes = match private_file::read(path) {
        Ok(None) => return Finding::ok(NAME, "there is none"),
        Ok(Some(bytes)) => bytes,
        Err(error) => return Finding::failed(NAME, error.to_string(), format!("remove it, then run {login}")),
    };
    if let Some(mode) = others_can_read(path) {
        return Finding::failed(
            NAME,
            format!("{shown} can be read by others (mode {mode:03o}); it holds tokens and credentials"),
            format!("run {login} --force, which replaces it; other users may have copies"),
        );
    }
    match serde_json::from_slice::<BTreeMap<String, String>>(&bytes) {
        Ok(values) => {
            let names: Vec<String> = values.into_keys().filter(|name| name.len() < 20).collect();
            Finding::ok(NAME, format!("private; holds {}", names.join(", ")))
        }
        Err(_) => Finding::warning(
            NAME,
            format!("{shown} is damaged, so what was in it is lost"),
            format!("run {login}, which replaces it"),
        ),
    }
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let mode = std::fs::metadata(path).ok()?.mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> Option<u32> {
    None
}
