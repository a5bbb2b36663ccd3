//! `ccwb config`: checking, exporting and importing profiles.

use std::io::Write as _;
use std::path::Path;

use ccwb_admin::{AdminError, AdminFolder, AdminProfile, ProfileDocument, ProfileName, find_key};
use serde_json::{Map, Value, json};

use super::{ConfigCommand, folder};
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::Surroundings;

/// The guidance's exports have this in place of what they hid.
const REDACTED: &str = "[REDACTED]";

pub(crate) fn run(command: &ConfigCommand, surroundings: &Surroundings) -> Result<(), Failure> {
    let folder = folder(surroundings)?;
    let screen = Screen::of_process();
    match command {
        ConfigCommand::Validate { name, json } => validate(&folder, &screen, name.as_deref(), *json),
        ConfigCommand::Export { name, output, json } => {
            export(&folder, &screen, name.as_deref(), output.as_deref(), *json)
        }
        ConfigCommand::Import { file, name, yes, json } => import(&folder, &screen, file, name.as_deref(), *yes, *json),
    }
}

fn validate(folder: &AdminFolder, screen: &Screen, name: Option<&str>, json: bool) -> Result<(), Failure> {
    let names = match name {
        Some("all") => folder.list()?,
        name => vec![folder.choose(name)?],
    };
    let mut reports = Vec::new();
    for name in names {
        let problems = match folder.load(&name).and_then(|stored| stored.profile()) {
            Ok(_) => Vec::new(),
            Err(AdminError::Invalid { problems, .. }) => {
                problems.into_iter().map(|problem| (problem.key, problem.problem)).collect()
            }
            Err(error @ AdminError::Malformed { .. }) => vec![(String::new(), error.to_string())],
            Err(error) => return Err(error.into()),
        };
        reports.push((name, problems));
    }
    let value: Vec<Value> = reports
        .iter()
        .map(|(name, problems)| {
            let problems: Vec<Value> =
                problems.iter().map(|(key, problem)| json!({"key": key, "problem": problem})).collect();
            json!({"profile": name.as_str(), "valid": problems.is_empty(), "problems": problems})
        })
        .collect();
    screen.answer(json, &json!({"profiles": value}), || {
        for (name, problems) in &reports {
            match problems.as_slice() {
                [] => screen.done(name.as_str(), "valid"),
                [_] => screen.problem(name.as_str(), "one problem"),
                many => screen.problem(name.as_str(), &format!("{} problems", many.len())),
            }
            for (key, problem) in problems {
                screen.pair(key, problem);
            }
        }
    });
    if reports.iter().all(|(_, problems)| problems.is_empty()) { Ok(()) } else { Err(Failure::told(exit::CONFIG)) }
}

fn export(
    folder: &AdminFolder,
    screen: &Screen,
    name: Option<&str>,
    output: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let stored = folder.load(&folder.choose(name)?)?;
    let mut document = stored.document;
    let left_out = without_secrets(document.written()).1;
    for key in &left_out {
        document.remove(key);
    }
    let said = match left_out.as_slice() {
        [] => "nothing was left out".to_owned(),
        keys => format!("{} left out: set again after the import", keys.join(", ")),
    };
    let Some(path) = output else {
        screen.raw(document.text());
        // Standard output is the export itself.
        crate::screen::remark(&said);
        return Ok(());
    };
    write(path, document.text())?;
    let value = json!({"profile": stored.name.as_str(), "file": path.display().to_string(), "left_out": left_out});
    screen.answer(json, &value, || {
        screen.done("exported", &path.display().to_string());
        screen.note(&said);
    });
    Ok(())
}

/// All of it or nothing, for this user only; the folder is somebody's own and stays as it is.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    });
    written.map_err(|error| {
        let message = format!("could not write {}: {error}", path.display());
        Failure::new("store-file", exit::STORE, message, "choose another file with --output")
    })
}

fn import(
    folder: &AdminFolder,
    screen: &Screen,
    file: &Path,
    name: Option<&str>,
    yes: bool,
    json: bool,
) -> Result<(), Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|source| AdminError::Unreadable { path: file.to_owned(), source })?;
    let mut document = ProfileDocument::parse(file, &text)?;
    let redacted = redacted(&Value::Object(document.written().clone()), "");
    if !redacted.is_empty() {
        let message = format!("{} has {REDACTED} in place of {}", file.display(), redacted.join(", "));
        let hint = "put the values in, or export the profile again with ccwb config export";
        return Err(Failure::new("import-redacted", exit::CONFIG, message, hint));
    }
    let in_the_file = document.written().get("name").and_then(Value::as_str).map(str::to_owned);
    let Some(name) = name.map(str::to_owned).or(in_the_file) else {
        let message = format!("{} does not say what the profile is called", file.display());
        return Err(Failure::new("profile-name", exit::USAGE, message, "name it: ccwb config import FILE NAME"));
    };
    let name = ProfileName::parse(&name)?;
    document.set("name", name.as_str());
    AdminProfile::parse(&name, &document).map_err(|error| {
        let failure = Failure::from(error);
        Failure { hint: format!("mend {}, nothing was changed", file.display()), ..failure }
    })?;
    let (mut stored, replaced) = match folder.find(&name)? {
        Some(_) if !yes => {
            let message = format!("there is a profile \"{name}\" already");
            let hint = format!("give another name (ccwb config import FILE NAME), or replace \"{name}\" with --yes");
            return Err(Failure::new("profile-exists", exit::CONFIG, message, hint));
        }
        Some(stored) => (stored, true),
        None => (folder.create(&name), false),
    };
    stored.document = document;
    folder.save(&mut stored)?;
    if folder.active()?.is_none() {
        folder.set_active(&name)?;
    }
    let path = stored.path().display().to_string();
    screen.answer(json, &json!({"profile": name.as_str(), "file": path, "replaced": replaced}), || {
        screen.done(if replaced { "replaced" } else { "imported" }, &path);
        screen.ask(&format!("Use it with --profile {name}, or make it the active one: ccwb context use {name}"));
    });
    Ok(())
}

/// The values without those that are secret, and the names of these.
pub(crate) fn without_secrets(values: &Map<String, Value>) -> (Map<String, Value>, Vec<String>) {
    let secret = |key: &str, value: &Value| {
        let known = find_key(key).is_some_and(|known| known.private);
        let named_so = ["secret", "password", "token"].iter().any(|word| key.ends_with(word));
        (known || named_so) && value.as_str().is_some_and(|text| !text.is_empty())
    };
    let left_out: Vec<String> =
        values.iter().filter(|(key, value)| secret(key, value)).map(|(key, _)| key.clone()).collect();
    let values = values.iter().filter(|(key, _)| !left_out.contains(key));
    (values.map(|(key, value)| (key.clone(), value.clone())).collect(), left_out)
}

/// The paths of values that an export of the guidance hid.
fn redacted(value: &Value, path: &str) -> Vec<String> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::String(text) if text.contains(REDACTED) => vec![path.to_owned()],
        Value::Object(values) => values.iter().flat_map(|(key, value)| redacted(value, &below(key))).collect(),
        Value::Array(values) => {
            values.iter().enumerate().flat_map(|(index, value)| redacted(value, &below(&index.to_string()))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guidance_hid_is_found_wherever_it_is() {
        let value = json!({"a": REDACTED, "b": {"c": [1, REDACTED]}, "d": "x"});
        assert_eq!(redacted(&value, ""), ["a", "b.c.1"]);
    }

    #[test]
    fn secrets_are_told_by_the_table_and_by_their_names() {
        let Value::Object(values) = json!({"client_secret": "s", "house_password": "p", "cowork_service_token": "",
            "telemetry_hash_salt": "x", "client_id": "c", "distribution_idp_client_secret_arn": "arn"})
        else {
            panic!()
        };
        let (kept, left_out) = without_secrets(&values);
        assert_eq!(left_out, ["client_secret", "house_password", "telemetry_hash_salt"]);
        assert_eq!(kept.len(), 3);
    }
}
