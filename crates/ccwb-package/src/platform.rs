//! The platforms that a package can serve.

use std::fmt;

/// An operating system and a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// macOS on Apple's processors.
    MacosArm64,
    /// macOS on Intel.
    MacosIntel,
    /// Linux on x86-64.
    LinuxX64,
    /// Linux on 64-bit Arm.
    LinuxArm64,
    /// Windows on x86-64, which Windows on Arm runs too.
    Windows,
}

impl Platform {
    /// All of them, in the order of every list that people see.
    pub const ALL: &[Self] = &[Self::MacosArm64, Self::MacosIntel, Self::LinuxX64, Self::LinuxArm64, Self::Windows];

    /// Its name in file names and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::MacosArm64 => "macos-arm64",
            Self::MacosIntel => "macos-intel",
            Self::LinuxX64 => "linux-x64",
            Self::LinuxArm64 => "linux-arm64",
            Self::Windows => "windows",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::MacosArm64 => "macOS, Apple silicon",
            Self::MacosIntel => "macOS, Intel",
            Self::LinuxX64 => "Linux, x86-64",
            Self::LinuxArm64 => "Linux, Arm",
            Self::Windows => "Windows",
        }
    }

    /// The platforms that a word of the command line names: one of them, `macos`, `linux`, or `all`.
    pub fn named(word: &str) -> Option<Vec<Self>> {
        let fits = |platform: &&Self| {
            word == "all" || platform.name() == word || platform.name().split('-').next() == Some(word)
        };
        Some(Self::ALL.iter().filter(fits).copied().collect::<Vec<_>>()).filter(|found| !found.is_empty())
    }

    /// The platform that this program runs on, if a package can serve it.
    pub fn host() -> Option<Self> {
        Some(match (std::env::consts::OS, std::env::consts::ARCH) {
            ("macos", "aarch64") => Self::MacosArm64,
            ("macos", "x86_64") => Self::MacosIntel,
            ("linux", "x86_64") => Self::LinuxX64,
            ("linux", "aarch64") => Self::LinuxArm64,
            ("windows", _) => Self::Windows,
            _ => return None,
        })
    }

    /// What an executable's name ends with.
    pub fn suffix(self) -> &'static str {
        if self == Self::Windows { ".exe" } else { "" }
    }

    /// Rust's names of the targets that make programs for it, the best first: on Linux one that needs no C library of
    /// the machine, then one that needs a C library.
    pub fn targets(self) -> &'static [&'static str] {
        match self {
            Self::MacosArm64 => &["aarch64-apple-darwin"],
            Self::MacosIntel => &["x86_64-apple-darwin"],
            Self::LinuxX64 => &["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"],
            Self::LinuxArm64 => &["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"],
            Self::Windows => &["x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"],
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_one_platform_or_a_family_or_all() {
        assert_eq!(Platform::named("linux-x64").unwrap(), [Platform::LinuxX64]);
        assert_eq!(Platform::named("linux").unwrap(), [Platform::LinuxX64, Platform::LinuxArm64]);
        assert_eq!(Platform::named("macos").unwrap(), [Platform::MacosArm64, Platform::MacosIntel]);
        assert_eq!(Platform::named("windows").unwrap(), [Platform::Windows]);
        assert_eq!(Platform::named("all").unwrap(), Platform::ALL);
        assert_eq!(Platform::named("x64"), None);
        assert_eq!(Platform::named(""), None);
    }
}
