//! The page on which everything is looked over, and from which any section can be changed.

use ccwb_admin::{AdminError, Ask, QUESTIONS, Section};

use super::ask::{self, Row};
use super::steps::of;
use super::{Reply, Stop, Talk};

/// What can be done from the page.
#[derive(Clone, Copy, Debug)]
enum Next {
    Save,
    Change(Section),
    Leave,
}

impl Talk<'_> {
    /// Shows everything until the person saves it.
    pub(super) async fn review(&mut self) -> Result<(), Stop> {
        loop {
            let mut settled = self.draft.clone();
            settled.settle();
            self.page();
            let wrong = problems(&settled);
            for (key, problem) in &wrong {
                self.screen.problem(key, problem);
            }
            let changed = settled.stored.is_changed() || settled.client_secret.is_some();
            match ask::select(
                &format!("Profile {}: what now?", self.draft.name()),
                menu(changed, wrong.is_empty()),
                None,
            )? {
                Reply::Given(Next::Save) => {
                    self.draft = settled;
                    self.draft.keep_public_secret();
                    return Ok(());
                }
                Reply::Given(Next::Change(section)) => self.one_section(section).await?,
                Reply::Given(Next::Leave) => return Err(Stop::Left),
                Reply::Back => self.screen.note("Choose a part to change it; Ctrl-C stops and keeps your answers."),
            }
        }
    }

    fn page(&self) {
        self.screen.page(&format!("Profile {}", self.draft.name()));
        for (number, section) in Section::ALL.into_iter().enumerate() {
            let questions: Vec<_> = of(section, &self.draft).collect();
            if questions.is_empty() {
                continue;
            }
            self.screen.heading(&format!("{}  {}", number + 1, section.title()));
            for question in questions {
                let value = self.draft.value(question.key);
                let answer = match (question.ask, &value) {
                    (Ask::Secret, _) if self.draft.client_secret.is_some() => "given, not shown".to_owned(),
                    (Ask::Secret, Some(_)) => "set, not shown".to_owned(),
                    _ => question.describe(&question.proposed(&self.draft), &self.draft),
                };
                self.screen.question_row(question.prompt, &answer);
            }
        }
        self.screen.blank();
    }
}

/// What keeps a draft from being saved.
fn problems(settled: &ccwb_admin::Draft) -> Vec<(String, String)> {
    let missing = QUESTIONS.iter().filter(|question| question.is_missing(settled));
    let mut wrong: Vec<(String, String)> =
        missing.map(|question| (question.section.title().to_owned(), format!("needed: {}", question.prompt))).collect();
    let mut complete = settled.clone();
    complete.keep_public_secret();
    if wrong.is_empty()
        && let Err(AdminError::Invalid { problems, .. }) = complete.stored.profile()
    {
        wrong.extend(problems.into_iter().map(|problem| (problem.key, problem.problem)));
    }
    wrong
}

fn menu(changed: bool, complete: bool) -> Vec<Row<Next>> {
    let mut rows = Vec::new();
    if complete {
        let text = if changed { "Save" } else { "Leave it as it is" };
        rows.push(Row { text: text.to_owned(), value: Next::Save });
    }
    for (number, section) in Section::ALL.into_iter().enumerate() {
        rows.push(Row { text: format!("Change {}: {}", number + 1, section.title()), value: Next::Change(section) });
    }
    if changed || !complete {
        rows.push(Row { text: "Leave without saving".to_owned(), value: Next::Leave });
    }
    rows
}
