//! What was answered so far, for the day when somebody stops in the middle. No secret is ever in it.

use ccwb_admin::{Draft, QUESTIONS};
use ccwb_store::private_file;
use serde_json::{Value, json};

use super::{Reply, Stop, Talk, ask};

impl Talk<'_> {
    /// Keeps the answers so far; `place` is the question that comes now.
    pub(super) fn remember(&self, place: usize) -> Result<(), Stop> {
        let document = &self.draft.stored.document;
        if self.draft.stored.loaded() == Some(document.text()) {
            return Ok(());
        }
        let progress =
            json!({"at": QUESTIONS[place].key, "loaded": self.draft.stored.loaded(), "profile": document.text()});
        let written =
            private_file::write(&self.folder.progress_file(self.draft.name()), progress.to_string().as_bytes());
        written.map_err(|error| Stop::Failed(error.into()))
    }

    /// Takes up what an earlier run left, if the person wants to; the question that it stopped at.
    pub(super) fn resume(&mut self) -> Result<Option<usize>, Stop> {
        let path = self.folder.progress_file(self.draft.name());
        let kept = private_file::read(&path).map_err(|error| Stop::Failed(error.into()))?;
        let Some((draft, place)) = kept.and_then(|bytes| self.read(&bytes)) else { return Ok(None) };
        let prompt = "You stopped in the middle last time. Go on there?";
        match ask::confirm(prompt, true)? {
            Reply::Given(true) => {
                self.draft = draft;
                Ok(Some(place))
            }
            Reply::Given(false) | Reply::Back => {
                private_file::remove(&path).map_err(|error| Stop::Failed(error.into()))?;
                Ok(None)
            }
        }
    }

    /// Only for the file as it still is: what somebody else saved since then counts more.
    fn read(&self, bytes: &[u8]) -> Option<(Draft, usize)> {
        let progress: Value = serde_json::from_slice(bytes).ok()?;
        if progress.get("loaded").and_then(Value::as_str) != self.draft.stored.loaded() {
            return None;
        }
        let at = progress.get("at")?.as_str()?;
        let place = QUESTIONS.iter().position(|question| question.key == at)?;
        let draft = self.draft.clone().resumed(progress.get("profile")?.as_str()?)?;
        // A release may have changed what the question depends on.
        (QUESTIONS[place].applies)(&draft).then_some((draft, place))
    }
}
