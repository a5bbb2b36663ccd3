//! Claude Code's settings for one profile, as one value (docs/guides/claude-code-settings.md says why each is set).

use ccwb_config::{AuthMode, Bearer, ClaudeChoices, Profile};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::merge::{Entry, Rule};
use crate::quote::{System, command_line};

/// How often Claude Code runs the status line. It reads files only.
const STATUS_LINE_SECONDS: u32 = 10;

/// How long Claude Code keeps the headers of telemetry, where a token is among them: five minutes instead of 29, which may be
/// longer than the token lives. `otel-helper` costs a millisecond.
const HEADERS_KEPT_MS: &str = "300000";

/// The programs that the settings name, with absolute paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// Whose shell runs them.
    pub system: System,
    /// `credential-process`.
    pub credential_process: String,
    /// `otel-helper`, if it is installed.
    pub otel_helper: Option<String>,
}

/// Model ids or aliases; what is none is not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Models {
    /// `ANTHROPIC_MODEL`.
    pub model: Option<String>,
    /// `ANTHROPIC_SMALL_FAST_MODEL`.
    pub small_fast: Option<String>,
    /// `ANTHROPIC_DEFAULT_OPUS_MODEL`.
    pub opus: Option<String>,
    /// `ANTHROPIC_DEFAULT_SONNET_MODEL`.
    pub sonnet: Option<String>,
    /// `ANTHROPIC_DEFAULT_HAIKU_MODEL`.
    pub haiku: Option<String>,
}

/// How Claude Code comes to credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// By its hooks: what it runs keeps the person's own identity (field report R-09).
    Hooks,
    /// By `AWS_PROFILE` too, which everything that it runs sees.
    Profile,
}

/// Claude Code's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaudeSettings {
    region: String,
    models: Models,
    hooks: Option<Hooks>,
    aws_profile: Option<String>,
    /// Not where the instance is what is to be asked.
    keeps_to_profile: bool,
    telemetry: Option<Telemetry>,
    attribution: Option<bool>,
    status_line: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hooks {
    export: String,
    /// Only where there is a person to sign in.
    refresh: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Telemetry {
    endpoint: String,
    logs: bool,
    headers_helper: Option<String>,
    resource_attributes: String,
    /// The collector asks for a token, which lives shorter than Claude Code keeps headers by itself.
    asks_for_token: bool,
}

impl ClaudeSettings {
    /// The settings of a profile.
    pub fn of(profile: &Profile, programs: &Programs, models: Models, identity: Identity) -> Self {
        let ours = |words: &[&str]| {
            let arguments = [words, &["--profile", &profile.name]].concat();
            command_line(programs.system, &programs.credential_process, &arguments)
        };
        let (asked, signs_in) = (profile.auth.answers_sdks(), profile.auth.signs_in());
        let choices = &profile.claude;
        let telemetry =
            profile.monitoring.endpoint.as_ref().filter(|_| profile.monitoring.enabled).map(|endpoint| Telemetry {
                endpoint: endpoint.clone(),
                logs: choices.export_logs,
                headers_helper: programs
                    .otel_helper
                    .as_ref()
                    .map(|helper| command_line(programs.system, helper, &["--profile", &profile.name])),
                resource_attributes: resource_attributes(&with_region(choices, &profile.aws_region)),
                asks_for_token: profile.telemetry.bearer != Bearer::Never,
            });
        Self {
            region: choices.bedrock_region.as_ref().unwrap_or(&profile.aws_region).clone(),
            models,
            hooks: asked.then(|| Hooks { export: ours(&["export"]), refresh: signs_in.then(|| ours(&["login"])) }),
            aws_profile: (asked && identity == Identity::Profile).then(|| profile.name.clone()),
            keeps_to_profile: !matches!(profile.auth, AuthMode::Ambient(_)),
            telemetry,
            attribution: choices.attribution,
            status_line: (asked && choices.status_line).then(|| ours(&["statusline"])),
        }
    }

    /// The same as keys of a settings file. Without what is needed nothing works: it is replaced. Taste is kept, but in
    /// managed settings, which nobody but the administrator writes.
    pub fn entries(&self, is_managed: bool) -> Vec<Entry> {
        let taste = if is_managed { Rule::Replace } else { Rule::Keep };
        let entry = |key: &[&str], value: Value, rule| Entry {
            key: key.iter().map(|&name| name.to_owned()).collect(),
            value: Some(value),
            rule,
        };
        let env = |name: &str, value: &str, rule| entry(&["env", name], Value::from(value), rule);
        let mut all =
            vec![env("CLAUDE_CODE_USE_BEDROCK", "1", Rule::Replace), env("AWS_REGION", &self.region, Rule::Replace)];
        if let Some(profile) = &self.aws_profile {
            all.push(env("AWS_PROFILE", profile, Rule::Replace));
            // A chain that goes on to an instance's role would be another identity (field report R-22).
            if self.keeps_to_profile {
                all.push(env("AWS_EC2_METADATA_DISABLED", "true", Rule::Replace));
            }
        }
        let models = &self.models;
        for (name, model) in [
            ("ANTHROPIC_MODEL", &models.model),
            ("ANTHROPIC_SMALL_FAST_MODEL", &models.small_fast),
            ("ANTHROPIC_DEFAULT_OPUS_MODEL", &models.opus),
            ("ANTHROPIC_DEFAULT_SONNET_MODEL", &models.sonnet),
            ("ANTHROPIC_DEFAULT_HAIKU_MODEL", &models.haiku),
        ] {
            all.extend(model.as_ref().map(|model| env(name, model, taste)));
        }
        if let Some(telemetry) = &self.telemetry {
            let logs = if telemetry.logs { "otlp" } else { "none" };
            for (name, value) in [
                ("CLAUDE_CODE_ENABLE_TELEMETRY", "1"),
                ("OTEL_METRICS_EXPORTER", "otlp"),
                ("OTEL_LOGS_EXPORTER", logs),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", &telemetry.endpoint),
                ("OTEL_RESOURCE_ATTRIBUTES", &telemetry.resource_attributes),
            ] {
                all.extend((!value.is_empty()).then(|| env(name, value, Rule::Replace)));
            }
            if telemetry.asks_for_token && telemetry.headers_helper.is_some() {
                all.push(env("CLAUDE_CODE_OTEL_HEADERS_HELPER_DEBOUNCE_MS", HEADERS_KEPT_MS, Rule::Replace));
            }
        }
        if let Some(hooks) = &self.hooks {
            all.push(entry(&["awsCredentialExport"], hooks.export.as_str().into(), Rule::Replace));
            let refresh = hooks.refresh.as_deref();
            all.extend(refresh.map(|command| entry(&["awsAuthRefresh"], command.into(), Rule::Replace)));
        }
        let helper = self.telemetry.as_ref().and_then(|telemetry| telemetry.headers_helper.as_deref());
        all.extend(helper.map(|helper| entry(&["otelHeadersHelper"], helper.into(), Rule::Replace)));
        all.extend(self.attribution.map(|named| entry(&["includeCoAuthoredBy"], named.into(), taste)));
        let status_line = self.status_line.as_ref().map(|command| {
            // Without an interval it is drawn after an answer only: the minutes would stand still, and while Claude Code
            // tries again and again nobody would read why.
            json!({"type": "command", "command": command, "refreshInterval": STATUS_LINE_SECONDS})
        });
        all.extend(status_line.map(|line| entry(&["statusLine"], line, taste)));
        all
    }
}

/// Claude Code does not say in which region a model was called; who sets the region can.
fn with_region(choices: &ClaudeChoices, infrastructure: &str) -> Vec<(String, String)> {
    const REGION: &str = "cloud.region";
    let mut attributes = choices.resource_attributes.clone();
    if !attributes.iter().any(|(name, _)| name == REGION) {
        let region = choices.bedrock_region.as_deref().unwrap_or(infrastructure);
        attributes.push((REGION.to_owned(), region.to_owned()));
    }
    attributes
}

/// Values as W3C Baggage has them: percent-encoded UTF-8 (OpenTelemetry, "Resource SDK").
fn resource_attributes(attributes: &[(String, String)]) -> String {
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@').remove(b':').remove(b'/');
    let pairs: Vec<String> =
        attributes.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ENCODED))).collect();
    pairs.join(",")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ccwb_config::Config;

    use super::*;

    fn entries(changes: &Value, identity: Identity, is_managed: bool) -> Vec<Entry> {
        let mut profile = json!({
            "provider_domain": "dev-1.okta.com", "client_id": "c", "aws_region": "eu-west-1",
            "identity_pool_id": "eu-west-1:12345678-aaaa-bbbb-cccc-123456789abc",
        });
        profile.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let profile = Config::from_text(Path::new("c"), json!({ "P": profile }).to_string()).profile("P").unwrap();
        let programs = Programs {
            system: System::Unix,
            credential_process: "/h/a b/credential-process".into(),
            otel_helper: Some("/h/a b/otel-helper".into()),
        };
        let models = Models { model: profile.selected_model.clone(), ..Models::default() };
        ClaudeSettings::of(&profile, &programs, models, identity).entries(is_managed)
    }

    fn value<'e>(entries: &'e [Entry], path: &str) -> Option<&'e Value> {
        entries.iter().find(|entry| entry.key.join(".") == path).and_then(|entry| entry.value.as_ref())
    }

    #[test]
    fn the_least_is_bedrock_a_region_and_two_hooks() {
        let found: Vec<(String, Value)> = entries(&json!({}), Identity::Hooks, false)
            .into_iter()
            .map(|entry| (entry.key.join("."), entry.value.unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                ("env.CLAUDE_CODE_USE_BEDROCK".to_owned(), json!("1")),
                ("env.AWS_REGION".to_owned(), json!("eu-west-1")),
                ("awsCredentialExport".to_owned(), json!("\"/h/a b/credential-process\" export --profile P")),
                ("awsAuthRefresh".to_owned(), json!("\"/h/a b/credential-process\" login --profile P")),
            ]
        );
    }

    #[test]
    fn no_aws_identity_is_in_the_environment_unless_the_profile_is_asked_for() {
        let of = |identity| entries(&json!({}), identity, false);
        assert_eq!(value(&of(Identity::Hooks), "env.AWS_PROFILE"), None);
        assert_eq!(value(&of(Identity::Profile), "env.AWS_PROFILE"), Some(&json!("P")));
        assert_eq!(value(&of(Identity::Profile), "env.AWS_EC2_METADATA_DISABLED"), Some(&json!("true")));
    }

    #[test]
    fn telemetry_comes_with_its_helper_and_encoded_attributes() {
        let monitoring = json!({
            "monitoring_enabled": true, "otel_collector_endpoint": "https://otel.example.com",
            "otel_resource_attributes": {"department": "R&D, Zürich", "team.id": "a=b"},
        });
        let found = entries(&monitoring, Identity::Hooks, false);
        assert_eq!(value(&found, "otelHeadersHelper"), Some(&json!("\"/h/a b/otel-helper\" --profile P")));
        assert_eq!(value(&found, "env.OTEL_LOGS_EXPORTER"), Some(&json!("none")));
        assert_eq!(
            value(&found, "env.OTEL_RESOURCE_ATTRIBUTES"),
            Some(&json!("department=R%26D%2C%20Z%C3%BCrich,team.id=a%3Db,cloud.region=eu-west-1"))
        );
        let kept = "env.CLAUDE_CODE_OTEL_HEADERS_HELPER_DEBOUNCE_MS";
        assert_eq!(value(&found, kept), Some(&json!("300000")), "a token goes along");
        let mut without = monitoring.clone();
        without["telemetry_bearer"] = json!(false);
        assert_eq!(value(&entries(&without, Identity::Hooks, false), kept), None);
        assert!(
            value(&entries(&json!({"monitoring_enabled": true}), Identity::Hooks, false), "otelHeadersHelper")
                .is_none()
        );
    }

    #[test]
    fn taste_is_the_persons_but_for_managed_settings() {
        let rule = |is_managed| {
            let found =
                entries(&json!({"selected_model": "m", "include_coauthored_by": false}), Identity::Hooks, is_managed);
            let of = |path: &str| found.iter().find(|entry| entry.key.join(".") == path).unwrap().rule;
            (of("env.ANTHROPIC_MODEL"), of("includeCoAuthoredBy"), of("env.AWS_REGION"))
        };
        assert_eq!(rule(false), (Rule::Keep, Rule::Keep, Rule::Replace));
        assert_eq!(rule(true), (Rule::Replace, Rule::Replace, Rule::Replace));
    }

    #[test]
    fn what_claude_code_finds_by_itself_needs_no_hooks() {
        let found = entries(&json!({"sso_enabled": false}), Identity::Profile, false);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_second_role_needs_this_program_and_nobody_who_signs_in() {
        let second = json!({"sso_enabled": false, "assume_role": "arn:aws:iam::210987654321:role/Customer"});
        let found = entries(&second, Identity::Profile, false);
        assert!(value(&found, "awsCredentialExport").is_some() && value(&found, "awsAuthRefresh").is_none());
        assert_eq!(value(&found, "env.AWS_EC2_METADATA_DISABLED"), None, "the role of an instance may be the first");
    }

    #[test]
    fn identity_center_has_the_hooks_of_a_sign_in() {
        let center = json!({
            "auth_type": "idc", "idc_start_url": "https://d-1.awsapps.com/start", "idc_account_id": "123456789012",
            "idc_permission_set_name": "Bedrock",
        });
        let found = entries(&center, Identity::Hooks, false);
        let login = "\"/h/a b/credential-process\" login --profile P";
        assert_eq!(value(&found, "awsAuthRefresh"), Some(&json!(login)));
        assert!(value(&found, "awsCredentialExport").is_some());
    }
}
