use std::fs;
use std::io::Read;

use ccwb_package::{ARCHIVE_FOLDER, Package, PackageError, Platform, Programs, SettingsFile, sha256};

use crate::support::{BOTH, PACKAGE, checksums, release, tree};

#[test]
fn a_package_for_five_platforms_holds_what_users_need_and_checksums_of_all_of_it() {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    release(source.path(), Platform::ALL);
    let programs = Programs::from_release(source.path(), Platform::ALL, BOTH).unwrap();
    let written = PACKAGE.write(&programs, target.path(), "2026-01-02-030405").unwrap();
    assert_eq!(written.folder, target.path().join("2026-01-02-030405"));
    let files = tree(&written.folder);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "README.md",
            "SHA256SUMS",
            "claude-settings/settings.json",
            "config.json",
            "credential-process-linux-arm64",
            "credential-process-linux-x64",
            "credential-process-macos-arm64",
            "credential-process-macos-intel",
            "credential-process-windows.exe",
            "install.bat",
            "install.ps1",
            "install.sh",
            "otel-helper-linux-arm64",
            "otel-helper-linux-x64",
            "otel-helper-macos-arm64",
            "otel-helper-macos-intel",
            "otel-helper-windows.exe",
            "uninstall.bat",
            "uninstall.ps1",
            "uninstall.sh",
        ]
    );
    let sums = checksums(&fs::read_to_string(written.folder.join("SHA256SUMS")).unwrap());
    for (name, bytes) in files.iter().filter(|(name, _)| name != "SHA256SUMS") {
        assert_eq!(sums.get(name), Some(sha256(bytes).as_str()), "{name}");
    }
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 2, "the folder, the archive and nothing temporary");
}

#[test]
fn the_same_inputs_make_the_same_bytes_whatever_the_time() {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    release(source.path(), Platform::ALL);
    let write = |stamp| {
        let programs = Programs::from_release(source.path(), Platform::ALL, BOTH).unwrap();
        PACKAGE.write(&programs, target.path(), stamp).unwrap()
    };
    let (first, second) = (write("2026-01-02-030405"), write("2027-01-02-030405"));
    assert_eq!(tree(&first.folder), tree(&second.folder));
    assert_eq!(first.archive_sha256, second.archive_sha256);
    assert_eq!(fs::read(first.archive).unwrap(), fs::read(second.archive).unwrap());
}

#[test]
#[cfg(unix)]
fn the_archive_is_the_folder_with_its_modes_below_one_folder() {
    use std::os::unix::fs::PermissionsExt;
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    release(source.path(), &[Platform::LinuxX64]);
    let programs = Programs::from_release(source.path(), &[Platform::LinuxX64], BOTH).unwrap();
    let written = PACKAGE.write(&programs, target.path(), "s").unwrap();
    let mut archive = zip::ZipArchive::new(fs::File::open(&written.archive).unwrap()).unwrap();
    let mut seen = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().strip_prefix(&format!("{ARCHIVE_FOLDER}/")).unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let mode = fs::metadata(written.folder.join(&name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(entry.unix_mode().unwrap() & 0o777, mode, "{name}");
        let executable = name.contains("install.sh") || name.contains("-linux-");
        assert_eq!(mode, if executable { 0o755 } else { 0o644 }, "{name}");
        seen.push((name, bytes));
    }
    seen.sort();
    assert_eq!(seen, tree(&written.folder));
}

#[test]
fn windows_scripts_have_windows_line_ends_and_unix_scripts_have_none() {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    release(source.path(), &[Platform::Windows]);
    let programs = Programs::from_release(source.path(), &[Platform::Windows], BOTH).unwrap();
    let written = PACKAGE.write(&programs, target.path(), "s").unwrap();
    for (name, bytes) in tree(&written.folder) {
        let text = String::from_utf8_lossy(&bytes);
        let bare = text.replace("\r\n", "").contains('\n');
        match name.rsplit('.').next() {
            Some("bat" | "ps1") => assert!(text.contains("\r\n") && !bare, "{name}"),
            Some("sh") => assert!(!text.contains('\r'), "{name}"),
            _ => {}
        }
    }
}

#[test]
fn managed_settings_go_under_their_own_name() {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    release(source.path(), &[Platform::Windows]);
    let programs = Programs::from_release(source.path(), &[Platform::Windows], BOTH).unwrap();
    let package = Package { settings_file: SettingsFile::Managed, ..PACKAGE };
    let written = package.write(&programs, target.path(), "s").unwrap();
    assert!(written.folder.join("claude-settings/managed-settings.json").is_file());
    assert!(!written.folder.join("claude-settings/settings.json").exists());
}

#[test]
fn without_a_single_program_there_is_no_package_and_nothing_is_written() {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(source.path().join("SHA256SUMS"), "").unwrap();
    let programs = Programs::from_release(source.path(), Platform::ALL, BOTH).unwrap();
    assert_eq!(programs.missing().len(), 5);
    assert!(matches!(PACKAGE.write(&programs, target.path(), "s"), Err(PackageError::NoPrograms)));
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_of_that_time_that_is_there_already_is_not_overwritten() {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    release(source.path(), &[Platform::Windows]);
    let programs = Programs::from_release(source.path(), &[Platform::Windows], BOTH).unwrap();
    PACKAGE.write(&programs, target.path(), "s").unwrap();
    let error = Package { config: "{}", ..PACKAGE }.write(&programs, target.path(), "s").unwrap_err();
    assert!(matches!(error, PackageError::File { .. }), "{error}");
    assert_eq!(fs::read_to_string(target.path().join("s/config.json")).unwrap(), PACKAGE.config);
}
