//! One question, put to a person.

use ccwb_admin::{Ask, Choice, Draft, ProfileName, Question};
use inquire::autocompletion::{Autocomplete, Replacement};
use inquire::error::CustomUserError;
use inquire::validator::{ErrorMessage, Validation};
use inquire::{Confirm, InquireError, Password, PasswordDisplayMode, Select, Text};
use secrecy::SecretString;
use serde_json::Value;

use super::{Reply, Stop};
use crate::failure::{Failure, exit};
use crate::screen::{Screen, wrap};

/// What a person said.
#[derive(Debug)]
pub(crate) enum Said {
    /// An answer in the form in which it is kept.
    Value(Value),
    /// A secret; `None`: what there is stays.
    Secret(Option<SecretString>),
}

/// Asks until the answer will do, or the person goes back.
pub(crate) fn put(question: &Question, draft: &Draft, screen: &Screen) -> Result<Reply<Said>, Stop> {
    let proposed = question.proposed(draft);
    // Below the question while it is asked, gone when it is answered: what stays are questions and answers.
    let help = &below(&hint(question, &proposed), screen);
    match question.ask {
        Ask::Secret => secret(question, draft, help),
        Ask::Flag => flag(question, &proposed, help),
        Ask::Choice { .. } => choice(question, draft, &proposed, screen, help),
        _ => text(question, draft, &proposed, help),
    }
}

/// Which of the existing profiles; `None`: a new one.
pub(crate) fn profile(names: &[ProfileName], active: Option<&ProfileName>) -> Result<Reply<Option<ProfileName>>, Stop> {
    if names.is_empty() {
        return Ok(Reply::Given(None));
    }
    let mut options: Vec<Row<Option<ProfileName>>> = names
        .iter()
        .map(|name| {
            let active = if Some(name) == active { " (active)" } else { "" };
            Row { text: format!("Change {name}{active}"), value: Some(name.clone()) }
        })
        .collect();
    options.push(Row { text: "Make a new one".to_owned(), value: None });
    select("Which profile?", options, active.and_then(|active| names.iter().position(|name| name == active)))
}

/// A name that no profile has.
pub(crate) fn new_name(names: &[ProfileName]) -> Result<Reply<ProfileName>, Stop> {
    let taken = names.to_vec();
    let check = move |typed: &str| match ProfileName::parse(typed.trim()) {
        Err(_) => Err("1 to 64 letters, digits and hyphens".to_owned()),
        Ok(name) if taken.contains(&name) => {
            Err(format!("There is a profile \"{name}\" already; Esc goes back to change it"))
        }
        Ok(_) => Ok(()),
    };
    let prompt = Text::new("What shall the profile be called?").with_validator(validator(check));
    let prompt = if names.is_empty() { prompt.with_default(ccwb_config::DEFAULT_PROFILE) } else { prompt };
    Ok(match reply(prompt.prompt())? {
        Reply::Given(name) => {
            Reply::Given(ProfileName::parse(name.trim()).map_err(|error| Stop::Failed(error.into()))?)
        }
        Reply::Back => Reply::Back,
    })
}

/// Yes or no, in the middle of the conversation.
pub(crate) fn confirm(prompt: &str, default: bool) -> Result<Reply<bool>, Stop> {
    reply(Confirm::new(prompt).with_default(default).prompt())
}

/// One row of a menu.
#[derive(Clone, Debug)]
pub(crate) struct Row<T> {
    pub(crate) text: String,
    pub(crate) value: T,
}

impl<T> std::fmt::Display for Row<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// A menu.
pub(crate) fn select<T>(prompt: &str, rows: Vec<Row<T>>, start: Option<usize>) -> Result<Reply<T>, Stop> {
    menu(prompt, rows, start, None)
}

fn menu<T>(prompt: &str, rows: Vec<Row<T>>, start: Option<usize>, help: Option<&str>) -> Result<Reply<T>, Stop> {
    const PAGE: usize = 10;
    let fits = rows.len() <= PAGE;
    let formatter = |row: inquire::list_option::ListOption<&Row<T>>| {
        row.value.text.split("  ").next().unwrap_or_default().to_owned()
    };
    let mut select = Select::new(prompt, rows)
        .with_page_size(PAGE)
        .with_starting_cursor(start.unwrap_or(0))
        .with_formatter(&formatter)
        .without_help_message();
    if let Some(help) = help {
        select = select.with_help_message(help);
    }
    // Typing narrows a long list down. A short one it would only make disappear.
    if fits {
        select = select.without_filtering();
    }
    Ok(match reply(select.prompt())? {
        Reply::Given(row) => Reply::Given(row.value),
        Reply::Back => Reply::Back,
    })
}

fn secret(question: &Question, draft: &Draft, help: &str) -> Result<Reply<Said>, Stop> {
    let needed = question.is_missing(draft);
    let check = move |typed: &str| match needed && typed.trim().is_empty() {
        true => Err("This is needed".to_owned()),
        false => Ok(()),
    };
    let prompt = Password::new(question.prompt)
        .with_display_mode(PasswordDisplayMode::Hidden)
        .with_validator(validator(check))
        .with_formatter(&|typed| if typed.is_empty() { "as it is".to_owned() } else { "(not shown)".to_owned() })
        .with_help_message(help)
        .without_confirmation();
    Ok(match reply(prompt.prompt())? {
        Reply::Given(typed) => {
            let typed = typed.trim();
            Reply::Given(Said::Secret((!typed.is_empty()).then(|| SecretString::from(typed))))
        }
        Reply::Back => Reply::Back,
    })
}

fn flag(question: &Question, proposed: &Value, help: &str) -> Result<Reply<Said>, Stop> {
    let proposed = proposed.as_bool().unwrap_or(false);
    let yes_no = |flag| if flag { "yes".to_owned() } else { "no".to_owned() };
    let prompt = Confirm::new(question.prompt)
        .with_default(proposed)
        .with_formatter(&yes_no)
        .with_help_message(help)
        .with_error_message("Answer y for yes or n for no");
    Ok(match reply(prompt.prompt())? {
        Reply::Given(flag) => Reply::Given(Said::Value(flag.into())),
        Reply::Back => Reply::Back,
    })
}

fn choice(
    question: &Question,
    draft: &Draft,
    proposed: &Value,
    screen: &Screen,
    help: &str,
) -> Result<Reply<Said>, Stop> {
    let mut choices = question.choices(draft);
    if !choices.iter().any(|choice| choice.value == *proposed) && !ccwb_admin::is_empty(proposed) {
        let label = question.show(proposed);
        choices.push(Choice { value: proposed.clone(), label, about: "as it is".to_owned() });
    }
    if ccwb_admin::is_empty(proposed) && !question.required && !choices.iter().any(|choice| choice.value.is_null()) {
        choices.insert(0, Choice { value: Value::Null, label: "Not said".to_owned(), about: "as it is".to_owned() });
    }
    let start = choices.iter().position(|choice| choice.value == *proposed);
    let rows = rows(choices, screen.width());
    Ok(match menu(question.prompt, rows, start, Some(help))? {
        Reply::Given(value) => Reply::Given(Said::Value(value)),
        Reply::Back => Reply::Back,
    })
}

/// Labels in a column, what is said about them beside it where there is room.
fn rows(choices: Vec<Choice>, width: usize) -> Vec<Row<Value>> {
    let column = choices.iter().map(|choice| choice.label.chars().count()).max().unwrap_or(0);
    choices
        .into_iter()
        .map(|Choice { value, label, about }| {
            let room = width.saturating_sub(column + 8);
            let text = match about.chars().count() {
                0 => label,
                length if length <= room => format!("{label:column$}  {about}"),
                _ => label,
            };
            Row { text, value }
        })
        .collect()
}

fn text(question: &Question, draft: &Draft, proposed: &Value, help: &str) -> Result<Reply<Said>, Stop> {
    let shown = question.show(proposed);
    let (question, known) = (*question, draft.clone());
    let (unchanged, needed) = (shown.clone(), question.required);
    let meant = move |typed: &str| if typed.trim() == NONE && !needed { String::new() } else { typed.to_owned() };
    let check = move |typed: &str| match typed == unchanged && !typed.is_empty() {
        true => Ok(()),
        false => question.parse(&meant(typed), &known).map(drop),
    };
    // An answer as it stays above: nothing by what it means.
    let nothing = question.describe(&Value::Null, draft);
    let written = |typed: &str| if meant(typed).trim().is_empty() { nothing.clone() } else { typed.to_owned() };
    let mut prompt =
        Text::new(question.prompt).with_validator(validator(check)).with_help_message(help).with_formatter(&written);
    if !shown.is_empty() {
        prompt = prompt.with_default(&shown);
    }
    let suggestions = question.choices(draft);
    if !suggestions.is_empty() {
        prompt = prompt.with_autocomplete(Suggestions(suggestions)).with_page_size(6);
    }
    let typed = match reply(prompt.prompt())? {
        Reply::Given(typed) => typed,
        Reply::Back => return Ok(Reply::Back),
    };
    if typed == shown {
        return Ok(Reply::Given(Said::Value(proposed.clone())));
    }
    match question.parse(&meant(&typed), draft) {
        Ok(value) => Ok(Reply::Given(Said::Value(value))),
        Err(problem) => Err(Stop::Failed(Failure::new("answers", exit::CONFIG, problem, crate::failure::TELL_US))),
    }
}

/// What helps to answer a question. What is proposed stands in brackets, so that typing replaces it; emptying it
/// therefore needs a sign.
fn hint(question: &Question, proposed: &Value) -> String {
    let typed = !matches!(question.ask, Ask::Secret | Ask::Flag | Ask::Choice { .. });
    let clears = typed && !question.required && !ccwb_admin::is_empty(proposed);
    let hint = question.hint();
    if clears { format!("{hint} ({NONE} empties it)") } else { hint }
}

/// A hint as lines: left to the library, it would be cut in the middle of a word. It puts brackets around.
fn below(hint: &str, screen: &Screen) -> String {
    wrap(hint, screen.width() - 2).join("\n ")
}

/// What is typed to take an answer out.
const NONE: &str = "-";

/// Regions and the like: what begins or is called like what was typed; Tab takes it over.
#[derive(Clone)]
struct Suggestions(Vec<Choice>);

impl Autocomplete for Suggestions {
    fn get_suggestions(&mut self, input: &str) -> Result<Vec<String>, CustomUserError> {
        let typed = input.trim().to_lowercase();
        let label = |choice: &Choice| format!("{:15} {}", choice.label, choice.about);
        if self.0.iter().any(|choice| choice.label == typed) {
            return Ok(Vec::new());
        }
        let fits = |choice: &&Choice| choice.label.starts_with(&typed) || choice.about.to_lowercase().contains(&typed);
        Ok(self.0.iter().filter(fits).map(label).collect())
    }

    fn get_completion(&mut self, _: &str, highlighted: Option<String>) -> Result<Replacement, CustomUserError> {
        Ok(highlighted.and_then(|row| row.split_whitespace().next().map(str::to_owned)))
    }
}

fn validator(
    check: impl Fn(&str) -> Result<(), String> + Clone + 'static,
) -> impl Fn(&str) -> Result<Validation, CustomUserError> + Clone + 'static {
    move |typed: &str| {
        Ok(match check(typed) {
            Ok(()) => Validation::Valid,
            Err(problem) => Validation::Invalid(ErrorMessage::Custom(problem)),
        })
    }
}

/// Esc is back, Ctrl-C is stop: the library tells them apart.
fn reply<T>(answer: Result<T, InquireError>) -> Result<Reply<T>, Stop> {
    match answer {
        Ok(value) => Ok(Reply::Given(value)),
        Err(InquireError::OperationCanceled) => Ok(Reply::Back),
        Err(InquireError::OperationInterrupted) => Err(Stop::Interrupted),
        Err(error) => {
            let message = format!("could not ask in this terminal: {error}");
            Err(Stop::Failed(Failure::new(
                "terminal",
                exit::UNEXPECTED,
                message,
                "answer with --from FILE.toml instead",
            )))
        }
    }
}
