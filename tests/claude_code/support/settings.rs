use ccwb_tests::Home;
use ccwb_tests::part::Sandbox;
use serde_json::{Value, json};

/// How Claude Code gets its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `AWS_PROFILE` in its environment, and nothing in its settings.
    Profile,
    /// `awsCredentialExport` and `awsAuthRefresh` in its settings, and no variable of AWS in its environment.
    Hooks,
}

impl Way {
    pub(crate) const ALL: [Self; 2] = [Self::Profile, Self::Hooks];
}

/// `~/.claude/settings.json`: the sandbox in place of AWS, and the hooks. `program` is credential-process.
pub(crate) fn settings(sandbox: &Sandbox, way: Way, program: &str) -> Value {
    let mut env = json!({
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        // Not counted as such by Claude Code: a first session fetches plugins from GitHub.
        "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
        // The AWS SDK would look for a machine's role at a link-local address.
        "AWS_EC2_METADATA_DISABLED": "true",
    });
    for (name, value) in sandbox.environment() {
        env[name] = value.into();
    }
    let mut settings = json!({
        "env": env,
        "statusLine": {"type": "command", "command": format!("{program} statusline"), "padding": 0},
    });
    if way == Way::Hooks {
        settings["awsCredentialExport"] = format!("{program} export").into();
        settings["awsAuthRefresh"] = format!("{program} login").into();
    }
    settings
}

/// Somebody who has used Claude Code in this folder before: no welcome, no question whether to trust it.
pub(crate) fn be_known(home: &Home) {
    let folder = home.path().display().to_string();
    let known = json!({
        "hasCompletedOnboarding": true,
        "theme": "dark",
        "projects": { folder: {"hasTrustDialogAccepted": true, "hasCompletedProjectOnboarding": true} },
    });
    home.write(".claude.json", &known.to_string());
}
