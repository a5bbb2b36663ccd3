//! Who has credentials until when: what the status line tells where asking the keyring would take too long. No secret, and
//! only written where secrets rest in a keyring; the session file is as quick to read.

use ccwb_config::Storage;
use ccwb_federation::Credentials;
use ccwb_store::private_file;
use serde::{Deserialize, Serialize};

use crate::cache::Tokens;
use crate::context::Context;
use crate::renewal;

/// What is known without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    binding: String,
    /// Who signed in.
    pub(crate) person: Option<String>,
    /// When the credentials expire, in Unix seconds on this machine's clock.
    pub(crate) credentials_until: Option<i64>,
    /// Whether a refresh token is stored.
    pub(crate) renews: bool,
}

impl Summary {
    pub(crate) fn of(context: &Context<'_>, credentials: Option<&Credentials>, tokens: &Tokens) -> Self {
        Self {
            binding: context.binding().to_owned(),
            person: tokens.person(),
            credentials_until: credentials.map(Credentials::expiration_on_this_clock),
            renews: renewal::goes_on(context, tokens),
        }
    }

    /// The summary of this identity, if one was written.
    pub(crate) fn read(context: &Context<'_>) -> Option<Self> {
        let bytes = private_file::read(&context.state.summary(&context.profile.name)).ok()??;
        let summary: Self = serde_json::from_slice(&bytes).ok()?;
        (summary.binding == context.binding()).then_some(summary)
    }
}

/// Remembers new credentials. That this fails is no reason to refuse them.
pub(crate) fn remember(context: &Context<'_>, credentials: &Credentials, tokens: &Tokens) {
    if context.profile.storage != Storage::Session {
        let summary = Summary::of(context, Some(credentials), tokens);
        let path = context.state.summary(&context.profile.name);
        let _ = private_file::write(&path, &serde_json::to_vec(&summary).unwrap_or_default());
    }
}
