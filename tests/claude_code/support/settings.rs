use std::fs;

use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, run};
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

/// `~/.claude/settings.json` and `~/.aws/config` by `install-settings`, then with the sandbox in place of AWS.
pub(crate) fn install(home: &Home, sandbox: &Sandbox, way: Way) {
    let mut command = home.credential_process(&["install-settings", "--aws-config"]);
    run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success();
    let path = home.path().join(".claude/settings.json");
    let mut settings: Value = serde_json::from_slice(&fs::read(&path).expect("it was installed")).expect("JSON");
    for (name, value) in sandbox.environment() {
        settings["env"][name] = value.into();
    }
    for (name, value) in QUIET {
        settings["env"][name] = (*value).into();
    }
    if way == Way::Profile {
        // What is left is a person who exports `AWS_PROFILE` and knows no hooks.
        for hook in ["awsCredentialExport", "awsAuthRefresh"] {
            settings.as_object_mut().expect("an object").remove(hook).expect("it is the default");
        }
    }
    fs::write(path, settings.to_string()).expect("the home can be written");
}

/// What keeps a client from asking others than the sandbox.
const QUIET: &[(&str, &str)] = &[
    ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
    // Not counted as such by Claude Code: a first session fetches plugins from GitHub.
    ("CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL", "1"),
    // The AWS SDK would look for a machine's role at a link-local address.
    ("AWS_EC2_METADATA_DISABLED", "true"),
    // Not about others: a busy machine needs longer than the two seconds that a short session waits for its telemetry.
    ("CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS", "60000"),
];

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
