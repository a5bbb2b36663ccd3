//! An administrator's computer.

use std::fs;
use std::path::{Path, PathBuf};

use ccwb_tests::{Home, LIMIT, Output, run};
use serde_json::Value;

pub(crate) struct Desk {
    pub(crate) home: Home,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { home: Home::new() }
    }

    /// One that the guidance's program was used on, with one profile as it left it.
    pub(crate) fn with_profile(name: &str, text: &str) -> Self {
        let desk = Self::new();
        desk.home.write(format!(".ccwb/profiles/{name}.json"), text);
        desk.home.write(
            ".ccwb/config.json",
            &format!(
                "{{\n  \"schema_version\": \"2.0\",\n  \"active_profile\": \"{name}\",\n  \"profiles_dir\": \"/x\"\n}}"
            ),
        );
        desk
    }

    /// `ccwb ARGUMENTS`.
    pub(crate) fn ccwb(&self, arguments: &[&str]) -> Output {
        run(&mut self.home.ccwb(arguments), LIMIT).expect("it ends in time")
    }

    /// `ccwb ARGUMENTS` that has to succeed; its JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ccwb(arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}: {}{}", output.stdout, output.stderr);
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", output.stdout))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(format!(".ccwb/profiles/{name}.json"))
    }

    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("there is such a profile")
    }

    #[track_caller]
    pub(crate) fn profile(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).expect("a profile is JSON")
    }
}

/// A failed command, by its exit code and the code of its error.
#[track_caller]
pub(crate) fn is_error(output: &Output, exit: i32, code: &str) {
    assert_eq!(output.code, Some(exit), "{}{}", output.stdout, output.stderr);
    assert!(output.stderr.starts_with(&format!("error[{code}]: ")), "{}", output.stderr);
    let last = output.stderr.lines().last().unwrap_or_default();
    assert!(last.starts_with("hint: "), "{}", output.stderr);
}

/// Profiles as the guidance's program left them, by file name.
pub(crate) fn fixtures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ccwb-admin/fixtures");
    let entries = fs::read_dir(folder).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(path).expect("a fixture is text"))
    };
    files.into_iter().map(read).collect()
}

#[track_caller]
pub(crate) fn fixture(name: &str) -> String {
    fixtures().into_iter().find(|(file, _)| file == name).expect("there is such a fixture").1
}
