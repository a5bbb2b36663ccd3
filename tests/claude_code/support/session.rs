use std::ops::Deref;
use std::time::Duration;

use ccwb_tests::Terminal;

/// Claude Code in a terminal.
pub(crate) struct Session<'a>(Terminal<'a>);

/// What the sandbox's model says last.
const END_OF_ANSWER: &str = "signature is right";

const LIMIT: Duration = Duration::from_mins(2);

impl<'a> Session<'a> {
    /// Waits until it can be typed into.
    #[track_caller]
    pub(crate) fn new(terminal: Terminal<'a>) -> Self {
        terminal.wait_for_within("❯", LIMIT);
        Self(terminal)
    }

    /// Types a prompt, and gives the screen when it is answered.
    #[track_caller]
    pub(crate) fn ask(&self, prompt: &str) -> String {
        let before = answers(&self.screen());
        self.enter(prompt);
        self.wait_until("further answer", LIMIT, |screen| answers(screen) > before)
    }

    /// Types a prompt.
    pub(crate) fn enter(&self, prompt: &str) {
        self.type_text(prompt);
        self.wait_for(prompt);
        self.press("Enter");
    }
}

fn answers(screen: &str) -> usize {
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    words.matches(END_OF_ANSWER).count()
}

impl<'a> Deref for Session<'a> {
    type Target = Terminal<'a>;

    fn deref(&self) -> &Terminal<'a> {
        &self.0
    }
}
