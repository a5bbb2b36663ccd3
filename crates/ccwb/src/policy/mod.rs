//! `ccwb policy`: IAM policies for what is asked, in plain words, and tried out.

mod arguments;
mod print;
mod simulate;

use std::path::Path;

use ccwb_bedrock::Catalogue;
use ccwb_bedrock::iam::{Policy, PolicyError};
use ccwb_bedrock::policy::{CannotBeMade, explain};
use serde_json::json;

use self::arguments::ExplainArguments;
pub(crate) use self::arguments::PolicyCommand;
use crate::document;
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) fn run(command: &PolicyCommand, surroundings: &Surroundings) -> Result<(), Failure> {
    match command {
        PolicyCommand::Print(arguments) => print::permissions(arguments, surroundings),
        PolicyCommand::Trust(arguments) => print::trust(arguments),
        PolicyCommand::Scp(arguments) => print::service_control(arguments, surroundings),
        PolicyCommand::Explain(arguments) => in_words(arguments),
        PolicyCommand::Simulate(arguments) => simulate::run(arguments),
    }
}

fn in_words(arguments: &ExplainArguments) -> Result<(), Failure> {
    let told = explain(&read(&arguments.file)?, Catalogue::bundled());
    let screen = Screen::of_process();
    screen.answer(arguments.json, &json!({"sentences": told.sentences, "findings": told.findings}), || {
        for sentence in &told.sentences {
            screen.ask(sentence);
        }
        if !told.findings.is_empty() {
            screen.heading("Look at this");
            for finding in &told.findings {
                screen.ask(finding);
            }
        }
    });
    Ok(())
}

/// A policy document from a file.
fn read(path: &Path) -> Result<Policy, Failure> {
    Policy::parse(&document::text(path)?).map_err(|error| unusable(&path.display().to_string(), &error))
}

fn unusable(name: &str, error: &PolicyError) -> Failure {
    let hint = "give one policy document as IAM takes it; what cannot be evaluated exactly is refused";
    Failure::new("policy-malformed", exit::CONFIG, format!("{name}: {error}"), hint)
}

impl From<CannotBeMade> for Failure {
    fn from(error: CannotBeMade) -> Self {
        Self::new("policy-impossible", exit::CONFIG, error.problem, error.hint)
    }
}
