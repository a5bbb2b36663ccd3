//! Linters of what is deployed. Both print findings as JSON.

use std::process::Command;

use super::python_program;
use crate::Home;

/// cfn-lint: `cfn-lint -f json ARGUMENTS`; prints a list of findings, exit 0 if it is empty.
pub fn cfn_lint(home: &Home, arguments: &[&str]) -> Option<Command> {
    let mut command = home.command(python_program("lint", "cfn-lint")?);
    command.args(["-f", "json"]).args(arguments);
    Some(command)
}

/// parliament, for the policy in a file; prints one finding a line.
pub fn parliament(home: &Home, policy: &std::path::Path) -> Option<Command> {
    let mut command = home.command(python_program("lint", "parliament")?);
    command.arg("--json").arg("--files").arg(policy);
    Some(command)
}
