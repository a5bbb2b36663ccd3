//! From question to question, and back.

use ccwb_admin::{Draft, QUESTIONS, Question, Section};

use super::ask::{self, Row, Said};
use super::{Reply, Stop, Talk};
use crate::init::discovery::{self, Discovery};
use crate::init::finish::show_provider;
use crate::screen::Spinner;

/// Where the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The head of a section, where all that is proposed can be taken at once.
    Head(Section),
    /// A question, by its place in the table.
    Ask(usize),
}

/// Answers that name the provider: after them it is asked to describe itself.
const NAMES_THE_PROVIDER: &[&str] =
    &["provider_domain", "provider_type", "okta_auth_server", "cognito_user_pool_id", "oidc_issuer_url"];

impl Talk<'_> {
    /// All sections, one after the other; begins at a question that an earlier run stopped at.
    pub(super) async fn all_sections(&mut self, from: Option<usize>) -> Result<(), Stop> {
        let first = from.map_or(Step::Head(Section::SignIn), Step::Ask);
        if let Step::Ask(place) = first {
            self.head(QUESTIONS[place].section);
        }
        self.walk(first, None).await
    }

    /// One section, all its questions.
    pub(super) async fn one_section(&mut self, section: Section) -> Result<(), Stop> {
        self.head(section);
        match first_of(section, &self.draft) {
            Some(place) => self.walk(Step::Ask(place), Some(section)).await,
            None => Ok(()),
        }
    }

    async fn walk(&mut self, first: Step, only: Option<Section>) -> Result<(), Stop> {
        let mut behind: Vec<Step> = Vec::new();
        let mut here = first;
        loop {
            // A head that asks nothing is no place to come back to.
            let asks = match here {
                Step::Head(section) => self.proposal(section).is_some(),
                Step::Ask(_) => true,
            };
            let reply = match here {
                Step::Head(section) => self.at_the_head(section)?,
                Step::Ask(place) => self.at(place).await?,
            };
            match reply {
                Reply::Given(next) => {
                    let next = match next {
                        Some(step) => Some(step),
                        None => after(here, &self.draft),
                    };
                    if asks {
                        behind.push(here);
                    }
                    here = match next {
                        Some(Step::Head(_)) | None if only.is_some() => return Ok(()),
                        Some(step) => step,
                        None => return Ok(()),
                    };
                }
                Reply::Back => match behind.pop() {
                    Some(step) => here = step,
                    None if only.is_some() => return Ok(()),
                    None => self.screen.note("This is the first question; Ctrl-C stops and keeps your answers."),
                },
            }
        }
    }

    /// Puts one question. The next step is the one that follows in the table.
    async fn at(&mut self, place: usize) -> Result<Reply<Option<Step>>, Stop> {
        let question = &QUESTIONS[place];
        self.remember(place)?;
        match ask::put(question, &self.draft, self.screen)? {
            Reply::Back => return Ok(Reply::Back),
            Reply::Given(Said::Value(value)) => self.draft.answer(question, value),
            Reply::Given(Said::Secret(secret)) => {
                self.draft.client_secret = secret.or_else(|| self.draft.client_secret.take());
            }
        }
        if NAMES_THE_PROVIDER.contains(&question.key) && !self.offline {
            self.meet_the_provider().await?;
        }
        Ok(Reply::Given(None))
    }

    /// Shows what is proposed for a section; taken at once, or gone through.
    fn at_the_head(&mut self, section: Section) -> Result<Reply<Option<Step>>, Stop> {
        let Some(first) = first_of(section, &self.draft) else { return Ok(Reply::Given(None)) };
        self.head(section);
        let Some(proposal) = self.proposal(section) else { return Ok(Reply::Given(Some(Step::Ask(first)))) };
        for question in of(section, &proposal) {
            let answer = question.describe(&question.proposed(&proposal), &proposal);
            self.screen.question_row(question.prompt, &answer);
        }
        self.screen.blank();
        let rows = vec![
            Row { text: "Yes, go on".to_owned(), value: true },
            Row { text: "No, ask me".to_owned(), value: false },
        ];
        Ok(match ask::select("Is that right?", rows, None)? {
            Reply::Back => Reply::Back,
            Reply::Given(false) => Reply::Given(Some(Step::Ask(first))),
            Reply::Given(true) => {
                self.draft = proposal;
                Reply::Given(after_section(section))
            }
        })
    }

    /// The draft with all that is proposed for a section, if that is all it takes. The first two sections are what only
    /// the person knows.
    fn proposal(&self, section: Section) -> Option<Draft> {
        let mut proposal = self.draft.clone();
        let complete =
            section > Section::Account && first_of(section, &self.draft).is_some() && propose(section, &mut proposal);
        complete.then_some(proposal)
    }

    fn head(&self, section: Section) {
        let number = Section::ALL.iter().position(|other| *other == section).map_or(1, |place| place + 1);
        self.screen.section(number, Section::ALL.len(), section.title());
    }

    /// Asks the provider to describe itself, once per issuer, and shows what it said.
    async fn meet_the_provider(&mut self) -> Result<(), Stop> {
        let Some(issuer) = self.draft.issuer().map(|issuer| issuer.as_str().to_owned()) else { return Ok(()) };
        if self.shown_issuer.as_ref() == Some(&issuer) {
            return Ok(());
        }
        let spinner = Spinner::start("Asking the provider to describe itself");
        let discovery = discovery::discover(&self.draft, self.surroundings).await;
        drop(spinner);
        self.shown_issuer = Some(issuer);
        match discovery {
            None => {}
            Some(Discovery::Silent(problem)) => {
                self.screen.skipped("provider", &format!("not reached ({problem})"));
                self.screen
                    .note("Go on all the same: it may be reached from people's computers only. ccwb doctor checks it.");
            }
            Some(Discovery::Found(found)) => {
                self.draft.detect(found.product.provider());
                show_provider(&found, self.screen);
            }
            Some(Discovery::OtherIssuer { found, .. }) => {
                self.draft.detect(found.product.provider());
                show_provider(&found, self.screen);
                let (key, value) = discovery::mended(&found);
                self.screen.note(&format!("It calls itself {}, and tokens carry that name.", found.issuer));
                if let Reply::Given(true) = ask::confirm("Use that name?", true)? {
                    self.draft.put(key, value.into());
                    self.shown_issuer = self.draft.issuer().map(|issuer| issuer.as_str().to_owned());
                }
            }
        }
        Ok(())
    }
}

/// The questions of a section that apply now.
pub(super) fn of(section: Section, draft: &Draft) -> impl Iterator<Item = &'static Question> + '_ {
    QUESTIONS.iter().filter(move |question| question.section == section && (question.applies)(draft))
}

/// Takes every proposal of a section; `false` if one is missing.
fn propose(section: Section, draft: &mut Draft) -> bool {
    for question in QUESTIONS.iter().filter(|question| question.section == section) {
        if !(question.applies)(draft) {
            continue;
        }
        match question.check(&question.proposed(draft), draft) {
            Ok(value) => draft.answer(question, value),
            Err(_) => return false,
        }
    }
    true
}

fn first_of(section: Section, draft: &Draft) -> Option<usize> {
    QUESTIONS.iter().position(|question| question.section == section && (question.applies)(draft))
}

fn after(step: Step, draft: &Draft) -> Option<Step> {
    match step {
        Step::Head(section) => after_section(section),
        Step::Ask(place) => {
            let section = QUESTIONS[place].section;
            let mut rest = QUESTIONS.iter().enumerate().skip(place + 1);
            let next = rest.find(|(_, question)| question.section == section && (question.applies)(draft));
            next.map(|(place, _)| Step::Ask(place)).or_else(|| after_section(section))
        }
    }
}

fn after_section(section: Section) -> Option<Step> {
    Section::ALL.into_iter().find(|other| *other > section).map(Step::Head)
}
