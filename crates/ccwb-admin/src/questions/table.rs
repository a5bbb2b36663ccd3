//! The table. A question's words are read by people who do this once: short, no jargon where a word of every day will do.

use serde_json::{Value, json};

use super::places::{everyday_model, models, nearest_prefix, nearest_source, prefixes, regions, sources};
use super::{Ask, Choice, Draft, ProviderAddress, Question, Section};
use crate::checks::{account, arn_of, region, tag};
use crate::name::BaseName;

/// A question that is asked always, need not be answered, and has nothing to propose; the table changes what differs.
const fn question(section: Section, key: &'static str, ask: Ask, prompt: &'static str, help: &'static str) -> Question {
    Question {
        key,
        section,
        prompt,
        help,
        ask,
        required: false,
        unset: "",
        applies: |_| true,
        absent: |_| Value::Null,
        suggest: |_| Value::Null,
    }
}

const NOTHING: fn(&Draft) -> Vec<Choice> = |_| Vec::new();
const ANY: Ask = text(|typed, _| Ok(typed.to_owned()));

const fn text(check: fn(&str, &Draft) -> Result<String, String>) -> Ask {
    Ask::Text { check, suggestions: NOTHING }
}

/// Nothing but the choices.
const fn choice(options: fn(&Draft) -> Vec<Choice>) -> Ask {
    Ask::Choice { options, other: |_| Err(String::new()) }
}

fn choices(rows: &[(&str, &str, &str)]) -> Vec<Choice> {
    rows.iter()
        .map(|(value, label, about)| Choice {
            value: (*value).into(),
            label: (*label).to_owned(),
            about: (*about).to_owned(),
        })
        .collect()
}

fn oidc(draft: &Draft) -> bool {
    draft.text("auth_type").is_none_or(|kind| kind == "oidc")
}

fn idc(draft: &Draft) -> bool {
    draft.is("auth_type", "idc")
}

fn provider(draft: &Draft, name: &str) -> bool {
    oidc(draft) && draft.is("provider_type", name)
}

fn certificate_client(draft: &Draft) -> bool {
    oidc(draft) && client_auth(draft) == "certificate"
}

fn client_auth(draft: &Draft) -> String {
    let named = draft.text("client_auth").or_else(|| draft.text("azure_auth_mode"));
    named.unwrap_or_else(|| "public".to_owned())
}

fn monitored(draft: &Draft) -> bool {
    draft.flag("monitoring_enabled", true)
}

fn central(draft: &Draft) -> bool {
    monitored(draft) && !draft.is("monitoring_mode", "sidecar")
}

fn quota(draft: &Draft) -> bool {
    oidc(draft) && monitored(draft) && draft.flag("quota_monitoring_enabled", false)
}

fn by_cost(draft: &Draft) -> bool {
    quota(draft) && draft.is("quota_limit_type", "cost")
}

fn by_tokens(draft: &Draft) -> bool {
    quota(draft) && !draft.is("quota_limit_type", "cost")
}

/// The answer that fits to Entra ID goes under the guidance's name, so that its programs read it too.
fn is_entra(draft: &Draft) -> bool {
    provider(draft, "azure") && draft.text("client_auth").is_none()
}

fn client_kinds(_: &Draft) -> Vec<Choice> {
    choices(&[
        ("public", "No secret", "a native or desktop application; the usual one"),
        ("secret", "A client secret", "kept in each person's keyring"),
        ("certificate", "A certificate", "files on each person's computer"),
    ])
}

fn people(email: &str) -> Value {
    json!({"x-user-email": email, "x-user-id": email, "x-user-name": email})
}

/// Every question, in the order in which they are asked.
pub const QUESTIONS: &[Question] = &[
    // How people sign in.
    Question {
        required: true,
        absent: |_| "oidc".into(),
        suggest: |_| "oidc".into(),
        ..question(
            Section::SignIn,
            "auth_type",
            choice(|_| {
                choices(&[
                    ("oidc", "Your identity provider", "Okta, Entra ID, Auth0, Google, Cognito, Keycloak, ..."),
                    ("idc", "IAM Identity Center", "accounts and permission sets of AWS"),
                    ("none", "No sign-in of its own", "people have AWS credentials already"),
                ])
            }),
            "How do people sign in?",
            "With your identity provider, people use the account that they have at work",
        )
    },
    Question {
        required: true,
        applies: oidc,
        ..question(
            Section::SignIn,
            "provider_domain",
            text(check_provider),
            "Where is your identity provider?",
            "Its address, as company.okta.com or https://login.example.com/realms/main; copied from a browser will do",
        )
    },
    Question {
        required: true,
        applies: asks_the_product,
        absent: |_| "generic".into(),
        suggest: |_| "generic".into(),
        ..question(
            Section::SignIn,
            "provider_type",
            choice(|_| {
                choices(&[
                    ("generic", "Another one, or not sure", "whatever speaks OpenID Connect"),
                    ("okta", "Okta", "under a domain of your own"),
                    ("auth0", "Auth0", "under a domain of your own"),
                    ("azure", "Microsoft Entra ID", ""),
                    ("cognito", "Amazon Cognito user pool", "under a domain of your own"),
                    ("google", "Google", ""),
                ])
            }),
            "Which product is it?",
            "The address does not tell",
        )
    },
    Question {
        unset: "the org server",
        applies: |draft| provider(draft, "okta"),
        ..question(
            Section::SignIn,
            "okta_auth_server",
            text(|typed, _| match typed.contains(['/', ' ']) {
                true => Err("Only its name or id, such as default or aus1a2b3".to_owned()),
                false => Ok(typed.to_owned()),
            }),
            "Which authorization server of Okta?",
            "Every Okta has an org server; default or aus... is a custom one",
        )
    },
    Question {
        required: true,
        applies: |draft| {
            provider(draft, "cognito")
                && !draft.text("provider_domain").is_some_and(|domain| domain.starts_with("cognito-idp."))
        },
        ..question(
            Section::SignIn,
            "cognito_user_pool_id",
            text(|typed, _| {
                let good = typed.split_once('_').is_some_and(|(pool, id)| {
                    region(pool).is_ok() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
                });
                if good {
                    Ok(typed.to_owned())
                } else {
                    Err(format!("\"{typed}\" is not of the form us-east-1_AbCdEfGhI"))
                }
            }),
            "Which user pool?",
            "Its id, from the Cognito console: us-east-1_AbCdEfGhI",
        )
    },
    Question {
        unset: "https:// and the address",
        applies: |draft| {
            let open = draft.value("oidc_issuer_url").is_some() || provider(draft, "generic");
            oidc(draft) && open && draft.detected.is_none()
        },
        ..question(
            Section::SignIn,
            "oidc_issuer_url",
            text(|typed, _| {
                ccwb_config::WebAddress::parse(typed)
                    .map(|address| address.as_str().to_owned())
                    .map_err(|problem| format!("It {problem}"))
            }),
            "What does the provider call itself (issuer)?",
            "Letter by letter as in ID tokens, slash at the end included",
        )
    },
    Question {
        required: true,
        applies: oidc,
        ..question(
            Section::SignIn,
            "client_id",
            text(check_client_id),
            "What is the application's client ID?",
            "You get it where you registered the application at your provider",
        )
    },
    Question {
        applies: is_entra,
        absent: |_| "public".into(),
        suggest: |_| "public".into(),
        ..question(
            Section::SignIn,
            "azure_auth_mode",
            choice(client_kinds),
            "How does the application prove who it is?",
            "Platform \"Mobile and desktop applications\" needs no secret",
        )
    },
    Question {
        applies: |draft| oidc(draft) && !is_entra(draft) && !provider(draft, "google"),
        absent: |_| "public".into(),
        suggest: |_| "public".into(),
        ..question(
            Section::SignIn,
            "client_auth",
            choice(client_kinds),
            "How does the application prove who it is?",
            "Native and desktop applications have no secret: what is on every laptop is none",
        )
    },
    Question {
        applies: |draft| provider(draft, "google") || oidc(draft) && client_auth(draft) == "secret",
        ..question(
            Section::SignIn,
            "client_secret",
            Ask::Secret,
            "What is the application's client secret?",
            "Not shown, kept in this computer's keyring; empty leaves what is there. Only Google's goes to people, where it is no secret",
        )
    },
    Question {
        required: true,
        applies: certificate_client,
        ..question(
            Section::SignIn,
            "client_certificate_path",
            ANY,
            "Where is the client certificate?",
            "A PEM file on people's computers, as an absolute path",
        )
    },
    Question {
        required: true,
        applies: certificate_client,
        ..question(
            Section::SignIn,
            "client_certificate_key_path",
            ANY,
            "Where is its private key?",
            "A PEM file with an RSA key on people's computers, as an absolute path",
        )
    },
    Question {
        required: true,
        applies: idc,
        ..question(
            Section::SignIn,
            "idc_start_url",
            text(|typed, _| {
                ccwb_config::WebAddress::parse(typed.trim_end_matches('/'))
                    .map(|address| address.as_str().to_owned())
                    .map_err(|problem| format!("It {problem}"))
            }),
            "What is your AWS access portal?",
            "As in https://company.awsapps.com/start",
        )
    },
    Question {
        applies: idc,
        absent: |draft| draft.text("aws_region").map_or(Value::Null, Value::from),
        suggest: |_| "us-east-1".into(),
        ..question(
            Section::SignIn,
            "sso_region",
            Ask::Text { check: |typed, _| region(typed), suggestions: regions },
            "In which region is Identity Center?",
            "Its console shows it; it need not be the region of Bedrock",
        )
    },
    Question {
        required: true,
        applies: idc,
        ..question(
            Section::SignIn,
            "idc_account_id",
            text(|typed, _| account(&typed.replace([' ', '-'], ""))),
            "Which AWS account do people work in?",
            "12 digits",
        )
    },
    Question {
        required: true,
        applies: idc,
        suggest: |_| "BedrockDeveloperAccess".into(),
        ..question(Section::SignIn, "idc_permission_set_name", ANY, "Which permission set?", "By its name")
    },
    // Your AWS account.
    Question {
        required: true,
        suggest: |_| "us-east-1".into(),
        ..question(
            Section::Account,
            "aws_region",
            Ask::Text { check: |typed, _| region(typed), suggestions: regions },
            "In which AWS region is everything set up?",
            "Roles, and monitoring if you want it; models may be called elsewhere",
        )
    },
    Question {
        unset: "the one of your credentials",
        ..question(
            Section::Account,
            "aws_account_id",
            text(|typed, _| account(&typed.replace([' ', '-'], ""))),
            "In which account?",
            "12 digits: ccwb deploy then refuses any other",
        )
    },
    Question {
        required: true,
        absent: |draft| BaseName::for_profile(draft.name()).to_string().into(),
        suggest: |draft| BaseName::for_profile(draft.name()).to_string().into(),
        ..question(
            Section::Account,
            "identity_pool_name",
            text(|typed, draft| {
                // A name that something was deployed under is kept.
                if draft.is("identity_pool_name", typed) {
                    Ok(typed.to_owned())
                } else {
                    BaseName::parse_new(typed).map(|name| name.to_string())
                }
            }),
            "What shall names in AWS begin with?",
            "Stacks and roles: a letter, then letters, digits and hyphens, 20 at most",
        )
    },
    Question {
        unset: "none",
        ..question(
            Section::Account,
            "tags",
            Ask::Pairs { check: tag },
            "Which tags shall everything carry?",
            "name=value, separated by commas, such as Owner=platform, CostCenter=1234",
        )
    },
    Question {
        absent: |_| false.into(),
        suggest: |_| true.into(),
        ..question(
            Section::Account,
            "termination_protection",
            Ask::Flag,
            "Protect the stacks from accidental deletion?",
            "ccwb destroy lifts it when you confirm",
        )
    },
    // Who gets in.
    Question {
        applies: oidc,
        absent: |_| "cognito".into(),
        suggest: |_| "direct".into(),
        ..question(
            Section::Access,
            "federation_type",
            choice(|_| {
                choices(&[
                    ("direct", "Straight to AWS (STS)", "up to 12 hours; the person's name in CloudTrail"),
                    ("cognito", "Through a Cognito identity pool", "claims become tags; credentials of 1 hour"),
                ])
            }),
            "How does a sign-in become AWS credentials?",
            "If in doubt: straight to AWS",
        )
    },
    Question {
        applies: |draft| oidc(draft) && draft.is("federation_type", "direct"),
        absent: |_| 43_200.into(),
        suggest: |_| 43_200.into(),
        ..question(
            Section::Access,
            "max_session_duration",
            Ask::Seconds { min: 900, max: 43_200 },
            "How long do AWS credentials last?",
            "15m to 12h. They are renewed unseen while the provider lets the person in",
        )
    },
    Question {
        unset: "all users of the application",
        applies: oidc,
        ..question(
            Section::Access,
            "allowed_groups",
            Ask::List { check: |_| Ok(()) },
            "Only people of certain groups?",
            "Names, separated by commas: one of them is enough",
        )
    },
    Question {
        applies: |draft| oidc(draft) && draft.value("allowed_groups").is_some(),
        absent: |draft| groups_claim(draft),
        suggest: |draft| groups_claim(draft),
        ..question(
            Section::Access,
            "groups_claim",
            ANY,
            "Which claim holds the groups?",
            "The guide of your provider says how to have it sent",
        )
    },
    Question {
        unset: "no such condition",
        applies: oidc,
        ..question(
            Section::Access,
            "allowed_subjects",
            Ask::List { check: |_| Ok(()) },
            "Only certain people (the sub claim)?",
            "Patterns with * and ?, separated by commas",
        )
    },
    Question {
        unset: "none",
        ..question(
            Section::Access,
            "permissions_boundary_arn",
            text(|typed, _| arn_of(typed, "iam", "policy/")),
            "Must roles have a permission boundary?",
            "The ARN of its policy, where your company asks for one: every role gets it",
        )
    },
    // Models.
    Question {
        absent: |_| Value::Null,
        suggest: nearest_prefix,
        ..question(
            Section::Models,
            "cross_region_profile",
            Ask::Choice {
                options: prefixes,
                other: |value| match value.as_str() {
                    Some("europe" | "japan") => Ok(()),
                    _ => Err(String::new()),
                },
            },
            "Where may requests be answered?",
            "Bedrock spreads requests over the regions of an area",
        )
    },
    Question {
        suggest: everyday_model,
        applies: |draft| draft.value("cross_region_profile").is_some(),
        ..question(
            Section::Models,
            "selected_model",
            Ask::Choice {
                options: models,
                other: |value| match value.as_str() {
                    Some(id) if id.contains("anthropic.claude") || id.starts_with("arn:aws") => Ok(()),
                    _ => Err("It must be a model's id, such as us.anthropic.claude-sonnet-4-6".to_owned()),
                },
            },
            "Which model is the default?",
            "People can switch to the others that you allow",
        )
    },
    Question {
        absent: |draft| draft.text("aws_region").map_or(Value::Null, Value::from),
        suggest: nearest_source,
        ..question(
            Section::Models,
            "selected_source_region",
            Ask::Text { check: |typed, draft| check_source(typed, draft), suggestions: sources },
            "To which region are requests sent?",
            "Bedrock passes them on from there",
        )
    },
    Question {
        unset: "none",
        ..question(
            Section::Models,
            "bedrock_fallback_region",
            Ask::Text { check: |typed, draft| check_fallback(typed, draft), suggestions: sources },
            "And where to while that region is down?",
            "credential-process region names it then; empty for nowhere",
        )
    },
    Question {
        unset: "every Claude model of the area",
        ..question(
            Section::Models,
            "allowed_models",
            Ask::List {
                check: |typed| match ccwb_bedrock::Catalogue::bundled().model(typed).is_some()
                    || typed.contains("anthropic.claude")
                {
                    true => Ok(()),
                    false => Err(format!("\"{typed}\" is no model that is known: opus-4-6, sonnet-4-6 or a full id")),
                },
            },
            "Which models may people use?",
            "Names as sonnet-4-6, haiku-4-5, separated by commas",
        )
    },
    Question {
        unset: "what the models need",
        ..question(
            Section::Models,
            "allowed_bedrock_regions",
            Ask::List { check: |typed| if typed == "all-commercial" { Ok(()) } else { region(typed).map(drop) } },
            "Restrict the regions further?",
            "Regions, separated by commas",
        )
    },
    // Usage and limits.
    Question {
        absent: |_| true.into(),
        suggest: |_| false.into(),
        ..question(
            Section::Monitoring,
            "monitoring_enabled",
            Ask::Flag,
            "Collect usage: who uses how much of what?",
            "Numbers only, never prompts or code. It can be switched on later",
        )
    },
    Question {
        applies: monitored,
        absent: |_| "central".into(),
        suggest: |_| "sidecar".into(),
        ..question(
            Section::Monitoring,
            "monitoring_mode",
            choice(|_| {
                choices(&[
                    ("sidecar", "On each computer", "nothing runs in AWS; no fixed cost"),
                    ("central", "In your AWS account", "a collector behind a load balancer"),
                ])
            }),
            "Where are the numbers collected?",
            "The central collector can check who sends them",
        )
    },
    Question {
        unset: "a new one is made",
        applies: |draft| central(draft) && !draft.flag("monitoring_config.create_vpc", false),
        ..question(
            Section::Monitoring,
            "monitoring_config.vpc_id",
            text(|typed, _| prefixed(typed, "vpc-")),
            "In which VPC does the collector run?",
            "vpc-... of one that exists",
        )
    },
    Question {
        required: true,
        applies: |draft| central(draft) && draft.value("monitoring_config.vpc_id").is_some(),
        ..question(
            Section::Monitoring,
            "monitoring_config.subnet_ids",
            Ask::List { check: |typed| prefixed(typed, "subnet-").map(drop) },
            "In which subnets?",
            "At least two, in different availability zones, separated by commas",
        )
    },
    Question {
        applies: central,
        absent: |_| "internet-facing".into(),
        suggest: |_| "internet-facing".into(),
        ..question(
            Section::Monitoring,
            "monitoring_config.alb_scheme",
            choice(|_| {
                choices(&[
                    ("internet-facing", "From everywhere", ""),
                    ("internal", "From your network only", "people need your VPN"),
                ])
            }),
            "From where can the collector be reached?",
            "It accepts numbers only",
        )
    },
    Question {
        unset: "HTTP, from your network only",
        applies: central,
        ..question(
            Section::Monitoring,
            "monitoring_config.custom_domain",
            text(|typed, _| match typed.contains('.') && !typed.contains(['/', ' ', ':']) {
                true => Ok(typed.to_ascii_lowercase()),
                false => Err(format!("\"{typed}\" is not a host name such as telemetry.example.com")),
            }),
            "Which name shall the collector have?",
            "As telemetry.example.com. It then speaks HTTPS and verifies who sends; from everywhere it needs one",
        )
    },
    Question {
        applies: |draft| central(draft) && draft.value("monitoring_config.custom_domain").is_some(),
        ..question(
            Section::Monitoring,
            "monitoring_config.hosted_zone_id",
            text(|typed, _| match typed.starts_with('Z') && typed.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                true => Ok(typed.to_owned()),
                false => Err(format!("\"{typed}\" is not a zone's id: it begins with Z")),
            }),
            "In which zone of Route 53?",
            "Its id, Z...; the certificate is made and renewed by itself",
        )
    },
    Question {
        applies: monitored,
        ..question(
            Section::Monitoring,
            "telemetry_headers",
            Ask::Choice {
                options: |_| {
                    let row = |value, label: &str, about: &str| Choice {
                        value,
                        label: label.to_owned(),
                        about: about.to_owned(),
                    };
                    vec![
                        row(Value::Null, "By name and e-mail address", "reports name people"),
                        row(people("hash"), "Under a pseudonym", "reports count people, and do not name them"),
                        row(people("drop"), "Not at all", "reports know teams at most"),
                    ]
                },
                other: |value| check_headers(value),
            },
            "How do people appear in reports?",
            "Ask your works council or privacy officer, if you have one",
        )
    },
    Question {
        applies: central,
        absent: |_| true.into(),
        suggest: |_| true.into(),
        ..question(
            Section::Monitoring,
            "analytics_enabled",
            Ask::Flag,
            "Keep the numbers for queries (Athena)?",
            "A few dollars a month",
        )
    },
    Question {
        applies: |draft| oidc(draft) && monitored(draft),
        absent: |_| false.into(),
        suggest: |_| false.into(),
        ..question(
            Section::Monitoring,
            "quota_monitoring_enabled",
            Ask::Flag,
            "Limit what a person may use?",
            "A limit a month and a day, with exceptions per group and person",
        )
    },
    Question {
        applies: quota,
        absent: |_| "token".into(),
        suggest: |_| "cost".into(),
        ..question(
            Section::Monitoring,
            "quota_limit_type",
            choice(|_| choices(&[("cost", "In US dollars", ""), ("token", "In tokens", "")])),
            "How is it measured?",
            "Dollars go by the list price of each model",
        )
    },
    Question {
        applies: by_cost,
        absent: |_| 0.into(),
        suggest: |_| 50.into(),
        ..question(
            Section::Monitoring,
            "monthly_cost_limit_usd",
            Ask::Amount,
            "How many dollars a month?",
            "For each person; 0: no limit",
        )
    },
    Question {
        applies: by_cost,
        absent: |_| 0.into(),
        suggest: |_| 0.into(),
        ..question(
            Section::Monitoring,
            "daily_cost_limit_usd",
            Ask::Amount,
            "How many dollars a day?",
            "For each person; 0: no limit",
        )
    },
    Question {
        applies: by_tokens,
        absent: |_| 225_000_000.into(),
        suggest: |_| 225_000_000.into(),
        ..question(
            Section::Monitoring,
            "monthly_token_limit",
            Ask::Number { min: 0, max: u64::MAX },
            "How many tokens a month?",
            "For each person; 0: no limit",
        )
    },
    Question {
        unset: "a thirtieth of the month, and a tenth more",
        applies: by_tokens,
        ..question(
            Section::Monitoring,
            "daily_token_limit",
            Ask::Number { min: 0, max: u64::MAX },
            "How many tokens a day?",
            "For each person",
        )
    },
    Question {
        applies: quota,
        absent: |_| "block".into(),
        suggest: |_| "block".into(),
        ..question(
            Section::Monitoring,
            "monthly_enforcement_mode",
            choice(enforcement),
            "What happens at the month's limit?",
            "Blocked people can be let in again with one command",
        )
    },
    Question {
        applies: quota,
        absent: |_| "alert".into(),
        suggest: |_| "alert".into(),
        ..question(
            Section::Monitoring,
            "daily_enforcement_mode",
            choice(enforcement),
            "What happens at the day's limit?",
            "Blocked people can be let in again with one command",
        )
    },
    Question {
        applies: quota,
        absent: |_| 30.into(),
        suggest: |_| 30.into(),
        ..question(
            Section::Monitoring,
            "quota_check_interval",
            Ask::Number { min: 0, max: 1440 },
            "Every how many minutes is it checked?",
            "0: whenever credentials are asked for",
        )
    },
    Question {
        applies: quota,
        absent: |_| "open".into(),
        suggest: |_| "open".into(),
        ..question(
            Section::Monitoring,
            "quota_fail_mode",
            choice(|_| choices(&[("open", "People go on working", ""), ("closed", "Nobody gets in", "")])),
            "What if the limit cannot be checked?",
            "When the service does not answer",
        )
    },
    // Safety and cost.
    Question {
        absent: |_| false.into(),
        suggest: |_| false.into(),
        ..question(
            Section::Safety,
            "vpc_endpoint_enabled",
            Ask::Flag,
            "Reach Bedrock over a private network?",
            "A VPC endpoint, for people on a VPN into your VPC; about 8 dollars a month and zone",
        )
    },
    Question {
        required: true,
        applies: |draft| draft.flag("vpc_endpoint_enabled", false),
        ..question(
            Section::Safety,
            "vpc_endpoint_vpc_id",
            text(|typed, _| prefixed(typed, "vpc-")),
            "In which VPC?",
            "vpc-...",
        )
    },
    Question {
        required: true,
        applies: |draft| draft.flag("vpc_endpoint_enabled", false),
        ..question(
            Section::Safety,
            "vpc_endpoint_subnet_ids",
            Ask::List { check: |typed| prefixed(typed, "subnet-").map(drop) },
            "In which subnets?",
            "subnet-..., separated by commas",
        )
    },
    Question {
        applies: |draft| draft.flag("vpc_endpoint_enabled", false),
        absent: |_| false.into(),
        suggest: |_| false.into(),
        ..question(
            Section::Safety,
            "vpc_endpoint_required",
            Ask::Flag,
            "Refuse requests that do not come through it?",
            "People without the VPN then get nowhere",
        )
    },
    Question {
        absent: |_| false.into(),
        suggest: |_| false.into(),
        ..question(
            Section::Safety,
            "cloudtrail_enabled",
            Ask::Flag,
            "Record who called which model (CloudTrail)?",
            "Say no if your company has a trail for all accounts already",
        )
    },
    Question {
        unset: "none",
        ..question(
            Section::Safety,
            "budget_monthly_usd",
            Ask::Amount,
            "Warn somebody when the month gets expensive?",
            "A budget for Bedrock in US dollars, for everybody together",
        )
    },
    Question {
        required: true,
        applies: |draft| draft.value("budget_monthly_usd").and_then(|usd| usd.as_f64()).is_some_and(|usd| usd > 0.0),
        ..question(
            Section::Safety,
            "budget_emails",
            Ask::List {
                check: |typed| match typed
                    .split_once('@')
                    .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
                {
                    true => Ok(()),
                    false => Err(format!("\"{typed}\" is not an e-mail address")),
                },
            },
            "Who is warned?",
            "E-mail addresses, separated by commas; at 80 and 100 percent",
        )
    },
    // On people's computers.
    Question {
        required: true,
        applies: |draft| oidc(draft) || idc(draft),
        absent: |_| "session".into(),
        suggest: |_| "keyring".into(),
        ..question(
            Section::Machines,
            "credential_storage",
            choice(|_| {
                choices(&[
                    ("keyring", "In the computer's keyring", "a private file where there is none, which is said once"),
                    ("keyring-only", "In the keyring or nowhere", "strict: without one, people sign in each time"),
                    ("session", "In a private file", "readable by the person only"),
                ])
            }),
            "Where do people's credentials rest?",
            "Keychain, Windows Credential Manager, GNOME Keyring, KWallet",
        )
    },
    Question {
        applies: oidc,
        absent: |_| 8400.into(),
        suggest: |_| 8400.into(),
        ..question(
            Section::Machines,
            "redirect_port",
            Ask::Ports,
            "On which port does the sign-in come back?",
            "The browser hands it over there. Several, separated by commas, are tried in turn; each must be registered",
        )
    },
    Question {
        absent: |_| "user".into(),
        suggest: |_| "user".into(),
        ..question(
            Section::Machines,
            "settings_target",
            choice(|_| {
                choices(&[
                    ("user", "Each person's own", "people can change them"),
                    ("managed", "The computer's", "people cannot change them; the installer needs an administrator"),
                ])
            }),
            "Which settings of Claude Code are written?",
            "Other settings that people have stay as they are",
        )
    },
    Question {
        applies: |draft| draft.is("settings_target", "managed"),
        absent: |_| false.into(),
        suggest: |_| false.into(),
        ..question(
            Section::Machines,
            "lock_default_model",
            Ask::Flag,
            "Hold on to the default model?",
            "People then cannot make another one their default",
        )
    },
    Question {
        absent: |_| "export".into(),
        suggest: |_| "export".into(),
        ..question(
            Section::Machines,
            "settings_credentials",
            choice(|_| {
                choices(&[
                    ("export", "Claude Code asks for them", "nothing else on the computer sees them"),
                    ("profile", "As an AWS profile", "every command that Claude Code runs uses it too"),
                ])
            }),
            "How does Claude Code get credentials?",
            "If in doubt: it asks for them",
        )
    },
    Question {
        absent: |_| true.into(),
        suggest: |_| true.into(),
        ..question(
            Section::Machines,
            "include_coauthored_by",
            Ask::Flag,
            "Let commits name Claude as a co-author?",
            "One line at the end of the message",
        )
    },
];

fn enforcement(_: &Draft) -> Vec<Choice> {
    choices(&[("block", "No more until it is over", ""), ("alert", "You are told", "people go on working")])
}

fn groups_claim(draft: &Draft) -> Value {
    if provider(draft, "cognito") { "cognito:groups" } else { "groups" }.into()
}

fn prefixed(typed: &str, prefix: &str) -> Result<String, String> {
    let good =
        typed.strip_prefix(prefix).is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()));
    if good { Ok(typed.to_owned()) } else { Err(format!("\"{typed}\" is not of the form {prefix}0123abcd")) }
}

/// Where neither the host nor the provider's own description tells.
fn asks_the_product(draft: &Draft) -> bool {
    let generic = |domain: String| {
        ProviderAddress::parse(&domain).is_ok_and(|address| address.provider == ccwb_config::ProviderType::Generic)
    };
    oidc(draft) && draft.detected.is_none() && draft.text("provider_domain").is_none_or(generic)
}

/// An authorization server of Okta stays behind the host; the draft keeps it under its own key.
fn check_provider(typed: &str, _: &Draft) -> Result<String, String> {
    let address = ProviderAddress::parse(typed)?;
    Ok(match address.okta_auth_server {
        Some(server) => format!("{}/oauth2/{server}", address.domain),
        None => address.domain,
    })
}

/// Catches what people mix up: the address, the secret, the name.
fn check_client_id(typed: &str, draft: &Draft) -> Result<String, String> {
    if draft.is("client_id", typed) {
        return Ok(typed.to_owned());
    }
    if typed.chars().any(char::is_whitespace) || typed.contains("://") {
        return Err("A client ID has no spaces, and is not an address".to_owned());
    }
    if typed.starts_with("GOCSPX-") {
        return Err("That is the client secret; the client ID ends with .apps.googleusercontent.com".to_owned());
    }
    let guid = typed.len() == 36 && typed.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    if provider(draft, "azure") && !guid {
        return Err("Entra ID's is the \"Application (client) ID\": 36 characters with hyphens".to_owned());
    }
    if typed.len() < 3 {
        return Err(format!("\"{typed}\" is too short for a client ID"));
    }
    Ok(typed.to_owned())
}

fn check_source(typed: &str, draft: &Draft) -> Result<String, String> {
    let typed = region(typed)?;
    if draft.is("selected_source_region", &typed) {
        return Ok(typed);
    }
    let profile = draft.text("selected_model").and_then(|id| ccwb_bedrock::Catalogue::bundled().profile(&id));
    match profile {
        Some(profile) if !profile.sources.contains(&typed) => {
            Err(format!("{} cannot be called in {typed}, only in {}", profile.id, profile.sources.join(", ")))
        }
        _ => Ok(typed),
    }
}

fn check_fallback(typed: &str, draft: &Draft) -> Result<String, String> {
    let typed = check_source(typed, draft)?;
    match draft.text("selected_source_region").or_else(|| draft.text("aws_region")) {
        Some(usual) if usual == typed => Err(format!("{typed} is the usual region already")),
        _ => Ok(typed),
    }
}

fn check_headers(value: &Value) -> Result<(), String> {
    let Some(headers) = value.as_object() else { return Err("It must be a table of headers".to_owned()) };
    for (header, policy) in headers {
        let policy = policy.get("policy").unwrap_or(policy);
        if !header.starts_with("x-") || !policy.as_str().is_some_and(|word| ["keep", "drop", "hash"].contains(&word)) {
            return Err(format!("\"{header}\": a header such as x-user-email is keep, drop or hash"));
        }
    }
    Ok(())
}
