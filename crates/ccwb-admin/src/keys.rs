//! All keys of an administrator's profile, as data: what is known, and what the reference and the JSON schema are made of.

/// The JSON type of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// A number.
    Amount,
    /// A list of strings.
    List,
    /// A list of objects.
    Objects,
    /// An object of strings.
    Texts,
    /// An object.
    Object,
    /// A number or a list of numbers.
    Ports,
    /// A string or an object.
    TextOrObject,
}

impl Kind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Flag => "true or false",
            Self::Number => "whole number",
            Self::Amount => "number",
            Self::List => "list of texts",
            Self::Objects => "list of objects",
            Self::Texts => "object of texts",
            Self::Object => "object",
            Self::Ports => "number or list",
            Self::TextOrObject => "text or object",
        }
    }
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The guidance knows it.
    Guidance,
    /// Only this project does; the guidance drops it when it saves a profile.
    Ours,
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct AdminKey {
    /// Its name in the file.
    pub name: &'static str,
    /// The JSON type.
    pub kind: Kind,
    /// Whose it is.
    pub origin: Origin,
    /// What it means, and what holds when it is absent.
    pub meaning: &'static str,
    /// Whether an export leaves it out.
    pub private: bool,
}

const fn theirs(name: &'static str, kind: Kind, meaning: &'static str) -> AdminKey {
    AdminKey { name, kind, origin: Origin::Guidance, meaning, private: false }
}

const fn ours(name: &'static str, kind: Kind, meaning: &'static str) -> AdminKey {
    AdminKey { name, kind, origin: Origin::Ours, meaning, private: false }
}

const fn private(key: AdminKey) -> AdminKey {
    AdminKey { private: true, ..key }
}

use Kind::{Amount, Flag, List, Number, Object, Objects, Ports, Text, TextOrObject, Texts};

/// Every key that is known, in the order of the reference.
pub const ADMIN_KEYS: &[AdminKey] = &[
    theirs("name", Text, "The profile's name."),
    theirs("schema_version", Text, "2.0."),
    theirs("created_at", Text, "When it was made."),
    theirs("updated_at", Text, "When it was changed last."),
    // Sign-in.
    theirs("auth_type", Text, "oidc, idc (IAM Identity Center) or none. Absent: by sso_enabled, else oidc."),
    theirs("sso_enabled", Flag, "false with idc and none."),
    theirs(
        "provider_domain",
        Text,
        "Host of the identity provider, with a path where it has one; none without sign-in.",
    ),
    theirs("provider_type", Text, "okta, auth0, azure, cognito, google or generic. Absent: by the host."),
    theirs("client_id", Text, "The application's client id at the provider."),
    theirs("okta_domain", Text, "Older name of provider_domain."),
    theirs("okta_client_id", Text, "Older name of client_id."),
    theirs("okta_auth_server", Text, "Okta custom authorization server; absent: the org server."),
    theirs("cognito_user_pool_id", Text, "User pool, for cognito."),
    theirs("oidc_issuer_url", Text, "Issuer, letter by letter as in ID tokens. Absent: from provider_domain."),
    theirs("oidc_authorization_endpoint", Text, "Absent: from discovery."),
    theirs("oidc_token_endpoint", Text, "Absent: from discovery."),
    theirs("oidc_jwks_uri", Text, "Absent: from discovery."),
    theirs(
        "oidc_thumbprint",
        Text,
        "Thumbprint for the IAM provider: of the top certificate that the provider's server sends. Absent: AWS trusts public authorities by itself.",
    ),
    theirs("oidc_prompt", Text, "prompt of the authorization request; empty sends none."),
    ours("oidc_scopes", Text, "Scopes of the authorization request, separated by spaces. Absent: by provider."),
    ours("client_auth", Text, "public, secret or certificate. Absent: azure_auth_mode, else public."),
    theirs("azure_auth_mode", Text, "The guidance's client_auth, for Entra ID."),
    private(theirs(
        "client_secret",
        Text,
        "Secret of a desktop client that is not confidential (Google): users get it. All others belong into the keyring.",
    )),
    theirs("client_certificate_path", Text, "PEM certificate on users' machines."),
    theirs("client_certificate_key_path", Text, "Its RSA key on users' machines."),
    theirs(
        "redirect_port",
        Ports,
        "Port of http://localhost:<port>/callback, or several to try in order. Absent: 8400.",
    ),
    theirs("idc_start_url", Text, "AWS access portal, for idc."),
    theirs("idc_account_id", Text, "Account, for idc."),
    theirs("idc_permission_set_name", Text, "Permission set, for idc."),
    theirs("sso_region", Text, "Region of Identity Center. Absent: aws_region."),
    theirs("credential_storage", Text, "keyring, keyring-only or session."),
    // Federation and trust.
    theirs("federation_type", Text, "direct (STS) or cognito (identity pool). Absent: cognito."),
    theirs(
        "max_session_duration",
        Number,
        "Seconds that credentials last, with direct. Absent: 43200 with direct, 28800 with cognito.",
    ),
    ours(
        "allowed_groups",
        List,
        "Groups of which a person needs one. Absent: no condition. How a group reaches AWS is in the guide.",
    ),
    ours("groups_claim", Text, "Claim that holds the groups. Absent: groups; cognito:groups with cognito."),
    ours(
        "allowed_subjects",
        List,
        "Patterns for the sub claim, with * and ?. Absent: everybody who may use the application.",
    ),
    ours(
        "principal_tags",
        Texts,
        "Tags of the AWS session, by tag the claim that fills it. Absent: UserEmail, UserId, UserName.",
    ),
    ours(
        "oidc_provider_arn",
        Text,
        "IAM OIDC provider that exists and is used. Absent: looked for by its address, else made.",
    ),
    ours("login_provider", Text, "Name of the provider in the identity pool. Absent: the issuer without its scheme."),
    ours(
        "assume_role",
        TextOrObject,
        "Second role, for another account: an ARN, or {role_arn, external_id, duration_seconds}.",
    ),
    ours("external_id", Text, "External id for assume_role."),
    ours("permissions_boundary_arn", Text, "Permission boundary of every role that is made."),
    theirs("federated_role_arn", Text, "Written by deploy: the role."),
    ours("identity_pool_id", Text, "Written by deploy: the identity pool."),
    // Infrastructure.
    theirs("aws_region", Text, "Region of what is deployed. Required."),
    ours("aws_account_id", Text, "Account that this profile belongs to: deploy refuses another."),
    theirs("identity_pool_name", Text, "What names in AWS begin with. Absent: from the profile's name."),
    theirs("stack_names", Texts, "Names of stacks. Absent: from identity_pool_name."),
    theirs("tags", Texts, "Tags of every stack."),
    ours("termination_protection", Flag, "Whether stacks refuse to be deleted. Absent: false."),
    ours("vpc_endpoint_enabled", Flag, "A VPC endpoint for Bedrock. Absent: false."),
    ours("vpc_endpoint_vpc_id", Text, "Its VPC."),
    ours("vpc_endpoint_subnet_ids", List, "Its subnets."),
    ours(
        "vpc_endpoint_client_cidr",
        Text,
        "Addresses that may connect to it, such as 10.0.0.0/16. Absent: whatever reaches the VPC.",
    ),
    ours("vpc_endpoint_required", Flag, "Whether calls that do not come through it are refused. Absent: false."),
    ours("cloudtrail_enabled", Flag, "CloudTrail for calls to Bedrock. Absent: false."),
    ours("budget_monthly_usd", Amount, "Monthly budget in US dollars. Absent or 0: none."),
    ours("budget_emails", List, "Who is told about the budget."),
    // Models.
    theirs("selected_model", Text, "Id of the default model."),
    theirs("model_alias", Text, "Kept, not used."),
    theirs("cross_region_profile", Text, "Prefix of inference profiles: us, eu, apac, au, jp, global, us-gov."),
    theirs("selected_source_region", Text, "Region that requests are sent to. Absent: aws_region."),
    ours("bedrock_fallback_region", Text, "Region that requests are sent to while that one is down. Absent: none."),
    theirs(
        "allowed_bedrock_regions",
        List,
        "Regions that the policy allows; all-commercial is all of them. Absent: what the prefix needs.",
    ),
    ours(
        "allowed_models",
        List,
        "Models that users may call, by id or alias. Absent: every Claude model of the prefix.",
    ),
    theirs("lock_default_model", Flag, "Whether managed settings hold on to the default model. Absent: false."),
    theirs("inference_profile_opus_arn", Text, "Application inference profile for Opus."),
    theirs("inference_profile_sonnet_arn", Text, "Application inference profile for Sonnet."),
    theirs("inference_profile_haiku_arn", Text, "Application inference profile for Haiku."),
    // Telemetry.
    theirs("monitoring_enabled", Flag, "Whether telemetry is on. Absent: true."),
    theirs("monitoring_mode", Text, "central or sidecar. Absent: central."),
    theirs(
        "monitoring_config",
        Object,
        "The collector's place: create_vpc, vpc_id, subnet_ids, vpc_cidr, subnet1_cidr, subnet2_cidr, custom_domain, hosted_zone_id, certificate_arn, alb_scheme; of our own task_subnet_ids, nat_for_each_zone, allowed_cidr, alb_verifies_tokens.",
    ),
    ours("telemetry_headers", Object, "Policy for each header: keep, drop or hash. As in config.json."),
    private(ours("telemetry_hash_salt", Text, "Text that hashes are keyed with. As in config.json.")),
    ours("telemetry_bearer", Flag, "Whether the ID token is sent to the collector. As in config.json."),
    ours(
        "otel_resource_attributes",
        Texts,
        "Attributes of every metric: department, team.id, cost_center, organization.",
    ),
    ours("cost_attribution_tag_key", Text, "Principal tag that telemetry reports as the project. As in config.json."),
    theirs("otel_collector_endpoint", Text, "Written by deploy: the collector."),
    ours(
        "otel_logs",
        Flag,
        "Whether events are collected beside metrics: requests, errors, tools; no prompts. Absent: true.",
    ),
    ours("collector_image", Text, "Image of the collector, if it is not fetched from its project's registry."),
    ours("alarm_emails", List, "Who is told by alarms. Absent: budget_emails."),
    theirs("analytics_enabled", Flag, "Athena. Absent: true with central monitoring, else false."),
    theirs("metrics_log_group", Text, "Kept, not used: log groups get their names from CloudFormation."),
    theirs("data_retention_days", Number, "Days that telemetry is kept. Absent: 90."),
    theirs("firehose_buffer_interval", Number, "Seconds that Athena's files are collected. Absent: 900."),
    theirs("analytics_debug_mode", Flag, "Absent: false."),
    // Quotas.
    theirs("quota_monitoring_enabled", Flag, "Quotas. Absent: false."),
    theirs("quota_limit_type", Text, "cost or token. Absent: token."),
    theirs("monthly_cost_limit_usd", Amount, "0: no limit."),
    theirs("daily_cost_limit_usd", Amount, "0: no limit."),
    theirs("monthly_token_limit", Number, "Absent: 225000000; 0: no limit."),
    theirs("daily_token_limit", Number, "Absent: from the month's."),
    theirs(
        "warning_threshold_80",
        Number,
        "Tokens at which the first warning is sent. Absent: 80 % of monthly_token_limit.",
    ),
    theirs(
        "warning_threshold_90",
        Number,
        "Tokens at which the second warning is sent. Absent: 90 % of monthly_token_limit.",
    ),
    theirs("burst_buffer_percent", Number, "Percent that a day may have beyond its share. Absent: 10."),
    theirs("daily_enforcement_mode", Text, "alert or block. Absent: alert."),
    theirs("monthly_enforcement_mode", Text, "alert or block. Absent: block."),
    theirs("enable_finegrained_quotas", Flag, "Quotas per group and user. Absent: false."),
    theirs("enable_bypass_detection", Flag, "Look for usage that nobody reported. Absent: false."),
    theirs("quota_policies_table", Text, "Written by deploy."),
    theirs("user_quota_metrics_table", Text, "Written by deploy."),
    theirs("quota_api_endpoint", Text, "Written by deploy: the quota service."),
    theirs("quota_fail_mode", Text, "open or closed: what a service that does not answer means. Absent: open."),
    theirs("quota_check_interval", Number, "Minutes between checks; 0 checks each time. Absent: 30."),
    ours("quota_check_timeout", Number, "Seconds that one check may take. Absent: 5."),
    // Packages.
    theirs("settings_target", Text, "user or managed: whose settings of Claude Code are written. Absent: user."),
    ours("settings_credentials", Text, "export (awsCredentialExport) or profile (AWS_PROFILE in env). Absent: export."),
    theirs("include_coauthored_by", Flag, "The co-author line of commits. Absent: true."),
    theirs("extra_files", Objects, "Files that go into packages: {name, targets, from}."),
    theirs("enable_codebuild", Flag, "Builds in AWS. Absent: false."),
    theirs("codebuild_region", Text, "Where."),
    theirs("codebuild_prior_regions", List, "Where it was before."),
    // Distribution.
    theirs("enable_distribution", Flag, "Download of packages. Absent: false."),
    theirs("distribution_type", Text, "presigned-s3 or landing-page."),
    theirs("distribution_idp_provider", Text, "Sign-in of the landing page."),
    theirs("distribution_idp_domain", Text, "Its provider's host."),
    theirs("distribution_idp_client_id", Text, "Its application."),
    theirs("distribution_idp_client_secret_arn", Text, "Where its secret is, in Secrets Manager."),
    theirs("distribution_custom_domain", Text, "The page's name."),
    theirs("distribution_hosted_zone_id", Text, "Route 53's zone."),
    theirs("distribution_idp_issuer", Text, "Its issuer."),
    theirs("distribution_idp_authorization_endpoint", Text, "Its authorization endpoint."),
    theirs("distribution_idp_token_endpoint", Text, "Its token endpoint."),
    theirs("distribution_idp_userinfo_endpoint", Text, "Its userinfo endpoint."),
    // Claude Desktop and web search.
    theirs("cowork_3p_enabled", Flag, "Configuration for Claude Desktop. Absent: true."),
    theirs("cowork_3p_extra_keys", Object, "Keys that go along."),
    private(theirs("cowork_service_token", Text, "Token that Claude Desktop sends to the collector.")),
    theirs("cowork_credential_mode", Text, "helper or profile. Absent: helper."),
    theirs("cowork_credential_helper_ttl_sec", Number, "Absent: 3500."),
    theirs("cowork_config_delivery", Text, "static, bootstrap-device-code or bootstrap-oidc-bearer. Absent: static."),
    theirs("cowork_chat_tab_enabled", Flag, "Absent: true."),
    theirs("cowork_chat_advanced_file_analysis", Flag, "Absent: true."),
    theirs("cowork_inference_session_lifetime_sec", Number, "Seconds."),
    theirs("web_search_enabled", Flag, "Web search. Absent: false."),
    theirs("websearch_gateway_url", Text, "Written by deploy."),
    theirs("websearch_region", Text, "Where."),
    theirs("websearch_jwt_audience", Text, "Audience, for Entra ID."),
    theirs("websearch_domain_denylist", List, "Domains that are not searched."),
    theirs("websearch_headers_helper_path", Text, "Program that gives headers."),
];

/// The key of that name.
pub fn find(name: &str) -> Option<&'static AdminKey> {
    ADMIN_KEYS.iter().find(|key| key.name == name)
}
