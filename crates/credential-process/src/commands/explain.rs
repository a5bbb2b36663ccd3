//! `explain`: the resolved configuration, in the guidance's form with additions. No network, no secrets: what is secret
//! is shown as being there or not.

use ccwb_config::{AssumeRole, AuthMode, Bearer, ClientAuth, FederationTarget, OidcProfile, QuotaFailMode, Telemetry};
use serde_json::{Map, Value, json};

use super::commit;
use crate::context::Context;
use crate::error::Error;
use crate::output;

pub(crate) fn run(context: &Context<'_>) -> Result<(), Error> {
    output::json(&explain(context))
}

fn explain(context: &Context<'_>) -> Value {
    let profile = &context.profile;
    let mut all = Map::new();
    all.insert("version".into(), env!("CARGO_PKG_VERSION").into());
    all.insert("commit".into(), commit().into());
    all.insert("profile".into(), profile.name.as_str().into());
    all.insert("platform".into(), json!({"os": std::env::consts::OS, "arch": std::env::consts::ARCH}));
    all.insert("auth".into(), auth(context));
    if let AuthMode::Oidc(oidc) = &profile.auth {
        all.insert("provider".into(), provider(oidc));
        all.insert("federation".into(), federation(context, oidc));
    } else {
        all.insert("way".into(), way(&profile.auth));
    }
    all.insert(
        "monitoring".into(),
        json!({
            "enabled": profile.monitoring.enabled,
            "mode": profile.monitoring.mode.as_deref().unwrap_or("none"),
            "endpoint": profile.monitoring.endpoint,
            "config_delivery": profile.monitoring.config_delivery.as_deref().unwrap_or("static"),
            "bootstrap_endpoint": profile.monitoring.bootstrap_endpoint,
        }),
    );
    all.insert("telemetry".into(), telemetry(&profile.telemetry));
    all.insert("claude_settings".into(), claude_settings(context));
    all.insert("quota".into(), quota(context));
    all.insert("storage".into(), json!({"mode": profile.storage.name(), "in_use": context.store.backend()}));
    all.insert("session".into(), session(context));
    all.insert("env".into(), env(context));
    all.insert("paths".into(), paths(context));
    without_nulls(Value::Object(all))
}

fn auth(context: &Context<'_>) -> Value {
    let (mode, reason) = match &context.profile.auth {
        AuthMode::Oidc(_) => ("oidc", "provider_domain or oidc_issuer_url is set"),
        AuthMode::IdentityCenter(_) => ("idc", "auth_type is idc, or sso_enabled is false and idc_start_url is set"),
        AuthMode::WebIdentity(_) => ("web-identity", "auth_type is web-identity"),
        AuthMode::IamUser(_) => ("iam-user", "auth_type is iam-user"),
        AuthMode::BedrockApiKey => ("bedrock-api-key", "auth_type is bedrock-api-key"),
        AuthMode::Ambient(_) => ("passthrough", "sso_enabled is false, or auth_type is none"),
    };
    let federation = context.profile.oidc().map(|oidc| match oidc.federation.target {
        FederationTarget::IdentityPool { .. } => "cognito",
        FederationTarget::WebIdentityRole { .. } => "direct_sts",
    });
    json!({"mode": mode, "reason": reason, "federation_type": federation})
}

fn provider(oidc: &OidcProfile) -> Value {
    json!({
        "type": oidc.provider.name(),
        "domain": oidc.issuer.url().host_str(),
        "issuer": oidc.issuer.as_str(),
        "client_id": oidc.client_id,
        "prompt": oidc.prompt,
        "client_auth": match &oidc.client_auth {
            ClientAuth::None => "public",
            ClientAuth::Secret(_) => "secret (in config.json)",
            ClientAuth::KeyringSecret => "secret (in the keyring)",
            ClientAuth::PrivateKeyJwt { .. } => "certificate",
        },
    })
}

fn federation(context: &Context<'_>, oidc: &OidcProfile) -> Value {
    let mut federation = match &oidc.federation.target {
        FederationTarget::IdentityPool { id, region } => {
            json!({"identity_pool_id": id, "region": region, "login_key": oidc.login_key()})
        }
        FederationTarget::WebIdentityRole { role_arn, duration_seconds } => {
            json!({"role_arn": role_arn, "region": context.profile.aws_region, "duration_sec": duration_seconds})
        }
    };
    if let Some(role) = &oidc.federation.assume_role {
        federation["assume_role"] = second_role(role);
    }
    federation
}

/// What the ways without OpenID Connect go by.
fn way(auth: &AuthMode) -> Value {
    let mut way = match auth {
        AuthMode::IdentityCenter(center) => json!({
            "start_url": center.start_url.as_str(),
            "region": center.region,
            "account_id": center.account_id,
            "permission_set": center.permission_set_name,
        }),
        AuthMode::WebIdentity(token) => json!({"role_arn": token.role_arn, "duration_sec": token.duration_seconds}),
        AuthMode::Oidc(_) | AuthMode::IamUser(_) | AuthMode::BedrockApiKey | AuthMode::Ambient(_) => json!({}),
    };
    if let Some(role) = auth.assume_role() {
        way["assume_role"] = second_role(role);
    }
    way
}

fn second_role(role: &AssumeRole) -> Value {
    json!({"role_arn": role.role_arn, "external_id": role.external_id.is_some()})
}

fn telemetry(telemetry: &Telemetry) -> Value {
    let rules = telemetry.rules.iter().map(|rule| {
        let rule_as_json = json!({"policy": rule.policy.name(), "claims": rule.claims, "default": rule.default});
        (rule.header.clone(), rule_as_json)
    });
    json!({
        "headers": rules.collect::<Map<String, Value>>(),
        "hash_salt": telemetry.hash_salt.is_some(),
        "bearer": match telemetry.bearer {
            Bearer::Never => "never",
            Bearer::OverHttps => "over https",
            Bearer::Asked => "over https, and to this machine",
        },
    })
}

/// What `install-settings` takes from config.json beside the above.
fn claude_settings(context: &Context<'_>) -> Value {
    let (profile, choices) = (&context.profile, &context.profile.claude);
    let attributes = choices.resource_attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    json!({
        "region": choices.bedrock_region.as_ref().unwrap_or(&profile.aws_region),
        "model": choices.model_alias.as_ref().or(profile.selected_model.as_ref()),
        "small_fast_model": choices.small_fast_model,
        "include_coauthored_by": choices.attribution,
        "status_line": choices.status_line,
        "sets_aws_profile": choices.sets_aws_profile,
        "otel_logs": choices.export_logs,
        "otel_resource_attributes": Value::Object(attributes.collect()),
    })
}

fn quota(context: &Context<'_>) -> Value {
    match &context.profile.quota {
        None => json!({"enabled": false}),
        Some(quota) => json!({
            "enabled": true,
            "endpoint": quota.endpoint.as_str(),
            "fail_mode": if quota.fail_mode == QuotaFailMode::Open { "open" } else { "closed" },
            "auth_method": "bearer",
            "check_interval_min": quota.check_interval_minutes,
            "check_timeout_sec": quota.check_timeout_seconds,
            "daily_enforcement": quota.daily_enforcement,
            "monthly_enforcement": quota.monthly_enforcement,
            "fine_grained": quota.fine_grained,
        }),
    }
}

fn session(context: &Context<'_>) -> Value {
    let Some(oidc) = context.profile.oidc() else { return json!({}) };
    let max = match oidc.federation.target {
        FederationTarget::WebIdentityRole { duration_seconds, .. } => Some(duration_seconds),
        FederationTarget::IdentityPool { .. } => None,
    };
    json!({
        "max_duration_sec": max,
        "redirect_port": oidc.redirect_ports.first(),
        "redirect_ports": oidc.redirect_ports,
    })
}

fn env(context: &Context<'_>) -> Value {
    let world = context.world;
    let ssh = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].iter().any(|name| world.var(name).is_some());
    let display = world.first_var(&["DISPLAY", "WAYLAND_DISPLAY"]).is_some();
    json!({
        "ccwb_profile": world.var("CCWB_PROFILE"),
        "aws_profile": world.var("AWS_PROFILE"),
        "redirect_port": world.var("REDIRECT_PORT"),
        "debug_enabled": world.flag("COGNITO_AUTH_DEBUG"),
        "is_ssh": ssh,
        "is_headless": cfg!(target_os = "linux").then_some(ssh || !display),
        "browser_override": world.var("BROWSER"),
        "no_browser": world.flag("CCWB_NO_BROWSER"),
        "no_browser_notification": world.flag("CCWB_NO_BROWSER_NOTIFICATION"),
        "has_monitoring_token": world.var("CLAUDE_CODE_MONITORING_TOKEN").is_some(),
        "has_proxy": world.first_var(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]).is_some(),
        "aws_endpoint_url": world.first_var(&["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_COGNITO_IDENTITY", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SSO"]),
    })
}

fn paths(context: &Context<'_>) -> Value {
    let config = context.config.path();
    json!({
        "config_dir": config.parent(),
        "config_file": config,
        "install_dir": context.world.executable.parent(),
        "state_dir": context.state.root(),
    })
}

/// What is not known is left out, as the guidance does.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        other => other,
    }
}
