//! `ccwb sandbox`: a local identity provider and AWS endpoints, in the foreground.

mod announcement;
mod config_file;

use std::io::Write as _;

use ccwb_sandbox::{Options, Sandbox};

use self::announcement::Announcement;
use crate::cli::SandboxArguments;
use crate::demo::credential_process_beside;
use crate::failure::Failure;
use crate::home::{Home, Install};
use crate::interrupt;
use crate::request_log::{self, Follower};
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) async fn run(arguments: &SandboxArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let options = Options {
        idp_port: arguments.idp_port,
        aws_port: arguments.aws_port,
        otlp_port: arguments.otlp_port,
        shape: arguments.provider.shape(),
        auto_approve: arguments.auto_approve,
        ..Options::default()
    };
    let people = options.users.clone();
    let sandbox = Sandbox::start(options).await?;
    let program = credential_process_beside(surroundings.executable());
    let home = Home::new(&Install {
        sandbox: &sandbox,
        federation: arguments.federation.into(),
        storage: "session",
        profile: "ClaudeCode",
        program: program.as_deref(),
    })?;
    if let Some(path) = &arguments.write_config {
        config_file::copy(&home.config(), path)?;
    }
    let announcement =
        Announcement { arguments, sandbox: &sandbox, home: &home, program: program.as_deref(), people: &people };
    let output = if arguments.json { Output::Json } else { Output::Text(Screen::of_process()) };
    // A reader that goes away (a pager, `head`) ends the sandbox as Ctrl-C does.
    let _ = announce_and_log(&output, &announcement).await;
    sandbox.shutdown().await;
    Ok(())
}

/// Shows where everything is, then the requests until somebody wants an end.
async fn announce_and_log(output: &Output, announcement: &Announcement<'_>) -> std::io::Result<()> {
    let mut follower = Follower::new(announcement.sandbox.control());
    output.announce(announcement)?;
    let mut end = std::pin::pin!(interrupt::requested());
    loop {
        tokio::select! {
            requests = follower.next() => for request in &requests {
                output.request(request)?;
            },
            () = &mut end => return output.end(),
        }
    }
}

enum Output {
    Text(Screen),
    Json,
}

impl Output {
    fn announce(&self, announcement: &Announcement<'_>) -> std::io::Result<()> {
        match self {
            Self::Text(screen) => announcement.show(screen),
            Self::Json => line(&announcement.json().to_string())?,
        }
        Ok(())
    }

    /// A terminal has just shown ^C.
    fn end(&self) -> std::io::Result<()> {
        match self {
            Self::Text(_) => line(""),
            Self::Json => Ok(()),
        }
    }

    fn request(&self, request: &ccwb_sandbox::LoggedRequest) -> std::io::Result<()> {
        match self {
            Self::Text(screen) => line(&request_log::line(request, screen.width())),
            Self::Json => line(&serde_json::to_string(request).unwrap_or_default()),
        }
    }
}

fn line(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}
