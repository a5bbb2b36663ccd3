//! `run`: a program with the Bedrock API key in its environment, and in no file.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use ccwb_config::AuthMode;
use secrecy::ExposeSecret;

use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::other_ways::bedrock_api_key::{VARIABLE, bearer};

pub(crate) fn run(context: &Context<'_>, words: &[OsString]) -> Result<ExitCode, Error> {
    if !matches!(context.profile.auth, AuthMode::BedrockApiKey) {
        let message =
            format!("profile \"{}\" has AWS credentials, which programs ask for by themselves", context.profile.name);
        return Err(Error::new(
            codes::MODE_UNSUPPORTED,
            message,
            "start the program as usual; run is for Bedrock API keys",
        ));
    }
    let [program, arguments @ ..] = words else {
        let hint = format!("run {}", context.command_line(&["run", "--", "claude"]));
        return Err(Error::new(codes::USAGE, "no program is named", hint));
    };
    let mut command = Command::new(program);
    command.args(arguments).env(VARIABLE, bearer(context)?.expose_secret());
    start(command).map_err(|error| {
        let message = format!("could not start {}: {error}", program.display());
        Error::new(codes::PROGRAM_MISSING, message, "check that the program is installed and on the PATH")
    })
}

/// In the place of this process: signals, terminal and exit code are the program's own.
#[cfg(unix)]
fn start(mut command: Command) -> std::io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn start(mut command: Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
