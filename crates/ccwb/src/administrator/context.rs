//! `ccwb context`: which profiles there are, and which one is meant.

use ccwb_admin::{AdminFolder, AdminProfile, Draft, FederationKind, ProfileName, QUESTIONS, Question, Section, SignIn};
use serde_json::{Value, json};

use super::{ContextCommand, config, folder};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) fn run(command: &ContextCommand, surroundings: &Surroundings) -> Result<(), Failure> {
    let folder = folder(surroundings)?;
    let screen = Screen::of_process();
    match command {
        ContextCommand::List { json } => list(&folder, &screen, *json),
        ContextCommand::Current { json } => {
            let name = folder.choose(None)?;
            screen.answer(*json, &json!({"profile": name.as_str()}), || screen.line(&name));
            Ok(())
        }
        ContextCommand::Use { name, json } => {
            let name = ProfileName::parse(name)?;
            folder.load(&name)?;
            folder.set_active(&name)?;
            screen.answer(*json, &json!({"profile": name.as_str()}), || screen.done("active", name.as_str()));
            Ok(())
        }
        ContextCommand::Show { name, json } => show(&folder, &screen, name.as_deref(), *json),
    }
}

fn list(folder: &AdminFolder, screen: &Screen, json: bool) -> Result<(), Failure> {
    let active = folder.active()?;
    let rows: Vec<_> = folder
        .list()?
        .into_iter()
        .map(|name| {
            let profile = folder.load(&name).and_then(|stored| stored.profile());
            let about = profile.as_ref().map_or_else(ToString::to_string, about);
            (Some(&name) == active.as_ref(), name, profile.is_ok(), about)
        })
        .collect();
    let value: Vec<Value> = rows
        .iter()
        .map(|(active, name, valid, about)| {
            json!({"profile": name.as_str(), "active": active, "valid": valid, "about": about})
        })
        .collect();
    screen.answer(json, &json!({"profiles": value}), || {
        if rows.is_empty() {
            screen.ask("There is no profile yet: ccwb init makes one.");
        }
        for (active, name, valid, about) in &rows {
            match (valid, active) {
                (false, _) => screen.problem(name.as_str(), about),
                (true, true) => screen.done(name.as_str(), about),
                (true, false) => screen.row(name.as_str(), about),
            }
        }
    });
    Ok(())
}

fn show(folder: &AdminFolder, screen: &Screen, name: Option<&str>, json: bool) -> Result<(), Failure> {
    let name = folder.choose(name)?;
    let stored = folder.load(&name)?;
    let (values, left_out) = config::without_secrets(&stored.document.values());
    let path = stored.path().display().to_string();
    let draft = Draft::new(stored);
    let value = json!({"profile": name.as_str(), "file": path, "values": values, "left_out": left_out});
    screen.answer(json, &value, || {
        screen.title(name.as_str(), &path);
        for section in Section::ALL {
            let questions: Vec<&Question> =
                QUESTIONS.iter().filter(|question| question.section == section && (question.applies)(&draft)).collect();
            if questions.is_empty() {
                continue;
            }
            screen.heading(section.title());
            for question in questions {
                let secret = left_out.iter().any(|key| key == question.key);
                let answer = question.proposed(&draft);
                let answer = if secret { "set, not shown".to_owned() } else { question.describe(&answer, &draft) };
                screen.pair(question.key, &answer);
            }
        }
    });
    Ok(())
}

/// A profile in one line.
fn about(profile: &AdminProfile) -> String {
    let sign_in = match &profile.sign_in {
        SignIn::Oidc(oidc) => {
            let way = if oidc.federation == FederationKind::Direct { "STS" } else { "identity pool" };
            format!("{} through {way}", oidc.issuer.without_scheme().trim_end_matches('/'))
        }
        SignIn::IdentityCenter(center) => format!("Identity Center {}", center.account_id),
        SignIn::None => "no sign-in of its own".to_owned(),
    };
    format!("{sign_in}, {}", profile.aws_region)
}
