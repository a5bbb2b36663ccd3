//! The callers of `credential_process`. Each command reads `~/.aws/config` of the home; set `AWS_PROFILE` and
//! `AWS_ENDPOINT_URL` (or a service's own) for all of them with [`Home::set_env`].

use std::process::Command;

use super::{installed, node, node_package, python_program, source};
use crate::Home;

/// AWS SDK for JavaScript v3. Prints `{"caller":{"Account","Arn","UserId"}}`, or `{"error":{"name","message"}}` and exits 1;
/// with `CALLS=sts,bedrock` in its environment also `"model"`, the answer of an `InvokeModel`.
pub fn js_client(home: &Home) -> Option<Command> {
    node_package("@aws-sdk/client-sts")?;
    Some(node(home, "clients/js-client.mjs"))
}

/// boto3; output as of [`js_client`].
pub fn boto3_client(home: &Home) -> Option<Command> {
    let mut command = home.command(python_program("sdk", "python")?);
    command.arg(source("clients/boto3_client.py")).env("CCWB_PARTS", installed());
    Some(command)
}

/// AWS CLI v1: `aws ARGUMENTS`.
pub fn aws_cli(home: &Home, arguments: &[&str]) -> Option<Command> {
    let mut command = home.command(python_program("awscli", "aws")?);
    command.args(arguments).args(["--output", "json"]);
    Some(command)
}
