//! The questions of `ccwb init`, as data. The wizard, `--from`, `--set`, the JSON schema and the reference are all made
//! from [`QUESTIONS`].

mod address;
mod draft;
mod forms;
mod places;
mod schema;
mod table;

use serde_json::Value;

pub use address::ProviderAddress;
pub use draft::Draft;
pub use draft::is_empty;
pub use schema::{json_schema, reference};
pub use table::QUESTIONS;

/// A part of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// The identity provider.
    SignIn,
    /// The account.
    Account,
    /// Federation and conditions.
    Access,
    /// Models.
    Models,
    /// Telemetry and quotas.
    Monitoring,
    /// Network, audit, budget.
    Safety,
    /// What people install.
    Machines,
}

impl Section {
    /// All, in order.
    pub const ALL: [Self; 7] =
        [Self::SignIn, Self::Account, Self::Access, Self::Models, Self::Monitoring, Self::Safety, Self::Machines];

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::SignIn => "How people sign in",
            Self::Account => "Your AWS account",
            Self::Access => "Who gets in, and for how long",
            Self::Models => "Models",
            Self::Monitoring => "Usage and limits",
            Self::Safety => "Safety and cost",
            Self::Machines => "On people's computers",
        }
    }
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What goes into the profile.
    pub value: Value,
    /// What is read.
    pub label: String,
    /// A few words on it; may be empty.
    pub about: String,
}

/// The form of an answer.
#[derive(Clone, Copy)]
pub enum Ask {
    /// A text in a certain form; the check may rewrite it. Suggestions are what can be completed.
    Text {
        /// Gives the text as it is kept.
        check: fn(&str, &Draft) -> Result<String, String>,
        /// Common answers.
        suggestions: fn(&Draft) -> Vec<Choice>,
    },
    /// One of these. Without a terminal, other values may be allowed.
    Choice {
        /// What there is to choose from.
        options: fn(&Draft) -> Vec<Choice>,
        /// Checks a value that is none of them.
        other: fn(&Value) -> Result<(), String>,
    },
    /// Yes or no.
    Flag,
    /// A whole number.
    Number {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// Seconds; people may type `12h`.
    Seconds {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// An amount of money.
    Amount,
    /// Texts, separated by commas.
    List {
        /// Checks one.
        check: fn(&str) -> Result<(), String>,
    },
    /// `name=value`, separated by commas.
    Pairs {
        /// Checks one.
        check: fn(&str, &str) -> Result<(), String>,
    },
    /// Ports, separated by commas.
    Ports,
    /// Something that is not shown while it is typed.
    Secret,
}

/// One question.
#[derive(Clone, Copy)]
pub struct Question {
    /// The key in the profile, in `--from` files and for `--set`; `outer.inner` inside an object.
    pub key: &'static str,
    /// Where it is asked.
    pub section: Section,
    /// The question.
    pub prompt: &'static str,
    /// What helps to answer it.
    pub help: &'static str,
    /// What holds where nothing is answered; empty where there always is an answer.
    pub unset: &'static str,
    /// The form of the answer.
    pub ask: Ask,
    /// Whether there must be an answer.
    pub required: bool,
    /// Whether it is asked.
    pub applies: fn(&Draft) -> bool,
    /// What holds in a profile that says nothing.
    pub absent: fn(&Draft) -> Value,
    /// What is proposed for a new profile.
    pub suggest: fn(&Draft) -> Value,
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Question").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Question {
    /// The question for a key.
    pub fn find(key: &str) -> Option<&'static Self> {
        QUESTIONS.iter().find(|question| question.key == key)
    }

    /// What helps to answer it, and what no answer means.
    pub fn hint(&self) -> String {
        if self.unset.is_empty() { self.help.to_owned() } else { format!("{}. Empty: {}", self.help, self.unset) }
    }

    /// The answer that is proposed: what holds, else what is good for a new profile.
    pub fn proposed(&self, draft: &Draft) -> Value {
        match draft.value(self.key) {
            Some(value) if draft.says(self.key) => value,
            held if draft.is_new() => match (self.suggest)(draft) {
                Value::Null => held.unwrap_or(Value::Null),
                suggested => suggested,
            },
            Some(held) => held,
            None => (self.absent)(draft),
        }
    }

    /// Whether the profile lacks an answer that it needs.
    pub fn is_missing(&self, draft: &Draft) -> bool {
        let applies = (self.applies)(draft);
        if matches!(self.ask, Ask::Secret) {
            // Google's goes into the profile; any other is in a keyring, perhaps of another day.
            let google = draft.is("provider_type", "google");
            return applies && google && draft.client_secret.is_none() && draft.value(self.key).is_none();
        }
        self.required && applies && is_empty(&self.proposed(draft))
    }

    /// The choices of this question; none for other forms.
    pub fn choices(&self, draft: &Draft) -> Vec<Choice> {
        match self.ask {
            Ask::Choice { options, .. } => options(draft),
            Ask::Text { suggestions, .. } => suggestions(draft),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::{AdminFolder, ProfileName};

    fn draft_of(text: &str) -> (tempfile::TempDir, Draft) {
        let home = tempfile::tempdir().unwrap();
        let folder = AdminFolder::new(home.path().to_owned());
        let name = ProfileName::parse("ClaudeCode").unwrap();
        std::fs::create_dir_all(folder.profile_file(&name).parent().unwrap()).unwrap();
        std::fs::write(folder.profile_file(&name), text).unwrap();
        let draft = Draft::new(folder.load(&name).unwrap());
        (home, draft)
    }

    fn new_draft() -> Draft {
        Draft::new(AdminFolder::new("/nowhere".into()).create(&ProfileName::parse("Team-A").unwrap()))
    }

    fn fixtures() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
    }

    /// R-53, C7: for every profile of the guidance.
    #[test]
    fn accepting_every_answer_changes_no_byte() {
        for (file, text) in fixtures() {
            let (_home, mut draft) = draft_of(&text);
            let mut asked = 0;
            for question in QUESTIONS {
                if (question.applies)(&draft) && !matches!(question.ask, Ask::Secret) {
                    let shown = question.show(&question.proposed(&draft));
                    let answer = question.parse(&shown, &draft).unwrap_or_else(|problem| {
                        panic!("{file}: {} refuses its own {shown:?}: {problem}", question.key)
                    });
                    draft.answer(question, answer);
                    asked += 1;
                }
            }
            draft.settle();
            assert!(asked > 10, "{file}: {asked} questions");
            assert_eq!(draft.stored.document.text(), text, "{file}");
        }
    }

    #[test]
    fn every_question_has_a_known_key_of_its_own_and_ends_as_one() {
        let mut keys = BTreeSet::new();
        for question in QUESTIONS {
            assert!(keys.insert(question.key), "{} twice", question.key);
            let outer = question.key.split('.').next().unwrap();
            assert!(crate::find_key(outer).is_some(), "{} is a key of profiles", question.key);
            assert!(question.prompt.ends_with('?'), "{}", question.key);
            assert!(question.prompt.len() <= 44, "{}: on a page it has to fit beside its answer", question.key);
            assert!(!question.help.ends_with('.') || question.help.ends_with("..."), "{}", question.key);
        }
        let sections: Vec<Section> = QUESTIONS.iter().map(|question| question.section).collect();
        assert!(sections.is_sorted(), "questions of a section stand together");
    }

    #[test]
    fn a_new_profile_with_three_answers_and_all_proposals_is_valid() {
        let mut draft = new_draft();
        for (key, value) in [("provider_domain", json!("company.okta.com")), ("client_id", json!("0oa1b2c3d4e5f6"))] {
            draft.put(key, value);
        }
        for question in QUESTIONS.iter().filter(|question| !matches!(question.ask, Ask::Secret)) {
            if (question.applies)(&draft) {
                let answer = question.parse(&question.show(&question.proposed(&draft)), &draft);
                let answer = answer.unwrap_or_else(|problem| panic!("{}: {problem}", question.key));
                draft.answer(question, answer);
            }
        }
        draft.settle();
        assert_eq!(draft.stored.profile().map(|profile| profile.name.to_string()).unwrap(), "Team-A");
        assert!(draft.is("federation_type", "direct"));
    }

    #[test]
    fn another_provider_takes_the_old_ones_values_out_and_nothing_else() {
        let (_, text) = fixtures().into_iter().find(|(file, _)| file.contains("generic-2.5")).unwrap();
        let (_home, mut draft) = draft_of(&text);
        draft.put("provider_domain", "company.okta.com".into());
        draft.put("provider_type", "okta".into());
        draft.settle();
        for key in ["oidc_issuer_url", "oidc_token_endpoint", "oidc_jwks_uri", "oidc_thumbprint"] {
            assert_eq!(draft.value(key), None, "{key}");
        }
        assert!(draft.value("federated_role_arn").is_some() && draft.value("tags").is_some());
    }

    #[test]
    fn an_authorization_server_in_a_pasted_address_is_kept_under_its_own_key() {
        let mut draft = new_draft();
        let question = Question::find("provider_domain").unwrap();
        let pasted = "https://company.okta.com/oauth2/aus1/.well-known/openid-configuration";
        let answer = question.parse(pasted, &draft).unwrap();
        draft.answer(question, answer);
        assert!(draft.is("provider_domain", "company.okta.com") && draft.is("okta_auth_server", "aus1"));
        assert_eq!(draft.issuer().unwrap().as_str(), "https://company.okta.com/oauth2/aus1");
    }

    #[test]
    fn recorded_regions_go_when_the_models_change() {
        let (_, text) = fixtures().into_iter().find(|(file, _)| file.contains("okta-2.5")).unwrap();
        let (_home, mut draft) = draft_of(&text);
        draft.put("cross_region_profile", "eu".into());
        draft.settle();
        assert_eq!(draft.value("allowed_bedrock_regions"), None);
    }

    #[test]
    fn quota_is_asked_for_only_where_it_is_wanted() {
        let mut draft = new_draft();
        draft.put("quota_monitoring_enabled", false.into());
        let limits = Question::find("monthly_cost_limit_usd").unwrap();
        assert!(!(limits.applies)(&draft), "C8");
        draft.put("monitoring_enabled", true.into());
        draft.put("quota_monitoring_enabled", true.into());
        draft.put("quota_limit_type", "cost".into());
        assert!((limits.applies)(&draft));
    }
}
