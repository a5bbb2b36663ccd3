//! The file as a whole: where it is, how it is read, and its two layouts.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Map;
use serde_json::value::RawValue;

use crate::error::ConfigError;
use crate::fields::Fields;
use crate::profile::{DEFAULT_PROFILE, Profile};
use crate::{KEYS, Places};

/// The largest file that is read, in bytes: a thousand profiles are under two megabytes.
pub const MAX_CONFIG_BYTES: u64 = 8 * 1024 * 1024;

/// A `config.json` that was read and whose layout is understood; its profiles are checked when they are asked for.
#[derive(Debug)]
pub struct Config {
    path: PathBuf,
    text: String,
}

impl Config {
    /// Reads the first file that exists among `CCWB_CONFIG`, `config.json` beside the program, and
    /// `~/claude-code-with-bedrock/config.json`.
    pub fn load(places: &Places) -> Result<Self, ConfigError> {
        let searched = places.config_candidates()?;
        for path in &searched {
            match std::fs::File::open(path) {
                Ok(file) => return Self::read(path, file),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(ConfigError::Unreadable { path: path.clone(), source }),
            }
        }
        Err(ConfigError::NotFound { searched })
    }

    fn read(path: &Path, file: std::fs::File) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        // Nearly every file fits, and is read at once.
        let mut bytes = Vec::with_capacity(4096);
        file.take(MAX_CONFIG_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_CONFIG_BYTES {
            return Err(ConfigError::TooLarge { path: path.to_owned(), limit: MAX_CONFIG_BYTES });
        }
        let text = String::from_utf8(bytes).map_err(|_| ConfigError::Malformed {
            path: path.to_owned(),
            problem: "it is not UTF-8 text".to_owned(),
        })?;
        Ok(Self::from_text(path, text))
    }

    /// A configuration from text that is already in memory; `path` is what errors name.
    pub fn from_text(path: &Path, text: String) -> Self {
        Self { path: path.to_owned(), text }
    }

    /// The file that was read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the profiles, sorted.
    pub fn profile_names(&self) -> Result<Vec<String>, ConfigError> {
        Ok(self.profiles()?.into_keys().collect())
    }

    /// The profile to use when the caller named none: the only one in the file, else [`DEFAULT_PROFILE`].
    pub fn default_profile(&self) -> Result<String, ConfigError> {
        let mut profiles = self.profiles()?;
        match profiles.len() {
            1 => Ok(profiles.pop_first().map_or_else(|| DEFAULT_PROFILE.to_owned(), |(name, _)| name)),
            _ => Ok(DEFAULT_PROFILE.to_owned()),
        }
    }

    /// The checked profile of that name.
    pub fn profile(&self, name: &str) -> Result<Profile, ConfigError> {
        Profile::from_fields(&self.fields(name)?)
    }

    /// The keys of a profile that this version does not know. They are ignored; a debug line may name them.
    pub fn unknown_keys(&self, name: &str) -> Result<Vec<String>, ConfigError> {
        let fields = self.fields(name)?;
        Ok(fields.keys().filter(|key| !KEYS.iter().any(|known| known.name == *key)).map(str::to_owned).collect())
    }

    fn fields(&self, name: &str) -> Result<Fields<'_>, ConfigError> {
        let mut profiles = self.profiles()?;
        let Some(raw) = profiles.remove(name) else {
            return Err(ConfigError::UnknownProfile {
                path: self.path.clone(),
                profile: name.to_owned(),
                available: profiles.into_keys().collect(),
            });
        };
        let values: Map<String, serde_json::Value> = serde_json::from_str(raw.get())
            .map_err(|error| self.malformed(format!("profile \"{name}\" is not a JSON object{}", place(&error))))?;
        Ok(Fields::new(&self.path, name, values))
    }

    /// The profiles, unparsed: only the one that is asked for is worth the work.
    fn profiles(&self) -> Result<BTreeMap<String, &RawValue>, ConfigError> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        let mut top: BTreeMap<String, &RawValue> =
            serde_json::from_str(text).map_err(|error| self.malformed(problem(&error)))?;
        match top.remove("profiles") {
            Some(nested) => serde_json::from_str(nested.get())
                .map_err(|error| self.malformed(format!("\"profiles\" is not an object of profiles{}", place(&error)))),
            None => Ok(top),
        }
    }

    fn malformed(&self, problem: String) -> ConfigError {
        ConfigError::Malformed { path: self.path.clone(), problem }
    }
}

/// What is wrong with the file as a whole. A value of the wrong type is not repeated: it may be a secret.
fn problem(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => format!("it is not an object of profiles{}", place(error)),
        _ => error.to_string(),
    }
}

fn place(error: &serde_json::Error) -> String {
    match error.line() {
        0 => String::new(),
        line => format!(" (line {line}, column {})", error.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config::from_text(Path::new("/c/config.json"), text.to_owned())
    }

    #[test]
    fn both_layouts_list_their_profiles() {
        assert_eq!(config(r#"{"B":{},"A":{}}"#).profile_names().unwrap(), ["A", "B"]);
        assert_eq!(config(r#"{"profiles":{"P":{}},"version":"2"}"#).profile_names().unwrap(), ["P"]);
    }

    #[test]
    fn the_only_profile_is_the_default_and_several_fall_back_to_the_standard_name() {
        assert_eq!(config(r#"{"Only":{}}"#).default_profile().unwrap(), "Only");
        assert_eq!(config(r#"{"A":{},"B":{}}"#).default_profile().unwrap(), "ClaudeCode");
    }

    #[test]
    fn broken_json_is_named_with_line_and_column() {
        let error = config("{\n  \"A\": {,}\n}").profile_names().unwrap_err().to_string();
        assert!(error.contains("/c/config.json") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn an_unknown_profile_names_those_that_exist() {
        let error = config(r#"{"A":{},"B":{}}"#).profile("C").unwrap_err().to_string();
        assert_eq!(error, "/c/config.json has no profile \"C\"; it has \"A\", \"B\"");
    }

    #[test]
    fn a_byte_order_mark_is_not_an_error() {
        assert_eq!(config("\u{feff}{\"A\":{}}").profile_names().unwrap(), ["A"]);
    }

    #[test]
    fn a_missing_file_lists_where_it_was_looked_for() {
        let places = Places {
            config_override: Some("/nowhere/config.json".into()),
            ..Places::for_tests("/nonexistent".as_ref())
        };
        let error = Config::load(&places).unwrap_err().to_string();
        assert_eq!(error, "no config.json found; looked in /nowhere/config.json");
    }
}
