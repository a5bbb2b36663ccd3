use std::fs;
use std::io::Write;
use std::path::Path;

use ccwb_package::{PackageError, Platform, Program, Programs, Provenance, sha256};

use crate::support::{BOTH, program, release, tree};

fn from(path: &Path, platforms: &[Platform]) -> Result<Programs, PackageError> {
    Programs::from_release(path, platforms, BOTH)
}

#[test]
fn a_platform_without_its_programs_is_missing_by_name_and_the_others_are_there() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path(), &[Platform::LinuxX64, Platform::Windows]);
    fs::remove_file(folder.path().join("otel-helper-windows.exe")).unwrap();
    let programs = from(folder.path(), Platform::ALL).unwrap();
    let found: Vec<_> = programs.platforms().collect();
    assert_eq!(found, [(Platform::LinuxX64, &Provenance::Release)]);
    let windows = programs.missing().iter().find(|missing| missing.platform == Platform::Windows).unwrap();
    assert!(windows.reason.ends_with("holds no otel-helper-windows.exe"), "{}", windows.reason);
    assert_eq!(programs.missing().len(), 4);
    // Without monitoring nobody needs the helper.
    let programs = Programs::from_release(folder.path(), &[Platform::Windows], &[Program::CredentialProcess]).unwrap();
    assert_eq!(programs.missing(), []);
}

#[test]
fn a_program_that_was_changed_is_refused_with_both_checksums() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path(), Platform::ALL);
    let path = folder.path().join("credential-process-linux-x64");
    let changed = program(Platform::LinuxX64, "credential-process!");
    fs::write(&path, &changed).unwrap();
    let error = from(folder.path(), Platform::ALL).unwrap_err();
    assert!(matches!(error, PackageError::WrongChecksum { .. }), "{error}");
    assert!(error.to_string().contains(&sha256(&changed)) && error.to_string().contains("linux-x64"), "{error}");
}

#[test]
fn a_program_that_the_list_does_not_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path(), &[Platform::LinuxX64]);
    fs::write(folder.path().join("SHA256SUMS"), "").unwrap();
    let error = from(folder.path(), &[Platform::LinuxX64]).unwrap_err();
    assert!(matches!(error, PackageError::Unlisted { .. }), "{error}");
}

#[test]
fn a_release_without_a_list_or_with_a_broken_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path(), &[Platform::LinuxX64]);
    let list = folder.path().join("SHA256SUMS");
    fs::write(&list, "hello\n").unwrap();
    let error = from(folder.path(), &[Platform::LinuxX64]).unwrap_err();
    assert!(matches!(error, PackageError::BadChecksums { line: 1, .. }), "{error}");
    fs::remove_file(list).unwrap();
    let error = from(folder.path(), &[Platform::LinuxX64]).unwrap_err();
    assert!(matches!(error, PackageError::NoChecksums { .. }), "{error}");
}

#[test]
fn a_program_under_the_name_of_another_platform_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path(), &[Platform::LinuxX64]);
    let bytes = program(Platform::LinuxX64, "credential-process");
    fs::write(folder.path().join("credential-process-macos-arm64"), &bytes).unwrap();
    fs::write(folder.path().join("otel-helper-macos-arm64"), &bytes).unwrap();
    let sum = sha256(&bytes);
    let list = format!("{sum}  credential-process-macos-arm64\n{sum}  otel-helper-macos-arm64\n");
    fs::write(folder.path().join("SHA256SUMS"), list).unwrap();
    let error = from(folder.path(), &[Platform::MacosArm64]).unwrap_err();
    assert!(
        error.to_string().ends_with("is not a program for macos-arm64: it is a program for Linux on x86-64"),
        "{error}"
    );
}

#[test]
fn a_zip_and_a_tar_gz_of_a_release_are_as_good_as_its_folder() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    release(folder.path(), Platform::ALL);
    let (zip_path, tar_path) = (other.path().join("release.zip"), other.path().join("release.tar.gz"));
    let mut zip = zip::ZipWriter::new(fs::File::create(&zip_path).unwrap());
    let gzip = flate2::write::GzEncoder::new(fs::File::create(&tar_path).unwrap(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    for (name, bytes) in tree(folder.path()) {
        zip.start_file(format!("ccwb-1.0/{name}"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o755);
        tar.append_data(&mut header, format!("ccwb-1.0/{name}"), bytes.as_slice()).unwrap();
    }
    zip.finish().unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    for path in [zip_path, tar_path] {
        assert_eq!(from(&path, Platform::ALL).unwrap().platforms().count(), 5, "{}", path.display());
    }
}

#[test]
fn an_archive_cannot_write_outside_of_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evil.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file("../../escaped", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"x").unwrap();
    zip.finish().unwrap();
    let error = from(&path, Platform::ALL).unwrap_err();
    assert!(matches!(error, PackageError::NoChecksums { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_neither_a_folder_nor_an_archive_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.zip");
    fs::write(&path, "<html>").unwrap();
    for path in [path, folder.path().join("absent")] {
        let error = from(&path, Platform::ALL).unwrap_err();
        assert!(matches!(error, PackageError::NotARelease { .. }), "{error}");
    }
}
