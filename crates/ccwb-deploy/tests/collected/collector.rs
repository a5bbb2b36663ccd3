//! A collector's configuration, and what it makes of an export: receiver, processors, exporters.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

use crate::ottl;
use crate::recorded::{read, text, texts};

/// One data point or log record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) is_log: bool,
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) value: Value,
    pub(crate) attributes: Map<String, Value>,
    pub(crate) resource: Map<String, Value>,
    pub(crate) body: Value,
}

/// Who sends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sender {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) token: Option<Token>,
}

/// An ID token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) claims: Map<String, Value>,
    /// Whether its signature is the issuer's.
    pub(crate) is_genuine: bool,
}

/// What log groups get.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Fields of each log event of the metrics' log group.
    pub(crate) metric_logs: Vec<Map<String, Value>>,
    /// Fields of each log event of the events' log group.
    pub(crate) event_logs: Vec<Map<String, Value>>,
    /// Metrics that are made of them: name, dimensions in order, unit.
    pub(crate) metrics: BTreeSet<(String, Vec<String>, String)>,
}

pub(crate) struct Collector {
    pub(crate) configuration: Value,
}

/// What the template sets, with no rules.
pub(crate) fn environment() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, value) in [
        ("AWS_REGION", "eu-central-1"),
        ("CCWB_METRICS_LOG_GROUP", "metrics"),
        ("CCWB_EVENTS_LOG_GROUP", "events"),
        ("CCWB_ISSUER", "https://idp.example.com"),
        ("CCWB_CLIENT_ID", "client"),
        ("CCWB_ORGANIZATION", "okta"),
        ("CCWB_HASHED", "-"),
        ("CCWB_DROPPED", "-"),
        ("CCWB_SALT", "salt"),
    ] {
        all.insert(name.to_owned(), value.to_owned());
    }
    let claims =
        ["USER_EMAIL", "USER_NAME", "DEPARTMENT", "TEAM_ID", "COST_CENTER", "LOCATION", "ROLE", "MANAGER", "PROJECT"];
    all.extend(claims.map(|claim| (format!("CCWB_CLAIM_{claim}"), "-".to_owned())));
    all
}

impl Collector {
    pub(crate) fn new(name: &str, changes: &[(&str, &str)]) -> Self {
        let mut variables = environment();
        variables.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let text = read(&format!("dist-templates/collector/{name}.yaml"));
        Self { configuration: yaml(&expanded(&text, &variables)) }
    }

    /// What is written of an export; the error is the HTTP status of a refusal.
    pub(crate) fn receive(&self, sender: &Sender, items: &[Item]) -> Result<Written, u16> {
        let receiver = &self.configuration["receivers"]["otlp"]["protocols"]["http"];
        let context = Context {
            metadata: if receiver["include_metadata"] == true { sender.headers.clone() } else { BTreeMap::new() },
            claims: match receiver["auth"]["authenticator"].as_str() {
                Some(authenticator) => Some(self.authenticate(authenticator, sender).ok_or(401_u16)?),
                None => None,
            },
        };
        let mut written = Written::default();
        for (signal, is_log) in [("metrics", false), ("logs", true)] {
            let pipeline = &self.configuration["service"]["pipelines"][signal];
            let own = items.iter().filter(|item| item.is_log == is_log).cloned();
            let processed = self.process(&texts(&pipeline["processors"]), context.clone(), own.collect());
            for exporter in texts(&pipeline["exporters"]) {
                let settings = &self.configuration["exporters"][&exporter];
                match exporter.as_str() {
                    "awsemf" => embedded_metrics(settings, &processed, &mut written),
                    "awscloudwatchlogs" => {
                        assert_eq!(settings["raw_log"], true);
                        let bodies = processed.iter().map(|item| item.body.as_object().expect("fields").clone());
                        written.event_logs.extend(bodies);
                    }
                    other => panic!("the exporter {other} is not known here"),
                }
            }
        }
        Ok(written)
    }

    /// The oidc extension: signature, issuer, audience, expiry.
    fn authenticate(&self, name: &str, sender: &Sender) -> Option<Map<String, Value>> {
        assert_eq!(name, "oidc");
        assert!(texts(&self.configuration["service"]["extensions"]).iter().any(|started| started == "oidc"));
        let [provider] = self.configuration["extensions"]["oidc"]["providers"].as_array()?.as_slice() else {
            panic!("one provider is known here");
        };
        for lax in ["ignore_audience", "ignore_issuer"] {
            assert!(provider.get(lax).is_none(), "{lax} would let others in");
        }
        let token = sender.token.as_ref().filter(|token| token.is_genuine)?;
        let good = token.claims.get("iss") == Some(&provider["issuer_url"])
            && token.claims.get("aud") == Some(&provider["audience"])
            && token.claims.get("exp").and_then(Value::as_i64).is_some_and(|until| until > 0);
        good.then(|| token.claims.clone())
    }

    fn process(&self, processors: &[String], mut context: Context, mut items: Vec<Item>) -> Vec<Item> {
        for name in processors {
            let settings = &self.configuration["processors"][name];
            match name.split('/').next().expect("a type") {
                "memory_limiter" => {}
                "batch" => context = Context::default(),
                "filter" => items.retain(|item| !is_filtered(settings, item)),
                "attributes" => items.iter_mut().for_each(|item| context.apply(settings, item)),
                "transform" => items.iter_mut().for_each(|item| {
                    let (signal, level) =
                        if item.is_log { ("log_statements", "log") } else { ("metric_statements", "datapoint") };
                    for group in settings[signal].as_array().into_iter().flatten() {
                        assert_eq!(group["context"], level);
                        ottl::transform(&texts(&group["statements"]), item);
                    }
                }),
                other => panic!("the processor {other} is not known here"),
            }
        }
        items
    }
}

/// What processors may ask about the sender, until a batch has been made.
#[derive(Clone, Debug, Default)]
struct Context {
    metadata: BTreeMap<String, String>,
    claims: Option<Map<String, Value>>,
}

impl Context {
    /// The attributes processor.
    fn apply(&self, settings: &Value, item: &mut Item) {
        for action in settings["actions"].as_array().expect("actions") {
            let key = text(&action["key"]);
            match action["action"].as_str().expect("an action") {
                "delete" => drop(item.attributes.remove(&key)),
                kind @ ("insert" | "upsert") => {
                    let value = match action["from_context"].as_str() {
                        Some(source) => self.value(source),
                        None => Some(action["value"].clone()),
                    };
                    if let Some(value) = value.filter(|_| kind == "upsert" || !item.attributes.contains_key(&key)) {
                        item.attributes.insert(key, value);
                    }
                }
                other => panic!("the action {other} is not known here"),
            }
        }
    }

    /// `from_context`: only texts, as `getAttributeValueFromContext` has it.
    fn value(&self, source: &str) -> Option<Value> {
        if let Some(header) = source.strip_prefix("metadata.") {
            return self.metadata.get(header).map(|value| json!(value));
        }
        let claims = self.claims.as_ref()?;
        let value = match source.strip_prefix("auth.").unwrap_or_else(|| panic!("{source} is not known here")) {
            "subject" => claims.get("sub"),
            claim => claims.get(claim.strip_prefix("claims.").unwrap_or_else(|| panic!("{claim} is not known here"))),
        };
        value.filter(|value| value.is_string()).cloned()
    }
}

fn is_filtered(settings: &Value, item: &Item) -> bool {
    let conditions = if item.is_log { &settings["logs"]["log_record"] } else { &settings["metrics"]["metric"] };
    texts(conditions).iter().any(|condition| ottl::holds(condition, item))
}

/// The awsemf exporter: every attribute is a field; each declaration whose dimensions are all there makes a metric.
fn embedded_metrics(settings: &Value, items: &[Item], written: &mut Written) {
    assert_eq!((&settings["namespace"], &settings["version"]), (&json!("ClaudeCode"), &json!("1")));
    assert_eq!(settings["dimension_rollup_option"], "NoDimensionRollup");
    for item in items {
        let mut fields: Map<String, Value> = item
            .attributes
            .iter()
            .map(|(name, value)| {
                (name.clone(), value.as_str().map_or_else(|| json!(value.to_string()), |text| json!(text)))
            })
            .collect();
        fields.insert(item.name.clone(), item.value.clone());
        written.metric_logs.push(fields);
        let described = settings["metric_descriptors"].as_array().into_iter().flatten();
        let unit =
            described.filter(|row| row["metric_name"] == item.name.as_str()).map(|row| text(&row["unit"])).next();
        let unit = unit.unwrap_or_else(|| item.unit.clone());
        for declaration in settings["metric_declarations"].as_array().expect("declarations") {
            let selected = texts(&declaration["metric_name_selectors"]);
            if !selected.iter().any(|selector| Regex::new(selector).expect("a pattern").is_match(&item.name)) {
                continue;
            }
            for dimensions in declaration["dimensions"].as_array().expect("dimensions") {
                let dimensions = texts(dimensions);
                assert!(!dimensions.is_empty(), "the exporter leaves an empty set out");
                if dimensions.iter().all(|dimension| item.attributes.contains_key(dimension)) {
                    written.metrics.insert((item.name.clone(), dimensions, unit.clone()));
                }
            }
        }
    }
}

/// `${env:NAME}` and `${env:NAME:-default}`.
fn expanded(text: &str, variables: &BTreeMap<String, String>) -> String {
    let pattern = Regex::new(r"\$\{env:([A-Z0-9_]+)(:-([^}]*))?\}").expect("a pattern");
    let replaced = pattern.replace_all(text, |found: &regex_lite::Captures<'_>| {
        let default = found.get(3).map(|default| default.as_str().to_owned());
        let value = variables.get(&found[1]).cloned().or(default);
        value.unwrap_or_else(|| panic!("nobody sets {}", &found[1]))
    });
    let without_comments: Vec<&str> = replaced.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    without_comments.join("\n")
}

pub(crate) fn yaml(text: &str) -> Value {
    fn json(node: &Yaml<'_>) -> Value {
        match node {
            Yaml::Value(Scalar::Null) => Value::Null,
            Yaml::Value(Scalar::Boolean(truth)) => json!(truth),
            Yaml::Value(Scalar::Integer(number)) => json!(number),
            Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
            Yaml::Value(Scalar::String(text)) => json!(text),
            Yaml::Sequence(items) => items.iter().map(json).collect(),
            Yaml::Mapping(entries) => {
                entries.iter().map(|(key, value)| (key.as_str().expect("a text").to_owned(), json(value))).collect()
            }
            other => panic!("{other:?} is not known here"),
        }
    }
    let documents = Yaml::load_from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let [document] = documents.as_slice() else { panic!("one document") };
    json(document)
}
