/// How the fake `$BROWSER` of a [`crate::Home`] behaves. Every opening is counted, whatever it does then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FakeBrowser {
    /// Follows the redirects to the callback, as where the provider knows the user already.
    #[default]
    SignsIn,
    /// The same after so many seconds.
    SignsInAfter(u32),
    /// Comes back with `error=access_denied`, as where the user presses Cancel.
    Cancels,
    /// Opens a window that nobody looks at.
    DoesNothing,
    /// Cannot start: exit code 1.
    Fails,
}

impl FakeBrowser {
    /// What the program `fake-browser` reads from `FAKE_BROWSER`.
    pub fn instruction(self) -> String {
        match self {
            Self::SignsIn => "sign-in".into(),
            Self::SignsInAfter(seconds) => format!("sign-in-after {seconds}"),
            Self::Cancels => "cancel".into(),
            Self::DoesNothing => "nothing".into(),
            Self::Fails => "fail".into(),
        }
    }
}
