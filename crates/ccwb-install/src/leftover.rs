//! What an older install left in one file of another program, to be taken out for good: there is no record to undo.

use std::path::Path;

use crate::aws_ini::AwsIni;
use crate::aws_profile;
use crate::document::{Document, Key};
use crate::file::{Audience, Found};
use crate::jsonc::Jsonc;
use crate::older_install;
use crate::plan::InstallError;
use crate::record::Form;

/// The values of an older install in one file. Whatever bears no mark of it stays, byte for byte.
#[derive(Clone, Debug)]
pub struct Leftover {
    found: Found,
    /// The text without them; none where nothing else was in the file.
    text: Option<String>,
}

impl Leftover {
    /// Looks for them; none if the file, or any mark of an older install in it, is not there.
    pub fn find(path: &Path, form: Form) -> Result<Option<Self>, InstallError> {
        let found = Found::read(path)?;
        let Some(text) = found.text.clone() else { return Ok(None) };
        let without = match form {
            Form::ClaudeSettings => without::<Jsonc>(&text, older_install::stale),
            Form::AwsConfig => without(&text, |config: &AwsIni| aws_profile::stale(config, &config.profiles())),
            Form::AwsCredentials => without(&text, |keys: &AwsIni| aws_profile::stale_keys(keys, &keys.profiles())),
        };
        let without = without.map_err(|problem| InstallError::Malformed { path: path.to_owned(), problem })?;
        Ok(without.map(|text| Self { found, text }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.found.path
    }

    /// A unified diff of what is taken out; secrets are hidden.
    pub fn diff(&self) -> String {
        let path = self.found.path.display().to_string();
        crate::diff::unified(&path, self.found.text.as_deref(), self.text.as_deref())
    }

    /// Takes them out, unless somebody has written to the file since. A file that held nothing else is removed.
    pub fn remove(&self) -> Result<(), InstallError> {
        match &self.text {
            Some(text) => Ok(self.found.replace(text, Audience::Owner)?),
            None => Ok(self.found.remove()?),
        }
    }
}

type Without = Option<Option<String>>;

/// `None`: no such value is there. `Some(None)`: nothing is left without them.
fn without<D: Document>(text: &str, stale: impl FnOnce(&D) -> Vec<Key>) -> Result<Without, crate::Malformed> {
    let (mut document, nothing) = (D::parse(text)?, D::parse("")?);
    let keys = stale(&document);
    let keys: Vec<Key> = keys.into_iter().filter(|key| document.get(key).is_some()).collect();
    if keys.is_empty() {
        return Ok(None);
    }
    for key in &keys {
        document.remove(key);
    }
    for key in &keys {
        document.prune(key, &nothing);
    }
    Ok(Some((!document.is_void()).then(|| document.text().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, form: Form) -> Option<(Option<String>, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, text).unwrap();
        let leftover = Leftover::find(&path, form).unwrap()?;
        let diff = leftover.diff();
        leftover.remove().unwrap();
        Some((std::fs::read_to_string(&path).ok(), diff))
    }

    #[test]
    fn settings_keep_what_is_the_persons() {
        let text = "{\n  // mine\n  \"env\": {\n    \"AWS_PROFILE\": \"ClaudeCode\",\n    \"EDITOR\": \"vi\"\n  },\n  \
                    \"awsAuthRefresh\": \"/h/claude-code-with-bedrock/credential-process --profile ClaudeCode\"\n}\n";
        let (left, diff) = find(text, Form::ClaudeSettings).unwrap();
        let left = left.unwrap();
        assert!(left.contains("// mine") && left.contains("\"EDITOR\": \"vi\""), "{left}");
        assert!(!left.contains("AWS_PROFILE") && !left.contains("awsAuthRefresh"), "{left}");
        assert!(diff.contains("-    \"AWS_PROFILE\": \"ClaudeCode\""), "{diff}");
        assert_eq!(find("{\"env\": {\"AWS_PROFILE\": \"work\"}}", Form::ClaudeSettings), None);
    }

    #[test]
    fn a_settings_file_that_held_nothing_else_goes() {
        let text = "{\"env\": {\"AWS_PROFILE\": \"P\", \"CLAUDE_CODE_USE_BEDROCK\": \"1\"}, \
                    \"awsAuthRefresh\": \"/h/claude-code-with-bedrock/credential-process --profile P\"}";
        assert_eq!(find(text, Form::ClaudeSettings).unwrap().0, None);
    }

    #[test]
    fn profiles_of_others_stay_in_their_place() {
        let text = "[default]\nregion = eu-west-1\n\n[profile ClaudeCode]\ncredential_process = \
                    /h/claude-code-with-bedrock/credential-process --profile ClaudeCode\nregion = us-east-1\n\n\
                    [profile other]\ncredential_process = /opt/other\nregion = us-west-2\n";
        let left = find(text, Form::AwsConfig).unwrap().0.unwrap();
        assert!(left.starts_with("[default]\nregion = eu-west-1\n"), "{left}");
        assert!(left.ends_with("[profile other]\ncredential_process = /opt/other\nregion = us-west-2\n"), "{left}");
        assert!(!left.contains("ClaudeCode"), "{left}");
    }

    #[test]
    fn keys_that_an_older_version_wrote_go_and_real_ones_stay() {
        let text = "[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = mine\n[ClaudeCode]\n\
                    aws_access_key_id = EXPIRED\naws_secret_access_key = EXPIRED\naws_session_token = EXPIRED\n";
        let left = find(text, Form::AwsCredentials).unwrap().0.unwrap();
        assert_eq!(left.trim_end(), "[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = mine");
    }
}
