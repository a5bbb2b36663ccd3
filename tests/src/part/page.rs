//! A page in a real Chromium, looked over by axe.

use std::path::Path;
use std::process::Command;

use super::{node, node_package, program_on_path};
use crate::Home;

/// Opens a file in light and dark, wide and narrow, and prints what is wrong with it as JSON: `violations` of axe, `errors` of the
/// page, `requests` that it made, `overflow` in pixels, and what sorting with the keyboard did. Takes pictures: `PREFIX-LOOK.png`.
/// `None` where Chromium, its driver or axe is not installed.
pub fn inspect_page(home: &Home, file: &Path, pictures: &Path) -> Option<Command> {
    let chromium = program_on_path("chromium")?;
    node_package("playwright-core")?;
    node_package("axe-core")?;
    let mut command = node(home, "browser/inspect.mjs");
    command.arg(file).arg(pictures).env("CHROMIUM", chromium);
    Some(command)
}
