//! From values to a checked profile.

use std::collections::BTreeMap;
use std::path::Path;

use ccwb_config::{ConfigError, ProviderType};
use serde_json::{Map, Value};

use crate::checks::{account, arn_of, region, tag};
use crate::name::{BaseName, ProfileName};
use crate::profile::{
    AdminProfile, Budget, CustomDomain, FederationKind, Hardening, IdentityCenter, Limits, Models, Monitoring,
    MonitoringMode, Network, OidcSignIn, Packaging, QuotaPlan, SettingsCredentials, SettingsTarget, SignIn, Trust,
    VpcEndpoint,
};
use crate::reader::Reader;
use crate::user_config::{self, Outputs};

/// Reads everything; what is wrong is in the reader afterwards.
pub(crate) fn read(name: &ProfileName, reader: &Reader) -> Option<AdminProfile> {
    let outputs = Outputs {
        identity_pool_id: reader.text("identity_pool_id"),
        federated_role_arn: reader.text("federated_role_arn"),
        otel_collector_endpoint: reader.text("otel_collector_endpoint"),
        quota_api_endpoint: reader.text("quota_api_endpoint"),
    };
    missing(reader);
    // Users' config.json is the judge of what it will hold, so it is asked, with stand-ins for what AWS will tell.
    let draft = user_config::draft(reader.values(), &outputs.or(&Outputs::stand_ins()));
    let parsed = ccwb_config::Config::from_text(
        Path::new(""),
        Value::from(Map::from_iter([(name.to_string(), draft.into())])).to_string(),
    )
    .profile(name.as_str());
    if let Err(error) = &parsed {
        let (key, problem) = match error {
            ConfigError::Key { key, problem, .. } => (user_config::own_name(key, reader.values()), problem.clone()),
            other => ("profile".to_owned(), other.to_string()),
        };
        reader.problem(&key, problem);
    }
    let user = parsed.ok();
    let base_name = match reader.text("identity_pool_name") {
        Some(text) => BaseName::parse(&text).map_err(|problem| reader.problem("identity_pool_name", problem)).ok(),
        None => Some(BaseName::for_profile(name)),
    };
    let region = reader.checked("aws_region", region);
    let sign_in = user.as_ref().map(|user| sign_in(user, reader));
    let monitoring = monitoring(reader);
    let quota = quota(reader);
    let hardening = hardening(reader);
    let packaging = packaging(reader);
    let models = models(reader);
    let tags = tags(reader);
    Some(AdminProfile {
        name: name.clone(),
        sign_in: sign_in?,
        aws_region: region?,
        aws_account_id: reader.checked("aws_account_id", account),
        base_name: base_name?,
        storage: user?.storage,
        models,
        monitoring,
        quota,
        hardening,
        packaging,
        tags,
        stack_names: texts(reader, "stack_names"),
        outputs,
        values: reader.values().clone(),
    })
}

/// config.json's reader stops at the first problem; who is to fill in a form wants to know all of them.
fn missing(reader: &Reader) {
    let needed: &[&str] = match reader.text("auth_type").as_deref() {
        Some("oidc") if reader.text("oidc_issuer_url").is_some() => &["client_id"],
        Some("oidc") => &["provider_domain", "client_id"],
        Some("idc") => &["idc_start_url", "idc_account_id", "idc_permission_set_name"],
        _ => &[],
    };
    for key in needed.iter().chain(&["aws_region"]) {
        if reader.present(key).is_none_or(|value| value.as_str().is_some_and(|text| text.trim().is_empty())) {
            reader.problem(key, "is missing");
        }
    }
}

fn sign_in(user: &ccwb_config::Profile, reader: &Reader) -> SignIn {
    match &user.auth {
        ccwb_config::AuthMode::Ambient(_)
        | ccwb_config::AuthMode::WebIdentity(_)
        | ccwb_config::AuthMode::IamUser(_)
        | ccwb_config::AuthMode::BedrockApiKey => SignIn::None,
        ccwb_config::AuthMode::IdentityCenter(center) => SignIn::IdentityCenter(IdentityCenter {
            start_url: center.start_url.clone(),
            account_id: center.account_id.clone(),
            permission_set_name: center.permission_set_name.clone(),
            region: center.region.clone(),
        }),
        ccwb_config::AuthMode::Oidc(oidc) => {
            let federation = reader.one_of(
                "federation_type",
                &[("direct", FederationKind::Direct), ("cognito", FederationKind::Cognito)],
                FederationKind::Cognito,
            );
            let default_seconds: u32 = if federation == FederationKind::Direct { 43_200 } else { 28_800 };
            let seconds = reader.number("max_session_duration", 900, 43_200);
            let groups_claim = reader.text("groups_claim").unwrap_or_else(|| match oidc.provider {
                ProviderType::Cognito => "cognito:groups".to_owned(),
                _ => "groups".to_owned(),
            });
            SignIn::Oidc(Box::new(OidcSignIn {
                provider: oidc.provider,
                issuer: oidc.issuer.clone(),
                client_id: oidc.client_id.clone(),
                client_auth: oidc.client_auth.clone(),
                endpoints: oidc.endpoints.clone(),
                redirect_ports: oidc.redirect_ports.clone(),
                cognito_user_pool_id: reader.text("cognito_user_pool_id"),
                thumbprints: thumbprints(reader),
                federation,
                max_session_seconds: seconds.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(default_seconds),
                trust: Trust {
                    subjects: reader.list("allowed_subjects"),
                    groups: reader.list("allowed_groups"),
                    groups_claim,
                },
                principal_tags: principal_tags(reader),
                oidc_provider_arn: reader.checked("oidc_provider_arn", |arn| arn_of(arn, "iam", "oidc-provider/")),
                login_provider: oidc.login_provider.clone(),
            }))
        }
    }
}

/// The guidance's map, which its reports are made for.
fn principal_tags(reader: &Reader) -> BTreeMap<String, String> {
    if reader.present("principal_tags").is_some() {
        return texts(reader, "principal_tags");
    }
    [("UserEmail", "email"), ("UserId", "sub"), ("UserName", "name")]
        .map(|(tag, claim)| (tag.to_owned(), claim.to_owned()))
        .into()
}

fn thumbprints(reader: &Reader) -> Vec<String> {
    let key = "oidc_thumbprint";
    let prints = reader.list(key).into_iter().map(|print| print.replace(':', "").to_ascii_lowercase());
    prints
        .filter(|print| {
            let good = print.len() == 40 && print.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !good {
                reader.problem(key, format!("\"{print}\" is not 40 hexadecimal digits"));
            }
            good
        })
        .collect()
}

fn models(reader: &Reader) -> Models {
    let mut inference_profiles = BTreeMap::new();
    for tier in ["opus", "sonnet", "haiku"] {
        let key = format!("inference_profile_{tier}_arn");
        if let Some(arn) = reader.checked(&key, |arn| arn_of(arn, "bedrock", "application-inference-profile/")) {
            inference_profiles.insert(tier.to_owned(), arn);
        }
    }
    let allowed_regions = reader.list("allowed_bedrock_regions");
    for name in &allowed_regions {
        if name != "all-commercial"
            && let Err(problem) = region(name)
        {
            reader.problem("allowed_bedrock_regions", problem);
        }
    }
    Models {
        selected: reader.text("selected_model"),
        cross_region_profile: reader.text("cross_region_profile").map(|prefix| match prefix.as_str() {
            "europe" => "eu".to_owned(),
            "japan" => "jp".to_owned(),
            _ => prefix,
        }),
        source_region: reader.checked("selected_source_region", region),
        fallback_region: reader.checked("bedrock_fallback_region", region),
        allowed_regions,
        allowed: reader.list("allowed_models"),
        inference_profiles,
        lock_default: reader.flag("lock_default_model").unwrap_or(false),
    }
}

fn monitoring(reader: &Reader) -> Monitoring {
    let mode = [("central", MonitoringMode::Central), ("sidecar", MonitoringMode::Sidecar)];
    let enabled = reader.flag("monitoring_enabled").unwrap_or(true);
    let mode = reader.one_of("monitoring_mode", &mode, MonitoringMode::Central);
    let nested = reader.nested("monitoring_config");
    let network = match (nested.text("vpc_id"), nested.flag("create_vpc")) {
        (Some(vpc_id), None | Some(false)) => Network::Existing {
            vpc_id,
            subnet_ids: nested.list("subnet_ids"),
            task_subnet_ids: nested.list("task_subnet_ids"),
        },
        (None, Some(false)) if enabled && mode == MonitoringMode::Central => {
            nested.problem("vpc_id", "is missing, and create_vpc is false");
            Network::New { vpc_cidr: None, subnet_cidrs: [None, None], nat_for_each_zone: false }
        }
        _ => Network::New {
            vpc_cidr: nested.text("vpc_cidr"),
            subnet_cidrs: [nested.text("subnet1_cidr"), nested.text("subnet2_cidr")],
            nat_for_each_zone: nested.flag("nat_for_each_zone").unwrap_or(false),
        },
    };
    if let Network::Existing { subnet_ids, .. } = &network
        && subnet_ids.len() < 2
    {
        nested.problem("subnet_ids", "a load balancer needs at least two subnets");
    }
    let custom_domain = nested.text("custom_domain").map(|name| CustomDomain {
        name,
        hosted_zone_id: nested.text("hosted_zone_id"),
        certificate_arn: nested.text("certificate_arn"),
    });
    let internet_facing = nested.one_of("alb_scheme", &[("internet-facing", true), ("internal", false)], true);
    let allowed_cidr = nested.text("allowed_cidr");
    let balancer_verifies = nested.flag("alb_verifies_tokens").unwrap_or(true);
    reader.adopt("monitoring_config", nested);
    Monitoring {
        enabled,
        mode,
        network,
        custom_domain,
        internet_facing,
        allowed_cidr,
        balancer_verifies,
        collector_image: reader.text("collector_image"),
        alarm_emails: reader.list("alarm_emails"),
        analytics: reader.flag("analytics_enabled").unwrap_or(mode == MonitoringMode::Central),
        retention_days: reader.number("data_retention_days", 1, 36_500).unwrap_or(90),
        firehose_buffer_seconds: reader.number("firehose_buffer_interval", 0, 900).unwrap_or(900),
        log_group: reader.text("metrics_log_group").unwrap_or_else(|| "/aws/claude-code/metrics".to_owned()),
        headers: reader.object("telemetry_headers").unwrap_or_default(),
        hash_salt: reader.text("telemetry_hash_salt"),
        bearer: reader.flag("telemetry_bearer"),
    }
}

fn quota(reader: &Reader) -> Option<QuotaPlan> {
    let any = u64::MAX;
    let modes = [("alert", false), ("block", true)];
    let by_cost = reader.one_of("quota_limit_type", &[("cost", true), ("token", false)], false);
    let limits = if by_cost {
        Limits::Cost {
            monthly_usd: reader.amount("monthly_cost_limit_usd").unwrap_or(0.0),
            daily_usd: reader.amount("daily_cost_limit_usd").unwrap_or(0.0),
        }
    } else {
        let monthly = reader.number("monthly_token_limit", 0, any).unwrap_or(225_000_000);
        Limits::Tokens {
            monthly,
            daily: reader.number("daily_token_limit", 0, any),
            burst_percent: reader.number("burst_buffer_percent", 0, 1000).unwrap_or(10),
            warnings: [
                reader.number("warning_threshold_80", 0, any).unwrap_or(monthly / 10 * 8),
                reader.number("warning_threshold_90", 0, any).unwrap_or(monthly / 10 * 9),
            ],
        }
    };
    let plan = QuotaPlan {
        limits,
        block_daily: reader.one_of("daily_enforcement_mode", &modes, false),
        block_monthly: reader.one_of("monthly_enforcement_mode", &modes, true),
        fine_grained: reader.flag("enable_finegrained_quotas").unwrap_or(false),
        bypass_detection: reader.flag("enable_bypass_detection").unwrap_or(false),
    };
    reader.flag("quota_monitoring_enabled").unwrap_or(false).then_some(plan)
}

fn hardening(reader: &Reader) -> Hardening {
    let endpoint = reader.flag("vpc_endpoint_enabled").unwrap_or(false);
    let vpc_endpoint = endpoint.then(|| {
        let vpc_id = reader.text("vpc_endpoint_vpc_id").unwrap_or_else(|| {
            reader.problem("vpc_endpoint_vpc_id", "is missing, and vpc_endpoint_enabled is true");
            String::new()
        });
        let subnet_ids = reader.list("vpc_endpoint_subnet_ids");
        if subnet_ids.is_empty() {
            reader.problem("vpc_endpoint_subnet_ids", "is missing, and vpc_endpoint_enabled is true");
        }
        VpcEndpoint { vpc_id, subnet_ids, required: reader.flag("vpc_endpoint_required").unwrap_or(false) }
    });
    let budget = reader.amount("budget_monthly_usd").filter(|usd| *usd > 0.0).map(|monthly_usd| {
        let emails = reader.list("budget_emails");
        if emails.is_empty() {
            reader.problem("budget_emails", "is missing: a budget has to tell somebody");
        }
        Budget { monthly_usd, emails }
    });
    Hardening {
        permissions_boundary_arn: reader.checked("permissions_boundary_arn", |arn| arn_of(arn, "iam", "policy/")),
        vpc_endpoint,
        cloudtrail: reader.flag("cloudtrail_enabled").unwrap_or(false),
        budget,
        termination_protection: reader.flag("termination_protection").unwrap_or(false),
    }
}

fn packaging(reader: &Reader) -> Packaging {
    let targets = [("user", SettingsTarget::User), ("managed", SettingsTarget::Managed)];
    let credentials = [("export", SettingsCredentials::Export), ("profile", SettingsCredentials::Profile)];
    Packaging {
        settings_target: reader.one_of("settings_target", &targets, SettingsTarget::User),
        credentials: reader.one_of("settings_credentials", &credentials, SettingsCredentials::Export),
        include_coauthored_by: reader.flag("include_coauthored_by").unwrap_or(true),
        resource_attributes: texts(reader, "otel_resource_attributes"),
        extra_files: match reader.present("extra_files") {
            None => Vec::new(),
            Some(Value::Array(files)) => files.clone(),
            Some(other) => reader.wrong("extra_files", "a list", other).unwrap_or_default(),
        },
    }
}

/// CloudFormation's rules: keys of 1 to 128 characters, not beginning with `aws:`; values of at most 256.
fn tags(reader: &Reader) -> BTreeMap<String, String> {
    let tags = texts(reader, "tags");
    for (key, value) in &tags {
        if let Err(problem) = tag(key, value) {
            reader.problem("tags", problem);
        }
    }
    tags
}

fn texts(reader: &Reader, key: &str) -> BTreeMap<String, String> {
    let object = reader.object(key).unwrap_or_default();
    let text = |(inner, value): (String, Value)| match value {
        Value::String(text) => Some((inner, text)),
        Value::Null => None,
        other => {
            reader.wrong::<()>(&format!("{key}.{inner}"), "a text", &other);
            None
        }
    };
    object.into_iter().filter_map(text).collect()
}
