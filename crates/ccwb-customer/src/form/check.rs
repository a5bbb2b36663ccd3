//! From YAML to a form: every key looked at, every mistake kept.

use ccwb_bedrock::{Catalogue, Partition, token_count};

use super::fields::{Fields, Problems, Text};
use super::problem::Problem;
use super::yaml::{Node, Value, parse};
use super::{Form, FormMethod};
use crate::compliance::Compliance;
use crate::id::CustomerId;
use crate::method::MethodKind;
use crate::model::{self, nearest};
use crate::record::{Contact, Tokens};

const KEYS: [&str; 10] = [
    "id",
    "organisation",
    "contact",
    "account",
    "region",
    "fallback_region",
    "model",
    "method",
    "tokens",
    "compliance",
];

/// Larger than any form.
const MAX_BYTES: usize = 64 * 1024;

pub(super) fn form(text: &str) -> Result<Form, Vec<Problem>> {
    if text.len() > MAX_BYTES {
        return Err(vec![Problem::new(1, "", format!("a form has at most {MAX_BYTES} bytes"))]);
    }
    let root = parse(text).map_err(|problem| vec![problem])?;
    let mut problems = Problems::default();
    let form = Fields::new(&root, "", &KEYS, &mut problems).and_then(|fields| read(&fields, &mut problems));
    match form {
        Some(form) if problems.0.is_empty() => Ok(form),
        _ => {
            problems.0.sort();
            Err(problems.0)
        }
    }
}

/// Reads everything before anything is missed, so that all mistakes are found.
fn read(fields: &Fields<'_>, problems: &mut Problems) -> Option<Form> {
    let organisation = organisation(fields, problems);
    let id = id(fields, organisation.as_ref(), problems);
    let contact = contact(fields, problems);
    let account = account(fields, problems);
    let region = region(fields, "region", true, problems);
    let fallback = region_beside(fields, region, problems);
    let compliance = compliance(fields, problems);
    let places_agree = places(&compliance, region, fallback, problems);
    let model = fields.required("model", problems).and_then(|name| {
        // Without a region, or with one that is wrong anyway, nothing can be said about the model.
        let region = region.filter(|_| places_agree)?;
        let rules: Vec<Compliance> = compliance.iter().map(|(_, rules)| *rules).collect();
        let chosen = model::choose(name.text, region.text, fallback.map(|region| region.text), &rules);
        chosen.map_err(|problem| problems.add(name.line, "model", problem)).ok()
    });
    let method = method(fields, account, region, problems);
    let tokens = tokens(fields, problems);
    Some(Form {
        id: id?,
        organisation: organisation?.text.to_owned(),
        contact: contact?,
        account: account?.to_owned(),
        region: region?.text.to_owned(),
        fallback_region: fallback.map(|region| region.text.to_owned()),
        model: model?,
        method: method?,
        tokens: tokens?,
        compliance: compliance.into_iter().map(|(_, rules)| rules).collect(),
    })
}

fn organisation<'a>(fields: &Fields<'a>, problems: &mut Problems) -> Option<Text<'a>> {
    let name = fields.required("organisation", problems)?;
    if name.text.chars().count() > 100 {
        problems.add(name.line, "organisation", "is longer than 100 characters");
    }
    Some(name)
}

fn id(fields: &Fields<'_>, organisation: Option<&Text<'_>>, problems: &mut Problems) -> Option<CustomerId> {
    if fields.node("id").is_some() {
        let id = fields.text("id", problems)?;
        return CustomerId::parse(id.text).map_err(|problem| problems.add(id.line, "id", problem)).ok();
    }
    let organisation = organisation?;
    let made = CustomerId::of_organisation(organisation.text);
    if made.is_none() {
        let what = "is missing, and this organisation's name makes none: choose one, such as acme";
        problems.add(organisation.line, "id", what);
    }
    made
}

fn contact(fields: &Fields<'_>, problems: &mut Problems) -> Option<Contact> {
    if !fields.must_have("contact", problems) {
        return None;
    }
    let contact = Fields::new(fields.node("contact")?, "contact.", &["name", "email"], problems)?;
    let name = contact.required("name", problems);
    let email = contact.required("email", problems);
    if let Some(email) = email.filter(|email| !is_email(email.text)) {
        problems.add(email.line, "contact.email", format!("\"{}\" is no e-mail address", email.text));
    }
    Some(Contact { name: name?.text.to_owned(), email: email?.text.to_owned() })
}

/// What can be written to: one @, a domain with a dot, nothing that another program would take apart.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let plain = |c: char| !c.is_whitespace() && !"\"'`<>()[],;:\\@".contains(c);
    !local.is_empty()
        && text.len() <= 254
        && local.chars().all(plain)
        && domain.contains('.')
        && domain.split('.').all(label)
}

fn account<'a>(fields: &Fields<'a>, problems: &mut Problems) -> Option<&'a str> {
    let account = fields.required("account", problems)?;
    if account.text.len() == 12 && account.text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(account.text);
    }
    problems.add(account.line, "account", format!("\"{}\" is no AWS account: 12 digits", account.text));
    None
}

fn region<'a>(fields: &Fields<'a>, key: &str, required: bool, problems: &mut Problems) -> Option<Text<'a>> {
    let region = if required { fields.required(key, problems)? } else { fields.text(key, problems)? };
    let catalogue = Catalogue::bundled();
    if catalogue.knows_region(region.text) {
        return Some(region);
    }
    let all = catalogue.inference_profiles.iter().flat_map(|profile| &profile.sources).map(String::as_str);
    let what = match nearest(region.text, all) {
        Some(near) => format!("\"{}\" is no region with Claude on Bedrock; did you mean {near}?", region.text),
        None => format!("\"{}\" is no region with Claude on Bedrock", region.text),
    };
    problems.add(region.line, key, what);
    None
}

fn region_beside<'a>(fields: &Fields<'a>, primary: Option<Text<'_>>, problems: &mut Problems) -> Option<Text<'a>> {
    const KEY: &str = "fallback_region";
    let fallback = region(fields, KEY, false, problems)?;
    let primary = primary?;
    let what = if primary.text == fallback.text {
        "is the same as region".to_owned()
    } else if Partition::of_region(primary.text) != Partition::of_region(fallback.text) {
        format!("lies in another partition of AWS than {}: no account is in both", primary.text)
    } else {
        return Some(fallback);
    };
    problems.add(fallback.line, KEY, what);
    None
}

fn compliance(fields: &Fields<'_>, problems: &mut Problems) -> Vec<(usize, Compliance)> {
    let Some(node) = fields.node("compliance") else { return Vec::new() };
    let items: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    let mut found: Vec<(usize, Compliance)> = Vec::new();
    for item in items {
        let Value::Text(name) = &item.value else {
            problems.add(item.line, "compliance", "must be a list of names");
            continue;
        };
        let name = name.to_lowercase();
        match Compliance::named(&name) {
            Some(rules) if found.iter().any(|(_, known)| *known == rules) => {
                problems.add(item.line, "compliance", format!("{} is there twice", rules.name()));
            }
            Some(rules) => found.push((item.line, rules)),
            None => {
                let all = Compliance::ALL.map(Compliance::name);
                let what = match nearest(&name, all.into_iter()) {
                    Some(near) => format!("\"{name}\" is not known; did you mean {near}?"),
                    None => format!("\"{name}\" is not known; known are {}", all.join(", ")),
                };
                problems.add(item.line, "compliance", what);
            }
        }
    }
    found
}

/// Whether rules and regions agree on where data stays.
fn places(
    rules: &[(usize, Compliance)],
    region: Option<Text<'_>>,
    fallback: Option<Text<'_>>,
    problems: &mut Problems,
) -> bool {
    let before = problems.0.len();
    let bound: Vec<_> = rules.iter().filter_map(|(line, rules)| Some((*line, *rules, rules.place()?))).collect();
    if let [(_, one, here), (line, other, there), ..] = bound.as_slice() {
        let what = format!(
            "{} keeps data in {here} and {} in {there}: no region is in both. Make two customers of it",
            one.name(),
            other.name()
        );
        problems.add(*line, "compliance", what);
        return false;
    }
    for (_, rules, place) in bound {
        for (key, region) in [("region", region), ("fallback_region", fallback)] {
            if let Some(region) = region.filter(|region| !rules.allows_region(region.text)) {
                let what = format!("{} must stay in {place}, and {} does not lie there", rules.name(), region.text);
                problems.add(region.line, key, what);
            }
        }
    }
    problems.0.len() == before
}

fn method(
    fields: &Fields<'_>,
    account: Option<&str>,
    region: Option<Text<'_>>,
    problems: &mut Problems,
) -> Option<FormMethod> {
    if !fields.must_have("method", problems) {
        return None;
    }
    let node = fields.node("method")?;
    if let Value::Text(name) = &node.value
        && name == MethodKind::BedrockApiKey.name()
    {
        return Some(FormMethod::BedrockApiKey);
    }
    let known = ["kind", "role_arn", "external_id", "access_key_id"];
    let method = Fields::new(node, "method.", &known, problems)?;
    let kind = method.required("kind", problems)?;
    let Some(named) = MethodKind::named(kind.text) else {
        let all = MethodKind::ALL.map(MethodKind::name).join(", ");
        problems.add(kind.line, "method.kind", format!("\"{}\" is no method: {all}", kind.text));
        return None;
    };
    let own: &[&str] = match named {
        MethodKind::CrossAccountRole => &["role_arn", "external_id"],
        MethodKind::IamUserKeys => &["access_key_id"],
        MethodKind::BedrockApiKey => &[],
    };
    for key in known.into_iter().skip(1).filter(|key| !own.contains(key)) {
        if let Some(node) = method.node(key) {
            problems.add(node.line, &method.name(key), format!("is not of {}", named.name()));
        }
    }
    match named {
        MethodKind::CrossAccountRole => {
            let role_arn = role_arn(&method, account, region, problems);
            let external_id = external_id(&method, problems);
            Some(FormMethod::CrossAccountRole { role_arn: role_arn?, external_id })
        }
        MethodKind::IamUserKeys => {
            let access_key_id = access_key_id(&method, problems)?;
            Some(FormMethod::IamUserKeys { access_key_id })
        }
        MethodKind::BedrockApiKey => Some(FormMethod::BedrockApiKey),
    }
}

fn role_arn(
    method: &Fields<'_>,
    account: Option<&str>,
    region: Option<Text<'_>>,
    problems: &mut Problems,
) -> Option<String> {
    let arn = method.required("role_arn", problems)?;
    let mut add = |what: String| problems.add(arn.line, "method.role_arn", what);
    let parts: Vec<&str> = arn.text.splitn(6, ':').collect();
    let name_is_good =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_/-".contains(&b));
    let (partition, of) = match parts.as_slice() {
        ["arn", partition, "iam", "", of, resource]
            if resource.strip_prefix("role/").is_some_and(name_is_good) && arn.text.len() <= 2_048 =>
        {
            (*partition, *of)
        }
        _ => {
            add(format!("\"{}\" is no role: arn:aws:iam::123456789012:role/name", arn.text));
            return None;
        }
    };
    if let Some(account) = account.filter(|account| *account != of) {
        add(format!("lies in the account {of}, and the customer's is {account}"));
    }
    if let Some(region) = region.filter(|region| Partition::of_region(region.text).name() != partition) {
        add(format!("is of partition {partition}, and {} is not", region.text));
    }
    Some(arn.text.to_owned())
}

/// AWS takes 2 characters; one that somebody can guess protects nobody.
fn external_id(method: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    let id = method.text("external_id", problems)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
    let what = if !id.text.bytes().all(allowed) {
        "may hold letters, digits and _+=,.@:/- only"
    } else if !(16..=1_224).contains(&id.text.len()) {
        "must have 16 to 1224 characters; leave it out, and one that nobody can guess is made"
    } else {
        return Some(id.text.to_owned());
    };
    problems.add(id.line, "method.external_id", what);
    None
}

fn access_key_id(method: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    let id = method.required("access_key_id", problems)?;
    let is_id = (16..=128).contains(&id.text.len())
        && id.text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let what = if id.text.starts_with("ASIA") {
        "is of temporary credentials, which end within hours; the keys of a user begin with AKIA"
    } else if !is_id || !id.text.starts_with("AKIA") {
        "is no access key id of a user: AKIA and at least 12 capital letters and digits"
    } else {
        return Some(id.text.to_owned());
    };
    problems.add(id.line, "method.access_key_id", what);
    None
}

fn tokens(fields: &Fields<'_>, problems: &mut Problems) -> Option<Tokens> {
    if !fields.must_have("tokens", problems) {
        return None;
    }
    let tokens = Fields::new(fields.node("tokens")?, "tokens.", &["input", "output"], problems)?;
    let mut count = |key: &str| {
        let written = tokens.required(key, problems)?;
        let count = token_count(&written.text.replace('_', ""));
        // A thousand times what the largest customers use; products with prices stay far below 2^127.
        let count = count.and_then(|count| match count {
            ..=1_000_000_000_000_000 => Ok(count),
            _ => Err("is more than a quadrillion".to_owned()),
        });
        count.map_err(|problem| problems.add(written.line, &tokens.name(key), problem)).ok()
    };
    let (input, output) = (count("input"), count("output"));
    Some(Tokens { input: input?, output: output? })
}
