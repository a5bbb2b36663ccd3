//! What a sandbox tells when it starts: where everything is and how to use it.

use std::path::Path;

use ccwb_sandbox::{Sandbox, User};
use serde_json::{Value, json};

use crate::cli::SandboxArguments;
use crate::home::{Home, export_line};
use crate::screen::Screen;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Announcement<'a> {
    pub(crate) arguments: &'a SandboxArguments,
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) home: &'a Home,
    pub(crate) program: Option<&'a Path>,
    pub(crate) people: &'a [User],
}

impl Announcement<'_> {
    pub(crate) fn show(&self, screen: &Screen) {
        screen.title(
            "Sandbox: an identity provider, AWS endpoints and a receiver of telemetry",
            "For trying things out: anybody on this computer can sign in, and everything is forgotten at the end.",
        );
        screen.blank();
        screen.row("identity provider", &format!("{} ({})", self.sandbox.idp_url(), self.arguments.provider.title()));
        screen.row("issuer", self.sandbox.issuer());
        screen.row("client id", self.sandbox.client_id());
        screen.row("people", &self.logins().join(", "));
        screen.row(
            "sign-in",
            if self.arguments.auto_approve {
                "approved at once, as the first of them"
            } else {
                "a page; any password will do"
            },
        );
        screen.row("AWS", &format!("{} (Cognito, STS, Bedrock, CloudFormation)", self.sandbox.aws_url()));
        screen.row("telemetry", &format!("{} (OTLP over HTTP)", self.sandbox.otlp_url()));
        screen.row("identity pool", &self.sandbox.identity_pool_id());
        screen.row("control", &format!("{}_sandbox/", self.sandbox.idp_url()));
        screen.row("config.json", &self.config().display().to_string());
        screen.blank();
        screen.ask("In another terminal:");
        for (name, value) in self.home.variables() {
            screen.copyable(&export_line(name, value));
        }
        if let Some(program) = self.program {
            screen.copyable(&format!("{} login", program.display()));
        }
        screen.blank();
        screen.ask("Requests, until Ctrl-C:");
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "idp_url": self.sandbox.idp_url().as_str(),
            "issuer": self.sandbox.issuer(),
            "client_id": self.sandbox.client_id(),
            "aws_url": self.sandbox.aws_url().as_str(),
            "otlp_url": self.sandbox.otlp_url().as_str(),
            "identity_pool_id": self.sandbox.identity_pool_id(),
            "control_url": format!("{}_sandbox/", self.sandbox.idp_url()),
            "people": self.logins(),
            "config": self.config(),
            "environment": self.home.variables(),
            "administrator_environment": self.sandbox.administrator_environment(),
            "credential_process": self.program,
        })
    }

    fn logins(&self) -> Vec<&str> {
        self.people.iter().map(|person| person.login.as_str()).collect()
    }

    /// The one to use: the person's own copy, if there is one.
    fn config(&self) -> std::path::PathBuf {
        self.arguments.write_config.clone().unwrap_or_else(|| self.home.config())
    }
}
