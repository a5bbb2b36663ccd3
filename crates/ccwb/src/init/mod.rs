//! `ccwb init`: makes a profile, or changes one; with a person at a terminal, or from a file and flags.

mod answers;
mod arguments;
mod changes;
mod discovery;
mod finish;
mod wizard;

use ccwb_admin::{AdminError, AdminFolder, Draft, ProfileName, json_schema};
use secrecy::SecretString;
use serde_json::{Value, json};

pub(crate) use arguments::InitArguments;

use crate::administrator;
use crate::failure::{Failure, exit};
use crate::init::answers::Complaint;
use crate::init::discovery::Discovery;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) async fn run(arguments: &InitArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let screen = Screen::of_process();
    if arguments.json_schema {
        screen.line(format!("{:#}", json_schema()));
        return Ok(());
    }
    let folder = administrator::folder(surroundings)?;
    if screen.is_interactive() && !arguments.has_answers() && !arguments.json && !arguments.dry_run {
        return wizard::run(arguments, &folder, &screen, surroundings).await;
    }
    without_terminal(arguments, &folder, &screen, surroundings).await
}

async fn without_terminal(
    arguments: &InitArguments,
    folder: &AdminFolder,
    screen: &Screen,
    surroundings: &Surroundings,
) -> Result<(), Failure> {
    let given = answers::given(arguments)?;
    if given.is_empty() && surroundings.text("CCWB_CLIENT_SECRET").is_none() {
        let message = "there is no terminal to ask questions in, and no answers were given";
        let hint = "give them with --from FILE.toml or --set KEY=VALUE; ccwb init --json-schema lists them";
        return Err(Failure::new("no-answers", exit::USAGE, message, hint));
    }
    let mut draft = open(folder, &name(arguments, folder, &given)?)?;
    draft.client_secret = surroundings.text("CCWB_CLIENT_SECRET").map(SecretString::from);
    let mut complaints = answers::apply(&mut draft, &given);
    complaints.extend(answers::complete(&mut draft));
    draft.keep_public_secret();
    draft.settle();
    if complaints.is_empty()
        && let Err(AdminError::Invalid { problems, .. }) = draft.stored.profile()
    {
        let complaint = |problem: ccwb_admin::Problem| Complaint { key: problem.key, problem: problem.problem };
        complaints.extend(problems.into_iter().map(complaint));
    }
    let discovery = match complaints.is_empty() && !arguments.offline {
        true => discovery::discover(&draft, surroundings).await,
        false => None,
    };
    if let Some(Discovery::OtherIssuer { asked, found }) = &discovery {
        let (key, value) = discovery::mended(found);
        complaints.push(Complaint {
            key: key.to_owned(),
            problem: format!("the provider at {asked} calls itself {}: set it to \"{value}\"", found.issuer),
        });
    }
    if !complaints.is_empty() {
        return Err(refuse(screen, arguments.json, draft.name(), &complaints));
    }
    finish::save(draft, discovery.as_ref(), arguments, folder, screen, surroundings)
}

/// The profile's name: `--profile`, else `name` of the file, else the guidance's.
fn name(arguments: &InitArguments, folder: &AdminFolder, given: &[(String, Value)]) -> Result<ProfileName, Failure> {
    let in_the_file = given.iter().find(|(key, _)| key == "name").and_then(|(_, value)| value.as_str());
    if let Some(name) = arguments.profile.as_deref().or(in_the_file) {
        return Ok(ProfileName::parse(name)?);
    }
    match folder.list()?.as_slice() {
        [] => Ok(ProfileName::parse(ccwb_config::DEFAULT_PROFILE)?),
        _ => {
            let message = "there are profiles already, and none was named";
            Err(Failure::new("usage", exit::USAGE, message, "say which one is meant, or a new one: --profile NAME"))
        }
    }
}

fn open(folder: &AdminFolder, name: &ProfileName) -> Result<Draft, Failure> {
    Ok(Draft::new(folder.find(name)?.unwrap_or_else(|| folder.create(name))))
}

/// All complaints at once, each with its key.
fn refuse(screen: &Screen, json: bool, name: &ProfileName, complaints: &[Complaint]) -> Failure {
    let count = match complaints.len() {
        1 => "one answer is missing or wrong".to_owned(),
        count => format!("{count} answers are missing or wrong"),
    };
    let list: Vec<Value> =
        complaints.iter().map(|complaint| json!({"key": complaint.key, "problem": complaint.problem})).collect();
    if json {
        screen.line(format!("{:#}", json!({"profile": name.as_str(), "saved": false, "problems": list})));
    }
    let lines: String =
        complaints.iter().map(|complaint| format!("\n  {}: {}", complaint.key, complaint.problem)).collect();
    Failure::new(
        "answers",
        exit::CONFIG,
        format!("profile \"{name}\" was not saved: {count}{lines}"),
        "put them into the file, or give --set KEY=VALUE; docs/reference/ccwb-init.md explains each key",
    )
}
