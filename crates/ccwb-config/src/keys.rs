//! All keys of a profile, as data: what is known, and what the reference in docs/ is made of.

/// One key of a profile.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in config.json.
    pub name: &'static str,
    /// The JSON type.
    pub kind: &'static str,
    /// What holds when it is absent; empty if it is required or has no default.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

const fn key(name: &'static str, kind: &'static str, default: &'static str, meaning: &'static str) -> Key {
    Key { name, kind, default, meaning }
}

/// Every key that is read, in the order of the reference.
pub const KEYS: &[Key] = &[
    key(
        "provider_domain",
        "text",
        "",
        "Host of the identity provider, with a path where it has one. Required, unless oidc_issuer_url is set.",
    ),
    key("client_id", "text", "", "The application's client id at the provider. Required."),
    key("provider_type", "text", "auto", "okta, auth0, azure, cognito, google or generic; auto goes by the host."),
    key("aws_region", "text", "us-east-1", "Region of STS and of the quota service."),
    key(
        "credential_storage",
        "text",
        "session",
        "keyring (OS keyring, with an announced fallback), keyring-only (or nothing), session (a private file).",
    ),
    key(
        "federation_type",
        "text",
        "direct if federated_role_arn is set, else cognito",
        "direct (STS) or cognito (identity pool).",
    ),
    key(
        "federated_role_arn",
        "text",
        "",
        "Role for AssumeRoleWithWebIdentity; with auth_type web-identity AWS_ROLE_ARN does too.",
    ),
    key(
        "max_session_duration",
        "number",
        "43200",
        "Seconds that STS is asked for (900 to 43200); direct federation only.",
    ),
    key("identity_pool_id", "text", "", "Cognito identity pool, region:uuid."),
    key("identity_pool_name", "text", "", "Older name of identity_pool_id."),
    key(
        "login_provider",
        "text",
        "the issuer without its scheme",
        "Name of the provider in the identity pool, if it differs.",
    ),
    key(
        "assume_role",
        "text or object",
        "",
        "Second role, for another account: an ARN, or {role_arn, external_id, duration_seconds}.",
    ),
    key("external_id", "text", "", "External id for assume_role."),
    key("cognito_user_pool_id", "text", "", "User pool; the issuer of provider_type cognito. Required for it."),
    key(
        "okta_auth_server_id",
        "text",
        "",
        "Okta custom authorization server (default, aus...); absent means the org server.",
    ),
    key("okta_auth_server", "text", "", "Older name of okta_auth_server_id."),
    key("oidc_issuer_url", "text", "derived from provider_domain", "Issuer, letter by letter as in the ID token."),
    key("oidc_authorization_endpoint", "text", "from discovery", "Authorization endpoint."),
    key("oidc_token_endpoint", "text", "from discovery", "Token endpoint."),
    key("oidc_jwks_uri", "text", "from discovery", "Keys that sign ID tokens."),
    key("oidc_thumbprint", "text", "", "Used by ccwb deploy only."),
    key(
        "oidc_prompt",
        "text",
        "select_account for azure, else none",
        "prompt of the authorization request; empty sends none.",
    ),
    key(
        "oidc_domain_hint",
        "text",
        "",
        "Leads past the provider's question for the company: domain_hint, or hd (google), or idp_identifier (cognito).",
    ),
    key("oidc_scopes", "text", "by provider", "Scopes of the authorization request, separated by spaces."),
    key("client_auth", "text", "public", "public, secret or certificate."),
    key("azure_auth_mode", "text", "public", "The guidance's name of client_auth."),
    key(
        "client_secret",
        "text",
        "",
        "Secret of a desktop client where it is not confidential (Google); all others belong into the keyring.",
    ),
    key("client_certificate_path", "text", "", "PEM certificate for client_auth certificate."),
    key("client_certificate_key_path", "text", "", "Its RSA key."),
    key(
        "redirect_port",
        "number or list",
        "8400",
        "Port of http://localhost:<port>/callback; a list is tried in order.",
    ),
    key(
        "ca_bundle",
        "text",
        "",
        "PEM file with certificate authorities that are trusted beside the system's; a relative path begins beside config.json.",
    ),
    key("sso_enabled", "true or false", "true", "false takes the credentials that the machine has anyway."),
    key(
        "auth_type",
        "text",
        "oidc",
        "oidc, idc (IAM Identity Center), web-identity (a token of CI or Kubernetes), iam-user (stored access keys), bedrock-api-key, none (what the machine has).",
    ),
    key(
        "web_identity_token_file",
        "text",
        "AWS_WEB_IDENTITY_TOKEN_FILE, else what the CI gives",
        "File with the token, read anew at each exchange; auth_type web-identity.",
    ),
    key(
        "web_identity_token_variable",
        "text",
        "",
        "Environment variable with the token itself, as GitLab's id_tokens have it; auth_type web-identity.",
    ),
    key("web_identity_audience", "text", "sts.amazonaws.com", "Audience that GitHub Actions is asked for."),
    key("idc_start_url", "text", "", "AWS access portal."),
    key("idc_account_id", "text", "", "Account, 12 digits."),
    key("idc_permission_set_name", "text", "", "Permission set."),
    key("idc_region", "text", "aws_region", "Region of Identity Center."),
    key("quota_api_endpoint", "text", "", "Quota service, without /check."),
    key("quota_fail_mode", "text", "open", "open or closed: what a service that does not answer means."),
    key("quota_check_interval", "number", "30", "Minutes between checks; 0 checks each time."),
    key("quota_check_timeout", "number", "5", "Seconds that one check may take."),
    key("cost_attribution_tag_key", "text", "Project", "Principal tag that telemetry reports as the project."),
    key(
        "monitoring_enabled",
        "true or false",
        "",
        "Whether telemetry is on. false writes no header file; absent writes one, as packages of the guidance do not say.",
    ),
    key("monitoring_mode", "text", "", "central or sidecar."),
    key("otel_collector_endpoint", "text", "", "The collector."),
    key(
        "telemetry_headers",
        "object",
        "every header is kept",
        "A rule for each header, such as x-user-email: keep, drop or hash, or {policy, claims, default}. x-tag-* is every principal tag.",
    ),
    key(
        "telemetry_hash_salt",
        "text",
        "issuer and client id",
        "Text that hashes are keyed with; the same for everybody, so that equal values stay equal.",
    ),
    key(
        "telemetry_bearer",
        "true or false",
        "true over HTTPS with session storage, else false",
        "Whether the ID token is sent as authorization: Bearer. Never over plain HTTP to another machine.",
    ),
    key("selected_model", "text", "", "Model that the administrator chose."),
    key("cross_region_profile", "text", "", "Prefix of the inference profile: us, eu, apac, ..."),
    key("bedrock_region", "text", "aws_region", "Region that Claude Code calls Bedrock in."),
    key(
        "bedrock_fallback_region",
        "text",
        "",
        "Region that credential-process region names while the other one is down.",
    ),
    key(
        "model_alias",
        "text",
        "selected_model",
        "Model that Claude Code's settings name: opus, sonnet, haiku or an id.",
    ),
    key("small_fast_model", "text", "", "Model for Claude Code's small tasks."),
    key("include_coauthored_by", "true or false", "", "Whether commits name Claude; absent leaves it to the person."),
    key("status_line", "true or false", "false", "Whether Claude Code shows this program's status line."),
    key(
        "settings_credentials",
        "text",
        "export",
        "How Claude Code's settings get credentials: export (its hooks alone) or profile (AWS_PROFILE too).",
    ),
    key("otel_logs", "true or false", "false", "Whether Claude Code exports events beside metrics."),
    key("otel_resource_attributes", "object", "", "Attributes of all telemetry: department, team.id, cost_center, ..."),
    key("okta_domain", "text", "", "Older name of provider_domain."),
    key("okta_client_id", "text", "", "Older name of client_id."),
    key("role_arn", "text", "", "Read by nothing; kept for older files."),
    key("daily_enforcement_mode", "text", "", "Shown by explain."),
    key("monthly_enforcement_mode", "text", "", "Shown by explain."),
    key("enable_finegrained_quotas", "true or false", "", "Shown by explain."),
    key("project_attribution_enabled", "true or false", "false", "Read by nothing; kept for older files."),
    key("bootstrap_endpoint", "text", "", "Shown by explain."),
    key("config_delivery_mode", "text", "", "Shown by explain."),
];

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use serde_json::{Map, Value, json};

    use super::*;

    /// The pages in docs/reference are made from the table. To make them again: `BLESS=1 cargo test -p ccwb-config`.
    fn is_current(file: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(file);
        #[expect(clippy::disallowed_methods, reason = "a test's own switch")]
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{file} is out of date: run BLESS=1 cargo test -p ccwb-config");
    }

    #[test]
    fn the_reference_of_config_json_is_current() {
        let mut page = String::from(
            "# config.json\n\nProfiles stand at the top level of the file, or under `profiles`. Unknown keys are ignored \
             (`COGNITO_AUTH_DEBUG=1` names them).\nThe same as a JSON Schema: [config.schema.json](config.schema.json).\n\nThis page is \
             made from the code (`BLESS=1 cargo test -p ccwb-config`).\n\n| key | type | default | meaning |\n|---|---|---|---|\n",
        );
        for key in KEYS {
            let _ = writeln!(page, "| `{}` | {} | {} | {} |", key.name, key.kind, key.default, key.meaning);
        }
        is_current("config.md", &page);
    }

    #[test]
    fn the_schema_of_config_json_is_current() {
        let property = |key: &Key| {
            let types: Vec<Value> = key
                .kind
                .split(" or ")
                .filter_map(|kind| match kind {
                    "text" => Some("string"),
                    "number" => Some("integer"),
                    "true" => Some("boolean"),
                    "list" => Some("array"),
                    "object" => Some("object"),
                    _ => None,
                })
                .map(Value::from)
                .collect();
            json!({"type": types, "description": key.meaning})
        };
        let properties: Map<String, Value> = KEYS.iter().map(|key| (key.name.to_owned(), property(key))).collect();
        let profile = json!({"type": "object", "properties": properties});
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "config.json of Claude Code with Amazon Bedrock",
            "type": "object",
            "properties": {"profiles": {"type": "object", "additionalProperties": {"$ref": "#/$defs/profile"}}},
            "additionalProperties": {"$ref": "#/$defs/profile"},
            "$defs": {"profile": profile},
        });
        is_current("config.schema.json", &format!("{schema:#}\n"));
    }
}
