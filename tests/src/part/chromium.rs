use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{installed, node_package, program_on_path, source};

/// A real Chromium that signs in by itself: `$BROWSER` for [`crate::Home::set_envs`].
#[derive(Debug)]
pub struct Chromium {
    scratch: TempDir,
    choices: Vec<(&'static str, OsString)>,
}

impl Chromium {
    /// A browser whose user is `alice`; `None` where Chromium or its driver is not installed.
    ///
    /// # Panics
    ///
    /// If the temporary folder cannot be written.
    pub fn find() -> Option<Self> {
        let chromium = program_on_path("chromium")?;
        node_package("playwright-core")?;
        let scratch = tempfile::tempdir().expect("the temporary folder can be written");
        Some(Self { scratch, choices: vec![("CHROMIUM", chromium.into())] })
    }

    /// Signs in as somebody else: `noemail`, `utf8`, `many` and `bigsub` are special at [`super::OidcProvider`].
    #[must_use]
    pub fn signing_in_as(self, login: &str) -> Self {
        self.choosing("LOGIN", login)
    }

    /// Presses Cancel.
    #[must_use]
    pub fn cancelling(self) -> Self {
        self.choosing("ABORT", "1")
    }

    /// Types the code of a device sign-in.
    #[must_use]
    pub fn with_user_code(self, code: &str) -> Self {
        self.choosing("USER_CODE", code)
    }

    /// Renders for `dark` or `light`.
    #[must_use]
    pub fn with_theme(self, theme: &str) -> Self {
        self.choosing("THEME", theme)
    }

    /// Renders that wide, in pixels.
    #[must_use]
    pub fn with_width(self, width: u32) -> Self {
        self.choosing("WIDTH", width.to_string())
    }

    /// Takes a picture (PNG) of the last page.
    #[must_use]
    pub fn with_screenshot(self, path: &Path) -> Self {
        self.choosing("SHOT", path)
    }

    /// Takes pictures of the last page in every look: `PREFIX-light-1000.png`, `-light-390`, `-dark-1000`, `-dark-390`.
    #[must_use]
    pub fn with_screenshots(self, prefix: &Path) -> Self {
        self.choosing("SHOTS", prefix)
    }

    /// The same of the first page.
    #[must_use]
    pub fn with_screenshots_of_the_first_page(self, prefix: &Path) -> Self {
        self.choosing("FIRST_SHOTS", prefix)
    }

    /// The program itself: `login.mjs URL`.
    pub fn program(&self) -> PathBuf {
        source("browser/login.mjs")
    }

    /// A page of somebody else that attacks a callback port: `hostile.mjs PORT`.
    pub fn hostile_page(&self) -> PathBuf {
        source("browser/hostile.mjs")
    }

    /// `BROWSER`, and what the browser reads.
    pub fn as_browser_env(&self) -> Vec<(&'static str, OsString)> {
        let mut variables = vec![
            ("BROWSER", self.program().into()),
            ("CCWB_PARTS", installed().into()),
            ("PAGE_TEXT", self.page_file().into()),
            ("BROWSER_LOG", self.log_file().into()),
        ];
        variables.extend(self.choices.iter().cloned());
        variables
    }

    /// The text of the last page, when the browser has arrived there.
    ///
    /// # Panics
    ///
    /// If it does not arrive in time, with what it did instead.
    pub fn page_text(&self, limit: Duration) -> String {
        let deadline = Instant::now() + limit;
        loop {
            if let Ok(text) = fs::read_to_string(self.page_file()) {
                return text;
            }
            assert!(Instant::now() < deadline, "the browser did not arrive:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it did, one line for each step; a line with `opens` for each window.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn choosing(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.choices.push((name, value.into()));
        self
    }

    fn page_file(&self) -> PathBuf {
        self.scratch.path().join("page.txt")
    }

    fn log_file(&self) -> PathBuf {
        self.scratch.path().join("browser.log")
    }
}
