//! What can be wrong with a configuration. Each message names the file, the profile and the key.

use std::path::PathBuf;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No file at any of the places that are searched.
    #[error("no config.json found; looked in {}", list(.searched))]
    NotFound {
        /// The files that were tried, in order.
        searched: Vec<PathBuf>,
    },
    /// The file is there and cannot be read.
    #[error("could not read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is larger than any real configuration.
    #[error("{} is larger than {limit} bytes, which no configuration is", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is not a JSON object of profiles.
    #[error("{} is not a valid configuration: {}", .path.display(), plain(.problem))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column where JSON itself is broken.
        problem: String,
    },
    /// The profile that was asked for is not in the file.
    #[error("{} has no profile \"{}\"; it has {}", .path.display(), plain(.profile), plain(&quoted(.available)))]
    UnknownProfile {
        /// The file.
        path: PathBuf,
        /// The profile that was asked for.
        profile: String,
        /// The profiles in the file.
        available: Vec<String>,
    },
    /// One value is missing or not of its form.
    #[error("{}: profile \"{}\": {}: {}", .path.display(), plain(.profile), plain(.key), plain(.problem))]
    Key {
        /// The file.
        path: PathBuf,
        /// The profile.
        profile: String,
        /// The key as it stands (or should stand) in the file.
        key: String,
        /// What is wrong with its value; never the value of a secret.
        problem: String,
    },
    /// The operating system does not tell where this user's home is.
    #[error("could not find this user's home folder")]
    NoHome,
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// What the file says, without what would act on a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

fn quoted(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("\"{name}\"")).collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    if names.len() > SHOWN {
        shown.push(format!("and {} more", names.len() - SHOWN));
    }
    shown.join(", ")
}
