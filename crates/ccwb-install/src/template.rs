//! An administrator's own settings file, with the guidance's placeholders for what only the person's machine knows.

use serde_json::Value;

use crate::claude_settings::Programs;
use crate::document::{Document as _, Key, Malformed};
use crate::jsonc::Jsonc;
use crate::merge::{Entry, Rule};
use crate::quote::command_line;

/// The values of a template, each under its full key: lists are values, objects are not. What leads to another identity
/// than that of `generated`, or does nothing, is left out, and where both have a key, `generated` says how the programs
/// are called and the template all else.
pub fn combine(text: &str, programs: &Programs, generated: Vec<Entry>) -> Result<Vec<Entry>, Malformed> {
    const LEFT_OUT: &[&str] = &["AWS_CREDENTIAL_PROCESS", "AWS_PROFILE", "AWS_EC2_METADATA_DISABLED"];
    let template = Jsonc::parse(text)?;
    let mut all = Vec::new();
    flatten(&template, &mut Vec::new(), programs, &mut all);
    all.retain(|entry| !(entry.key.len() == 2 && entry.key[0] == "env" && LEFT_OUT.contains(&entry.key[1].as_str())));
    for entry in generated {
        let is_call = ["awsCredentialExport", "awsAuthRefresh", "otelHeadersHelper"].contains(&entry.key[0].as_str());
        match all.iter_mut().find(|known| known.key.starts_with(&entry.key)) {
            Some(known) if is_call => *known = entry,
            Some(_) => {}
            None => all.push(entry),
        }
    }
    Ok(all)
}

fn flatten(template: &Jsonc, key: &mut Key, programs: &Programs, all: &mut Vec<Entry>) {
    let names = template.names(key);
    if names.is_empty()
        && let Some(mut value) = template.get(key)
    {
        fill_in(&mut value, programs);
        all.push(Entry { key: key.clone(), value: Some(value), rule: Rule::Replace });
    }
    for name in names {
        key.push(name);
        flatten(template, key, programs, all);
        key.pop();
    }
}

/// Puts the programs where the placeholders stand, quoted; quotes of the template's own are taken away.
fn fill_in(value: &mut Value, programs: &Programs) {
    match value {
        Value::String(text) => {
            let helper = programs.otel_helper.as_ref();
            for (placeholder, program) in
                [("__CREDENTIAL_PROCESS_PATH__", Some(&programs.credential_process)), ("__OTEL_HELPER_PATH__", helper)]
            {
                if let Some(program) = program.filter(|_| text.contains(placeholder)) {
                    let quoted = command_line(programs.system, program, &[]);
                    *text = text.replace(&format!("\"{placeholder}\""), placeholder).replace(placeholder, &quoted);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill_in(item, programs)),
        Value::Object(object) => object.values_mut().for_each(|item| fill_in(item, programs)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::quote::System;

    #[test]
    fn placeholders_become_quoted_paths_and_faults_of_the_guidance_are_not_taken_over() {
        let programs = Programs { system: System::Unix, credential_process: "/h/a b/cp".into(), otel_helper: None };
        let template = r#"{
            "env": {"AWS_PROFILE": "P", "AWS_CREDENTIAL_PROCESS": "__CREDENTIAL_PROCESS_PATH__ --profile P", "AWS_REGION": "eu-west-3"},
            "awsAuthRefresh": "__CREDENTIAL_PROCESS_PATH__ --profile P",
            "apiKeyHelper": "\"__CREDENTIAL_PROCESS_PATH__\" token",
            "permissions": {"deny": ["WebFetch"]}
        }"#;
        let generated = |key: &[&str], value: &str| Entry {
            key: key.iter().map(|&name| name.to_owned()).collect(),
            value: Some(json!(value)),
            rule: Rule::Replace,
        };
        let all = combine(
            template,
            &programs,
            vec![
                generated(&["env", "AWS_REGION"], "us-east-1"),
                generated(&["awsAuthRefresh"], "ours"),
                generated(&["env", "X"], "1"),
            ],
        )
        .unwrap();
        let shown: Vec<(String, Value)> =
            all.into_iter().map(|entry| (entry.key.join("."), entry.value.unwrap())).collect();
        assert_eq!(
            shown,
            [
                ("env.AWS_REGION".to_owned(), json!("eu-west-3")),
                ("awsAuthRefresh".to_owned(), json!("ours")),
                ("apiKeyHelper".to_owned(), json!("\"/h/a b/cp\" token")),
                ("permissions.deny".to_owned(), json!(["WebFetch"])),
                ("env.X".to_owned(), json!("1")),
            ]
        );
    }
}
