//! `ccwb demo`: the whole way from a sign-in to Claude Code's answer, on this computer.
//!
//! The programs, the files and the protocols are the real ones; the identity provider and AWS are the sandbox. Each step
//! is a file of this folder, in this order.

mod cached;
mod claude_code;
mod finish;
pub(crate) mod program;
mod renewal;
pub(crate) mod sign_in;
pub(crate) mod stage;
mod traffic;
pub(crate) mod visit;
mod work;

use std::time::{Duration, Instant};

use ccwb_sandbox::{Lifetimes, Options, Sandbox};

pub(crate) use self::program::beside as credential_process_beside;
use self::stage::Stage;
use crate::choices::Storage;
use crate::cli::DemoArguments;
use crate::failure::Failure;
use crate::home::{Home, Install};
use crate::interrupt;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

/// credential-process uses an ID token only if it has more than a minute left. So every renewal goes to the provider with
/// the refresh token, as it does after an hour with a real one, and the demo need not wait that long.
const ID_TOKEN_LIFETIME: Duration = Duration::from_mins(1);

pub(crate) async fn run(arguments: &DemoArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let screen = Screen::of_process();
    screen.title(
        "Claude Code on Amazon Bedrock with your company's sign-in: a demo",
        match arguments.storage {
            Storage::Session => {
                "The programs are real; a sandbox on this computer plays the identity provider and AWS. Nothing of your \
                 own is read or changed."
            }
            Storage::Keyring => {
                "The programs are real; a sandbox on this computer plays the identity provider and AWS. Of your own, only \
                 the keyring is used, for entries named ClaudeCodeDemo."
            }
        },
    );
    screen.step(1, "Prepare");
    let stage = prepare(&screen, arguments, surroundings).await?;
    let began = Instant::now();
    let tour = tokio::select! {
        tour = tour(&screen, &stage, arguments) => tour,
        () = interrupt::requested() => {
            // The terminal has just shown ^C.
            screen.blank();
            Err(interrupt::failure(&format!("{} demo", surroundings.own_command())))
        }
    };
    if let Err(failure) = tour {
        sign_in::give_up(&stage).await;
        return Err(failure);
    }
    let took = began.elapsed();
    if arguments.keep {
        screen.step(8, "Go on yourself");
        finish::keep(&screen, &stage).await;
    }
    screen.step(if arguments.keep { 9 } else { 8 }, "Clean up");
    finish::clean_up(&screen, stage).await?;
    finish::farewell(&screen, took, surroundings.own_command());
    Ok(())
}

async fn prepare(screen: &Screen, arguments: &DemoArguments, surroundings: &Surroundings) -> Result<Stage, Failure> {
    let program = program::find(screen, surroundings).await?;
    let options = Options {
        shape: arguments.provider.shape(),
        auto_approve: arguments.no_browser,
        lifetimes: Lifetimes { id_token: ID_TOKEN_LIFETIME, ..Lifetimes::default() },
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await?;
    let home = Home::new(&Install {
        sandbox: &sandbox,
        federation: arguments.federation.into(),
        storage: arguments.storage.name(),
        profile: arguments.storage.demo_profile(),
        program: Some(&program),
    })?;
    screen.done("credential-process", &program.display().to_string());
    screen.done("identity provider", &format!("{} ({})", sandbox.idp_url(), arguments.provider.title()));
    screen.done("AWS", &format!("{} (Cognito, STS, Bedrock)", sandbox.aws_url()));
    screen.done("throw-away home", &home.path().display().to_string());
    Ok(Stage::new(program, sandbox, home, arguments.storage, surroundings.clone()))
}

async fn tour(screen: &Screen, stage: &Stage, arguments: &DemoArguments) -> Result<(), Failure> {
    screen.step(2, "Sign in");
    sign_in::run(screen, stage, arguments).await?;
    screen.step(3, "Use it as every AWS program does");
    work::run(screen, stage).await?;
    screen.step(4, "What is kept on this computer");
    cached::run(screen, stage).await?;
    screen.step(5, "What the identity provider and AWS were asked");
    traffic::run(screen, stage);
    screen.step(6, "When the credentials run out: a renewal without a window");
    renewal::run(screen, stage).await?;
    screen.step(7, "Claude Code, and the telemetry that comes of it");
    claude_code::run(screen, stage).await
}
