//! What config.json says for Claude Code's own settings.

use serde_json::Value;

use crate::error::ConfigError;
use crate::federation::check_region;
use crate::fields::Fields;

/// What the administrator chose for Claude Code, as far as config.json tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaudeChoices {
    /// `bedrock_region`: where Claude Code calls Bedrock, if not in `aws_region`.
    pub bedrock_region: Option<String>,
    /// `bedrock_fallback_region`: where it calls Bedrock while that region is down.
    pub fallback_region: Option<String>,
    /// `model_alias`, which comes before `selected_model`.
    pub model_alias: Option<String>,
    /// `small_fast_model`.
    pub small_fast_model: Option<String>,
    /// `include_coauthored_by`: whether commits name Claude.
    pub attribution: Option<bool>,
    /// `status_line`: whether Claude Code shows ours.
    pub status_line: bool,
    /// `settings_credentials` is `profile`: `AWS_PROFILE` is set too, for Claude Code before 2.1.176.
    pub sets_aws_profile: bool,
    /// `otel_logs`: whether events are exported beside metrics.
    pub export_logs: bool,
    /// `otel_resource_attributes`, by name.
    pub resource_attributes: Vec<(String, String)>,
}

impl ClaudeChoices {
    pub(crate) fn from_fields(fields: &Fields<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            bedrock_region: region(fields, "bedrock_region")?,
            fallback_region: region(fields, "bedrock_fallback_region")?,
            model_alias: fields.text("model_alias")?,
            small_fast_model: fields.text("small_fast_model")?,
            attribution: fields.flag("include_coauthored_by")?,
            status_line: fields.flag("status_line")?.unwrap_or(false),
            sets_aws_profile: sets_aws_profile(fields)?,
            export_logs: fields.flag("otel_logs")?.unwrap_or(false),
            resource_attributes: resource_attributes(fields)?,
        })
    }
}

fn region(fields: &Fields<'_>, key: &str) -> Result<Option<String>, ConfigError> {
    let region = fields.text(key)?;
    match region.as_deref().map(check_region) {
        Some(Err(problem)) => Err(fields.error(key, problem)),
        _ => Ok(region),
    }
}

fn sets_aws_profile(fields: &Fields<'_>) -> Result<bool, ConfigError> {
    let key = "settings_credentials";
    match fields.text(key)?.as_deref() {
        None | Some("export") => Ok(false),
        Some("profile") => Ok(true),
        Some(other) => Err(fields.error(key, format!("must be export or profile, but is \"{other}\""))),
    }
}

fn resource_attributes(fields: &Fields<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let key = "otel_resource_attributes";
    let object = match fields.present(key) {
        None => return Ok(Vec::new()),
        Some(Value::Object(object)) => object,
        Some(other) => return Err(fields.wrong_type(key, "an object of texts", other)),
    };
    object
        .iter()
        .map(|(name, value)| match value {
            Value::String(value) if is_attribute_name(name) => Ok((name.clone(), value.clone())),
            Value::String(_) => {
                Err(fields.error(key, format!("\"{name}\" is not a name: letters, digits, '.', '_', '-' and '/'")))
            }
            other => Err(fields.wrong_type(&format!("{key}.{name}"), "a text", other)),
        })
        .collect()
}

/// What needs no escape in `OTEL_RESOURCE_ATTRIBUTES`, whose readers do not decode names.
fn is_attribute_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
}
