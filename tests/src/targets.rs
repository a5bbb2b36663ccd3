//! Finds test files that no test target compiles: a forgotten `mod` line makes a test that never fails.

use std::fs;
use std::path::{Path, PathBuf};

/// What is wrong with the test targets of this package, one line each.
///
/// Every folder with a `main.rs` must be named in Cargo.toml, every file in it by a `mod` line above it, and every ignored
/// test must say which part it needs, so that `tests/run` can install it.
///
/// # Panics
///
/// If the package's own files cannot be read.
pub fn complaints(package: &Path) -> Vec<String> {
    let manifest = read(&package.join("Cargo.toml"));
    let mut complaints = Vec::new();
    for folder in folders(package).filter(|folder| folder.join("main.rs").is_file()) {
        let main = folder.join("main.rs");
        let declared = format!("path = \"{}\"", main.strip_prefix(package).expect("it is below").display());
        if !manifest.contains(&declared) {
            complaints.push(format!("Cargo.toml has no target with {declared}"));
        }
        complaints.extend(forgotten_modules(&folder, &main));
        complaints.extend(rust_files(&folder).iter().flat_map(|file| unexplained_ignores(file)));
    }
    complaints
}

/// Files below `folder` that `parent`, whose modules they would be, does not name.
fn forgotten_modules(folder: &Path, parent: &Path) -> Vec<String> {
    let source = read(parent);
    let mut complaints = Vec::new();
    for path in entries(folder).into_iter().filter(|path| path != parent && has_rust(path)) {
        let module = path.file_stem().expect("an entry has a name").to_string_lossy().into_owned();
        if !source.lines().any(|line| line.trim_start_matches("pub ").trim() == format!("mod {module};")) {
            complaints.push(format!("{} has no `mod {module};` for {}", parent.display(), path.display()));
        }
        if path.is_dir() {
            let own = [path.join("mod.rs"), path.with_extension("rs")].into_iter().find(|file| file.is_file());
            match own {
                Some(own) => complaints.extend(forgotten_modules(&path, &own)),
                None => complaints.push(format!("{} has no mod.rs", path.display())),
            }
        }
    }
    complaints
}

fn unexplained_ignores(file: &Path) -> Vec<String> {
    read(file)
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with("#[ignore") && !line.contains("#[ignore = \"needs "))
        .map(|(index, _)| format!("{}:{}: an ignored test says #[ignore = \"needs ..\"]", file.display(), index + 1))
        .collect()
}

fn has_rust(path: &Path) -> bool {
    is_rust(path) || (path.is_dir() && !rust_files(path).is_empty())
}

fn is_rust(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| extension == "rs")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let (folders, files): (Vec<_>, Vec<_>) = entries(folder).into_iter().partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| rust_files(folder));
    files.into_iter().filter(|path| is_rust(path)).chain(below).collect()
}

fn folders(package: &Path) -> impl Iterator<Item = PathBuf> {
    entries(package).into_iter().filter(|path| path.is_dir())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder can be read to its end").path())
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_target_compiles_is_named() {
        let package = tempfile::tempdir().expect("the temporary folder can be written");
        let write = |path: &str, content: &str| {
            let path = package.path().join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        };
        write("Cargo.toml", "path = \"good/main.rs\"\n");
        write("good/main.rs", "mod one;\nmod many;\n");
        write("good/one.rs", "#[ignore]\n#[ignore = \"needs chromium\"]\n");
        write("good/many/mod.rs", "// mod lost;\n");
        write("good/many/lost.rs", "");
        write("undeclared/main.rs", "");

        let mut complaints = complaints(package.path());
        complaints.sort();
        assert_eq!(complaints.len(), 3, "{complaints:#?}");
        assert!(complaints.iter().any(|line| line.contains("one.rs:1: an ignored test")));
        assert!(complaints.iter().any(|line| line.contains("no `mod lost;`")));
        assert!(complaints.iter().any(|line| line.contains("undeclared/main.rs")));
    }
}
