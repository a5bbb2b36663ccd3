//! The configurations as files: the template holds them word for word, and every key is one that the component has.

use std::collections::BTreeSet;

use ccwb_deploy::{Environment, Stack};
use serde_json::Value;

use crate::collector::Collector;
use crate::readers::{collector_choices, log_groups};
use crate::recorded::{object, read, repository, text, texts};

/// The template with a configuration copied into it.
fn with_copy(template: &str, file: &str) -> String {
    let configuration = read(&format!("dist-templates/collector/{file}.yaml"));
    let head =
        format!("# dist-templates/collector/{file}.yaml\n            - Name: CCWB_CONFIG\n              Value: |\n");
    let (before, after) = template.split_once(&head).expect("the template has a place for it");
    let is_rest = |line: &&str| !line.is_empty() && !line.starts_with("                ");
    let end = after.lines().find(is_rest).expect("something follows");
    let rest = &after[after.find(&format!("\n{end}\n")).expect("it was found")..];
    let indented = |line: &str| if line.is_empty() { String::new() } else { format!("                {line}") };
    let copy: Vec<String> = configuration.trim_end().lines().map(indented).collect();
    format!("{before}{head}{}\n{rest}", copy.join("\n"))
}

#[test]
fn the_template_holds_the_configurations_word_for_word() {
    const FILE: &str = "dist-templates/cloudformation/collector.yaml";
    let template = read(FILE);
    let copied = ["verified", "claimed"].iter().fold(template.clone(), |template, file| with_copy(&template, file));
    #[expect(clippy::disallowed_methods, reason = "the switch for copying them anew")]
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(repository(FILE), &copied).expect("it can be written");
    } else {
        assert!(copied == template, "run BLESS=1 cargo test -p ccwb-deploy --test collected, twice");
    }
}

#[test]
fn the_template_runs_the_configuration_that_is_tested_and_sets_what_it_asks_for() {
    for (file, choices) in [
        ("verified", collector_choices()),
        ("claimed", {
            let mut choices = collector_choices();
            (choices.sign_in, choices.internet_facing) = (None, false);
            choices
        }),
    ] {
        let environment = Environment { account: "123456789012".into(), region: "eu-central-1".into() };
        let stack = Stack::Collector.template().resolve(&choices.parameters().unwrap(), &environment).unwrap();
        let task = stack.of_kind("AWS::ECS::TaskDefinition").next().unwrap();
        let container = &task["ContainerDefinitions"][0];
        let variables = container["Environment"].as_array().unwrap();
        let set: BTreeSet<String> = variables
            .iter()
            .chain(container["Secrets"].as_array().into_iter().flatten())
            .map(|variable| text(&variable["Name"]))
            .collect();
        let configuration = variables.iter().find(|variable| variable["Name"] == "CCWB_CONFIG").unwrap();
        let expected = read(&format!("dist-templates/collector/{file}.yaml"));
        assert!(
            text(&configuration["Value"]).trim_end() == expected.trim_end(),
            "run BLESS=1 cargo test -p ccwb-deploy --test collected, twice"
        );
        let pattern = regex_lite::Regex::new(r"\$\{env:([A-Z0-9_]+)(:-)?").unwrap();
        for asked in pattern.captures_iter(&expected) {
            let is_optional = asked.get(2).is_some() || &asked[1] == "CCWB_SALT";
            assert!(is_optional || set.contains(&asked[1]), "{file}: nobody sets {}", &asked[1]);
        }
        let metrics = variables.iter().find(|variable| variable["Name"] == "CCWB_METRICS_LOG_GROUP").unwrap();
        assert_eq!(metrics["Value"], log_groups().metrics_name);
    }
}

#[test]
fn a_salt_is_made_where_something_is_hashed() {
    let environment = Environment { account: "123456789012".into(), region: "eu-central-1".into() };
    let secrets = |hashed: bool| {
        let mut choices = collector_choices();
        choices.rules.retain(|rule| hashed || rule.policy != ccwb_deploy::FieldPolicy::Hash);
        let stack = Stack::Collector.template().resolve(&choices.parameters().unwrap(), &environment).unwrap();
        stack.of_kind("AWS::SecretsManager::Secret").count()
    };
    assert_eq!((secrets(true), secrets(false)), (1, 0));
}

/// Keys of the components, from their `config.schema.yaml` and documentation at v0.161.0.
const KEYS: &[(&str, &[&str])] = &[
    ("extensions/health_check", &["endpoint"]),
    ("extensions/oidc", &["providers"]),
    ("receivers/otlp", &["protocols"]),
    ("processors/memory_limiter", &["check_interval", "limit_percentage", "spike_limit_percentage"]),
    ("processors/filter", &["error_mode", "metrics", "logs"]),
    ("processors/transform", &["error_mode", "metric_statements", "log_statements"]),
    ("processors/attributes", &["actions"]),
    ("processors/batch", &["timeout", "send_batch_size", "send_batch_max_size"]),
    (
        "exporters/awsemf",
        &[
            "region",
            "namespace",
            "log_group_name",
            "log_stream_name",
            "version",
            "dimension_rollup_option",
            "retain_initial_value_of_delta_metric",
            "metric_descriptors",
            "metric_declarations",
        ],
    ),
    ("exporters/awscloudwatchlogs", &["region", "log_group_name", "log_stream_name", "raw_log"]),
];

#[test]
fn every_component_and_key_is_known_and_every_component_is_used() {
    for name in ["verified", "claimed"] {
        let configuration = Collector::new(name, &[]).configuration;
        let service = &configuration["service"];
        let mut used: BTreeSet<String> =
            texts(&service["extensions"]).into_iter().map(|extension| format!("extensions/{extension}")).collect();
        for pipeline in object(&service["pipelines"]).values() {
            for kind in ["receivers", "processors", "exporters"] {
                let order = texts(&pipeline[kind]);
                used.extend(order.iter().map(|component| format!("{kind}/{component}")));
                if kind == "processors" {
                    assert_eq!((order[0].as_str(), order.last().unwrap().as_str()), ("memory_limiter", "batch"));
                }
            }
        }
        let mut defined = BTreeSet::new();
        for kind in ["extensions", "receivers", "processors", "exporters"] {
            for (component, settings) in object(&configuration[kind]) {
                defined.insert(format!("{kind}/{component}"));
                let key = format!("{kind}/{}", component.split('/').next().unwrap());
                let (_, known) = KEYS.iter().find(|(known, _)| *known == key).unwrap_or_else(|| panic!("{key}"));
                for setting in object(settings).keys() {
                    assert!(known.contains(&setting.as_str()), "{name}: {component} has no {setting}");
                }
            }
        }
        assert_eq!(defined, used, "{name}");
    }
}

#[test]
fn a_collector_on_a_machine_listens_to_that_machine_only() {
    let of = |kind: &Value| text(&kind["endpoint"]);
    let configuration = Collector::new("claimed", &[]).configuration;
    assert_eq!(of(&configuration["receivers"]["otlp"]["protocols"]["http"]), "localhost:4318");
    assert_eq!(of(&configuration["extensions"]["health_check"]), "localhost:13133");
}
