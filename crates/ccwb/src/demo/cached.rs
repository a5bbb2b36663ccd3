//! Step 4: what rests where. Names, modes and sizes; never contents.

use std::path::Path;

use super::stage::Stage;
use crate::failure::Failure;
use crate::screen::Screen;

pub(crate) async fn run(screen: &Screen, stage: &Stage) -> Result<(), Failure> {
    list_files(screen, stage);
    screen.command("credential-process status");
    for line in stage.ask(&["status"]).await?.stdout.lines() {
        screen.quote(line);
    }
    Ok(())
}

/// Folder by folder.
fn list_files(screen: &Screen, stage: &Stage) {
    let home = stage.home.path();
    let mut last = None;
    for file in stage.home.files() {
        let folder = file.parent().and_then(|folder| folder.strip_prefix(&home).ok()).map(Path::to_owned);
        if folder != last {
            screen.line(format!("    ~/{}", folder.as_deref().unwrap_or(Path::new("")).display()));
            last = folder;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        screen.line(format!("      {}  {name}", mode_and_size(&file)));
    }
}

fn mode_and_size(file: &Path) -> String {
    let Ok(metadata) = file.symlink_metadata() else { return "gone".to_owned() };
    format!("{} {:>5} B", mode(&metadata), metadata.len())
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> String {
    use std::os::unix::fs::PermissionsExt;
    format!("{:04o}", metadata.permissions().mode() & 0o7777)
}

/// Windows has no modes; the folder's access list decides.
#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> String {
    "    ".to_owned()
}
