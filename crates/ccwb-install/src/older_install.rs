//! What the AWS guidance's installer (v1 to v2.5.2), or an earlier install of ours without its record, left in Claude
//! Code's settings. Its programs are the ones that ours replace: there is nothing to go back to.

use serde_json::Value;

use crate::document::{Document as _, Key};
use crate::jsonc::Jsonc;
use crate::merge::{Entry, Rule};

/// The commands that may be one of ours or of the guidance's.
const COMMANDS: &[&[&str]] = &[
    &["awsCredentialExport"],
    &["awsAuthRefresh"],
    &["otelHeadersHelper"],
    &["statusLine", "command"],
    &["env", "AWS_CREDENTIAL_PROCESS"],
];

/// What its settings held beside commands.
const VARIABLES: &[&str] = &[
    "CLAUDE_CODE_USE_BEDROCK",
    "AWS_REGION",
    "AWS_PROFILE",
    "AWS_EC2_METADATA_DISABLED",
    "ANTHROPIC_MODEL",
    "ANTHROPIC_SMALL_FAST_MODEL",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL",
    "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL",
    "CLAUDE_CODE_ENABLE_TELEMETRY",
    "OTEL_METRICS_EXPORTER",
    "OTEL_LOGS_EXPORTER",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_RESOURCE_ATTRIBUTES",
];

/// Adds to what is wanted that values of an older install which would mislead are not there; `profiles` are the names in
/// config.json.
pub(crate) fn without_leftovers(current: &Jsonc, wanted: &mut Vec<Entry>, profiles: &[String]) {
    let misleading = [key(&["env", "AWS_CREDENTIAL_PROCESS"]), key(&["env", "AWS_PROFILE"])];
    let hooks = COMMANDS[..3].iter().map(|path| key(path));
    let found: Vec<Key> = stale(current)
        .into_iter()
        .filter(|key| hooks.clone().chain(misleading.clone()).any(|known| known == *key))
        .collect();
    for key in found {
        let of_ours = key.last().is_none_or(|name| name != "AWS_PROFILE")
            || current.get(&key).is_some_and(|value| profiles.iter().any(|profile| value == profile.as_str()));
        if of_ours && !wanted.iter().any(|entry| entry.key == key) {
            wanted.push(Entry { key, value: None, rule: Rule::Replace });
        }
    }
}

/// The keys whose values are of an older install; empty if the text bears no mark of one.
pub fn stale(settings: &Jsonc) -> Vec<Key> {
    let commands: Vec<Key> = COMMANDS
        .iter()
        .map(|path| key(path))
        .filter(|key| settings.get(key).is_some_and(|value| is_ours(&value)))
        .collect();
    if commands.is_empty() {
        return commands;
    }
    let status_line = commands.iter().any(|key| key[0] == "statusLine").then(|| key(&["statusLine"]));
    let variables = VARIABLES.iter().map(|name| key(&["env", name])).filter(|key| settings.get(key).is_some());
    commands.into_iter().filter(|key| key[0] != "statusLine").chain(variables).chain(status_line).collect()
}

/// A command of `claude-code-with-bedrock/`, or one whose place an installer never filled in.
fn is_ours(value: &Value) -> bool {
    let Some(command) = value.as_str() else { return false };
    let names_a_program = ["credential-process", "otel-helper"].iter().any(|name| command.contains(name));
    names_a_program && command.contains("claude-code-with-bedrock")
        || command.contains("__CREDENTIAL_PROCESS_PATH__")
        || command.contains("__OTEL_HELPER_PATH__")
}

fn key(path: &[&str]) -> Key {
    path.iter().map(|&name| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn stale_in(text: &str) -> Vec<String> {
        stale(&Jsonc::parse(text).unwrap()).into_iter().map(|key| key.join(".")).collect()
    }

    #[test]
    fn a_file_without_a_mark_of_ours_is_all_the_persons() {
        let text = r#"{"env": {"AWS_PROFILE": "work", "ANTHROPIC_MODEL": "x"}, "awsAuthRefresh": "aws sso login"}"#;
        assert_eq!(stale_in(text), [""; 0]);
    }

    #[test]
    fn what_the_guidance_wrote_is_known_and_the_rest_is_not_touched() {
        let text = r#"{"env": {"AWS_PROFILE": "ClaudeCode", "MINE": "1",
            "AWS_CREDENTIAL_PROCESS": "/h/claude-code-with-bedrock/credential-process --profile ClaudeCode"},
            "otelHeadersHelper": "C:\\Users\\a\\claude-code-with-bedrock\\otel-helper.cmd", "hooks": {}}"#;
        assert_eq!(stale_in(text), ["otelHeadersHelper", "env.AWS_CREDENTIAL_PROCESS", "env.AWS_PROFILE"]);
    }

    #[test]
    fn a_profile_that_is_not_in_config_json_is_left_alone() {
        let text = r#"{"env": {"AWS_PROFILE": "work"}, "awsAuthRefresh": "__CREDENTIAL_PROCESS_PATH__ --profile P"}"#;
        let document = Jsonc::parse(text).unwrap();
        let mut wanted = Vec::new();
        without_leftovers(&document, &mut wanted, &["P".to_owned()]);
        assert_eq!(wanted.len(), 1);
        assert_eq!(wanted[0].key, ["awsAuthRefresh"]);
    }
}
