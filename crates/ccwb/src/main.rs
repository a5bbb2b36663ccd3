//! The administrator's program: roll out Claude Code on Amazon Bedrock with the company's own sign-in.
//!
//! `ccwb init` makes an administrator's profile; `context` and `config` look after profiles; `deploy`, `status` and `destroy`
//! are AWS's side, `usage` tells what came of it; `models`, `policy` and `cost` are for who has to choose; `package` and `test` are the users'; `doctor` and `cleanup` this computer's. `ccwb demo` shows all of it on
//! one computer, `ccwb sandbox` runs the stand-ins for the identity provider and AWS that the demo uses.

mod administrator;
mod aws;
mod aws_call;
mod choices;
mod cleanup;
mod cli;
#[cfg(test)]
mod cli_reference;
mod columns;
mod consent;
mod cost;
mod customer;
mod demo;
mod deploy;
mod destroy;
mod doctor;
mod document;
mod failure;
mod hand_over;
mod home;
mod http;
mod init;
mod interrupt;
mod models;
mod package;
mod policy;
mod rehearsal;
mod request_log;
mod row;
mod sandbox;
mod screen;
mod status;
mod surroundings;
mod usage;

use std::process::ExitCode;

use ccwb_hardening::{FORGETFUL_HEAP, ForgetfulHeap};

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::surroundings::Surroundings;

#[global_allocator]
static HEAP: ForgetfulHeap = FORGETFUL_HEAP;

#[tokio::main]
async fn main() -> ExitCode {
    ccwb_hardening::keep_memory_private();
    let surroundings = Surroundings::from_process();
    let done = match cli::parse(&surroundings) {
        Ok(cli) => run(cli, &surroundings).await,
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(cli: Cli, surroundings: &Surroundings) -> Result<(), Failure> {
    match cli.command {
        Command::Init(arguments) => init::run(&arguments, surroundings).await,
        Command::Context { command } => administrator::context::run(&command, surroundings),
        Command::Config { command } => administrator::config::run(&command, surroundings),
        Command::Demo(arguments) => demo::run(&arguments, surroundings).await,
        Command::Sandbox(arguments) => sandbox::run(&arguments, surroundings).await,
        Command::Package(arguments) => package::run(&arguments, surroundings),
        Command::Deploy(arguments) => Box::pin(deploy::run(&arguments, surroundings)).await,
        Command::Status(arguments) => Box::pin(status::run(&arguments, surroundings)).await,
        Command::Usage(arguments) => Box::pin(usage::run(&arguments, surroundings)).await,
        Command::Models { command } => models::run(&command, surroundings).await,
        Command::Policy { command } => policy::run(&command, surroundings),
        Command::Cost { command } => cost::run(&command),
        Command::Customer { command } => Box::pin(customer::run(&command, surroundings)).await,
        Command::Destroy(arguments) => Box::pin(destroy::run(&arguments, surroundings)).await,
        Command::Browser { file, address } => hand_over::deliver(&file, &address),
        Command::Cleanup(arguments) => cleanup::run(&arguments, surroundings).await,
        Command::Doctor(arguments) => doctor::run(&arguments, surroundings).await,
        Command::Test(arguments) => rehearsal::run(&arguments, surroundings).await,
        Command::TestCalls { wanted } => rehearsal::run_calls(&wanted, surroundings).await,
        Command::AwsCall => aws_call::run().await,
    }
}
