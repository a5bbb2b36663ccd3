//! The programs of a package, and what is known of where they come from.

use std::path::PathBuf;

use crate::kind;
use crate::platform::Platform;

/// A program that users get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// `credential-process`.
    CredentialProcess,
    /// `otel-helper`.
    OtelHelper,
}

impl Program {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CredentialProcess => "credential-process",
            Self::OtelHelper => "otel-helper",
        }
    }

    /// Its name in a package and in a release.
    pub fn file_name(self, platform: Platform) -> String {
        format!("{}-{}{}", self.name(), platform.name(), platform.suffix())
    }

    /// What a package holds.
    pub fn wanted(monitoring: bool) -> &'static [Self] {
        if monitoring { &[Self::CredentialProcess, Self::OtelHelper] } else { &[Self::CredentialProcess] }
    }
}

/// Where a platform's programs come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// From a release, each file as its SHA256SUMS lists it.
    Release,
    /// Built here by cargo for this target, in a container if `docker`.
    Built {
        /// Rust's name of the target.
        target: String,
        /// Whether Docker ran the build.
        docker: bool,
    },
}

/// A platform's programs.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) platform: Platform,
    pub(crate) provenance: Provenance,
    pub(crate) files: Vec<(Program, PathBuf)>,
}

/// A platform whose programs could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The platform.
    pub platform: Platform,
    /// Why.
    pub reason: String,
}

/// What could be had and what could not.
#[derive(Debug, Default)]
pub struct Programs {
    pub(crate) found: Vec<Found>,
    pub(crate) missing: Vec<Missing>,
    /// What must stay until the package is written.
    pub(crate) _unpacked: Option<tempfile::TempDir>,
}

impl Programs {
    /// The platforms that could be had, in the order of [`Platform::ALL`], and where from.
    pub fn platforms(&self) -> impl Iterator<Item = (Platform, &Provenance)> {
        self.found.iter().map(|found| (found.platform, &found.provenance))
    }

    /// The platforms that were asked for and could not be had.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The oldest glibc that a Linux program of these needs, as `2.34`, with its platform; none where none is needed.
    pub fn glibc_needed(&self) -> Vec<(Platform, String)> {
        let needed = self.found.iter().filter_map(|found| {
            let newest =
                found.files.iter().filter_map(|(_, path)| kind::glibc_needed(&std::fs::read(path).ok()?)).max()?;
            Some((found.platform, format!("{}.{}", newest.0, newest.1)))
        });
        needed.collect()
    }

    pub(crate) fn sort(&mut self) {
        self.found.sort_by_key(|found| found.platform);
        self.missing.sort_by_key(|missing| missing.platform);
    }
}
