use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ccwb_package::{Checksums, Package, Platform, Program, SettingsFile, sha256};

pub(crate) use crate::programs::program;

/// A release folder with every program for these platforms, and its list.
pub(crate) fn release(folder: &Path, platforms: &[Platform]) {
    let mut text = String::new();
    for &platform in platforms {
        for wanted in [Program::CredentialProcess, Program::OtelHelper] {
            let (name, bytes) = (wanted.file_name(platform), program(platform, wanted.name()));
            let _ = writeln!(text, "{}  {name}", sha256(&bytes));
            fs::write(folder.join(name), bytes).expect("a temporary folder can be read and written");
        }
    }
    fs::write(folder.join("SHA256SUMS"), text).expect("a temporary folder can be read and written");
}

pub(crate) const BOTH: &[Program] = &[Program::CredentialProcess, Program::OtelHelper];

pub(crate) const PACKAGE: Package<'_> = Package {
    config: "{\"ClaudeCode\":{}}\n",
    settings: "{\"env\":{}}\n",
    settings_file: SettingsFile::User,
    readme: "# Read me\n",
};

/// What lies below a folder, by path, with its bytes.
pub(crate) fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a temporary folder can be read and written") {
            let path: PathBuf = entry.expect("a temporary folder can be read and written").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("a temporary folder can be read and written")
                    .to_str()
                    .expect("a temporary folder can be read and written")
                    .replace('\\', "/");
                found.push((name, fs::read(path).expect("a temporary folder can be read and written")));
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn checksums(text: &str) -> Checksums {
    Checksums::parse(text).expect("it is a list of checksums")
}
