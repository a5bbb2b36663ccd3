use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};

use super::installed;
use super::presence::present;

/// The real Claude Code from npm: a program for this platform, which needs no Node.
#[derive(Clone, Debug)]
pub struct ClaudeCode {
    program: PathBuf,
}

/// The versions that are installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaudeCodeVersion {
    /// The newest one of npm when the lock file was made.
    Newest,
    /// 2.1.197, of the last family without a credential cache: it asks for credentials at every API request, several times at
    /// once, and at once again where that fails.
    Uncached,
}

impl ClaudeCodeVersion {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Newest, Self::Uncached];

    fn folder(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Uncached => "2.1.197",
        }
    }
}

impl ClaudeCode {
    /// `None` where it is not installed.
    pub fn find(version: ClaudeCodeVersion) -> Option<Self> {
        let architecture = if ARCH == "aarch64" { "arm64" } else { "x64" };
        let system = if OS == "macos" { "darwin" } else { OS };
        // The package that people install only links to this one, by a script that we do not run.
        let package = format!("@anthropic-ai/claude-code-{system}-{architecture}");
        let folder = installed().join("claude-code").join(version.folder());
        let program = folder.join("node_modules").join(&package).join("claude");
        present(&format!("npm {package} ({})", version.folder()), program.is_file()).then_some(Self { program })
    }

    /// `claude` itself.
    pub fn program(&self) -> &Path {
        &self.program
    }
}
