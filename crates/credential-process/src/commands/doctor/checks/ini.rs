//! AWS's configuration files, as far as looking needs it (AWS SDKs and Tools Reference Guide, "Format of the config
//! file").

use std::path::Path;

/// Sections in their order; a section that comes twice is merged by every SDK, so its keys are looked up in all.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ini {
    sections: Vec<Section>,
}

#[derive(Debug, PartialEq, Eq)]
struct Section {
    name: String,
    values: Vec<(String, String)>,
}

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

impl Ini {
    /// Reads a file; `None` if there is none, an error in words if it cannot be read.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, String> {
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Ok(metadata) if metadata.len() > LARGEST => return Err("it is too large".to_owned()),
            _ => {}
        }
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        Ok(Some(Self::parse(&String::from_utf8_lossy(&bytes))))
    }

    fn parse(text: &str) -> Self {
        let mut ini = Self::default();
        for line in text.trim_start_matches('\u{feff}').lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
                continue;
            }
            if let Some(rest) = trimmed.strip_prefix('[') {
                let name = rest.split(']').next().unwrap_or_default();
                ini.sections.push(Section { name: name.trim().to_owned(), values: Vec::new() });
            } else if !line.starts_with([' ', '\t'])
                && let Some((key, value)) = trimmed.split_once('=')
                && let Some(section) = ini.sections.last_mut()
            {
                section.values.push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        ini
    }

    /// Whether there is a section for this profile: `[profile P]` in the config file, `[P]` in the credentials file.
    pub(super) fn has(&self, profile: &str) -> bool {
        self.sections.iter().any(|section| section.is_of(profile))
    }

    /// A value of this profile.
    pub(super) fn get(&self, profile: &str, key: &str) -> Option<&str> {
        let mut values =
            self.sections.iter().filter(|section| section.is_of(profile)).flat_map(|section| &section.values);
        values.rfind(|(name, value)| name == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

impl Section {
    fn is_of(&self, profile: &str) -> bool {
        let name = match self.name.strip_prefix("profile") {
            Some(rest) if rest.starts_with([' ', '\t']) => rest.trim(),
            _ => &self.name,
        };
        name.trim_matches(['"', '\'']) == profile
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_in_every_spelling_and_nested_values_are_not_keys() {
        let ini = Ini::parse(
            "[default]\nregion = eu-west-1\n\n[profile \"A B\"]\n# region = x\nregion=us-east-1\ns3 =\n  region = no\n\
             [ profile  C ]\nCredential_Process = \"/a b/c\" --profile C\n[profiled]\n[A]\naws_access_key_id=x\n",
        );
        assert_eq!(ini.get("A B", "region"), Some("us-east-1"));
        assert_eq!(ini.get("C", "credential_process"), Some("\"/a b/c\" --profile C"));
        assert_eq!(ini.get("A", "aws_access_key_id"), Some("x"));
        assert!(ini.has("profiled") && ini.has("default") && !ini.has("d") && !ini.has("B"));
        assert_eq!(ini.get("A B", "s3"), None);
    }
}
