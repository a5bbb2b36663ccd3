use serde::{Deserialize, Serialize};

use crate::options::{Options, Rotation};

/// Switches that can be flipped while the sandbox runs. A field that is `None` (absent in JSON) is left as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// What authorize answers by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_approve: Option<AutoApprove>,
    /// Who signs in automatically; the request's `login_hint` wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_user: Option<String>,
    /// Refresh responses carry no ID token (OIDC Core section 12.2 allows it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_omits_id_token: Option<bool>,
    /// What happens to a refresh token when it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// Regions in which Bedrock answers nothing but 503.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions_down: Option<Vec<String>>,
}

/// What authorize answers by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoApprove {
    /// Nothing: a person sees the login page.
    Off,
    /// A code, at once.
    Approve,
    /// `error=access_denied`, at once, as if the person had cancelled.
    Deny,
}

impl Behaviour {
    pub(crate) fn new(options: &Options) -> Self {
        let auto_approve = if options.auto_approve { AutoApprove::Approve } else { AutoApprove::Off };
        Self {
            auto_approve: Some(auto_approve),
            auto_user: options.users.first().map(|user| user.login.clone()),
            refresh_omits_id_token: Some(false),
            rotation: Some(options.rotation.unwrap_or(options.shape.rotation())),
            regions_down: Some(Vec::new()),
        }
    }

    pub(crate) fn apply(&mut self, change: &Self) {
        let change = change.clone();
        self.auto_approve = change.auto_approve.or(self.auto_approve);
        self.auto_user = change.auto_user.or(self.auto_user.take());
        self.refresh_omits_id_token = change.refresh_omits_id_token.or(self.refresh_omits_id_token);
        self.rotation = change.rotation.or(self.rotation);
        self.regions_down = change.regions_down.or(self.regions_down.take());
    }
}
