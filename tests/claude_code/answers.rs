//! An answer with nothing else to know.

use ccwb_sandbox::ToolUse;
use ccwb_tests::Home;
use ccwb_tests::part::ClaudeCodeVersion::{self, Newest};
use ccwb_tests::part::aws_cli;
use serde_json::json;

use crate::support::{Desk, Plan, Way, in_parallel};

#[test]
#[ignore = "needs claude-code"]
fn a_first_prompt_is_answered_after_one_window() {
    let cases = ClaudeCodeVersion::ALL.into_iter().flat_map(|version| Way::ALL.map(|way| (version, way)));
    in_parallel(cases, |(version, way)| {
        let Some(desk) = Desk::new(Plan::new(version, way)) else { return };
        let answer = desk.say("hello").success();
        assert!(answer.stdout.starts_with("Hello alice@example.com!"), "{answer}");
        assert_eq!((desk.openings(), desk.refused()), (1, vec![]), "{:?}", desk.requests());
        let again = desk.say("hello again").success();
        assert!(again.stdout.starts_with("Hello alice@example.com!"), "{again}");
        assert_eq!(desk.openings(), 1);
        let control = desk.sandbox.control();
        assert_eq!(control.count("cognito:GetCredentialsForIdentity"), 1, "{:?}", desk.requests());
        assert_eq!(control.count("bedrock:InvokeModelWithResponseStream"), 2, "{:?}", desk.requests());
    });
}

/// What a command that Claude Code runs sees of us: its environment, and whom AWS takes it for.
struct Seen {
    environment: String,
    caller: String,
}

impl Seen {
    fn by_a_command(way: Way) -> Option<Self> {
        let aws = aws_cli(&Home::new(), &[])?;
        let desk = Desk::new(Plan::new(Newest, way))?;
        let command = format!(
            "env >environment; {} sts get-caller-identity --region us-east-1 --query Arn --output text >caller 2>&1; true",
            aws.get_program().display()
        );
        let tool =
            ToolUse { tool: "Bash".to_owned(), input: json!({"command": command, "description": "Look around"}) };
        desk.sandbox.control().use_tool(tool);
        let answer = desk.say_with(&["look around", "--allowedTools", "Bash"]).success();
        assert!(answer.stdout.starts_with("Hello alice@example.com!"), "{answer}");
        let read = |file: &str| std::fs::read_to_string(desk.home.path().join(file)).expect("the command ran");
        Some(Self { environment: read("environment"), caller: read("caller") })
    }

    fn has_variable(&self, start: &str) -> bool {
        self.environment.lines().any(|line| line.starts_with(start))
    }
}

#[test]
#[ignore = "needs claude-code"]
fn a_command_that_claude_code_runs_does_not_see_our_identity_where_the_hooks_are_used() {
    let Some(seen) = Seen::by_a_command(Way::Hooks) else { return };
    for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        assert!(!seen.has_variable(name), "{name} in {}", seen.environment);
    }
    assert!(!seen.environment.contains("ASIA"), "{}", seen.environment);
    assert!(seen.caller.contains("Unable to locate credentials"), "{}", seen.caller);
}

/// Why the hooks are the default. It also shows that the test above would see it.
#[test]
#[ignore = "needs claude-code"]
fn with_aws_profile_in_the_environment_a_command_acts_as_us() {
    let Some(seen) = Seen::by_a_command(Way::Profile) else { return };
    assert!(seen.has_variable("AWS_PROFILE=ClaudeCode"), "{}", seen.environment);
    assert!(seen.caller.contains("assumed-role/CcwbCognitoRole"), "{}", seen.caller);
}
