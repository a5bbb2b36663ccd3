//! The checks, in the order of a user's first day.

use std::path::Path;
use std::time::Instant;

use ccwb_config::FederationTarget;
use ccwb_install::{AwsIni, Document as _};
use serde_json::Value;
use tokio::process::Command;
use tokio::sync::Notify;

use super::TestArguments;
use super::calls::Wanted;
use super::stage::{Stage, unexpected};
use super::subject::Subject;
use crate::demo::sign_in::{self, Login, seconds};
use crate::demo::stage::{Said, run};
use crate::demo::visit::Visitor;
use crate::failure::{Failure, exit};
use crate::row::{Row, Table};
use crate::screen::{Screen, Spinner};
use crate::status::package::{MadeFrom, compare};

const NEEDS_SIGN_IN: &str = "needs the sign-in";

/// One try of one package.
pub(crate) struct Rehearsal<'a, 's> {
    pub(crate) arguments: &'a TestArguments,
    pub(crate) subject: &'a Subject,
    pub(crate) stage: &'a Stage,
    pub(crate) visitor: Visitor,
    pub(crate) screen: &'s Screen,
    /// This program, which stands in for a browser and for a user's AWS program.
    pub(crate) executable: &'a Path,
    pub(crate) table: Table<'s>,
}

impl Rehearsal<'_, '_> {
    /// Goes on as far as it makes sense: without an install nothing does, without a sign-in the uninstall does.
    pub(crate) async fn run(&mut self) {
        let is_whole = self.add("package", self.subject.verify());
        self.made_from();
        if !is_whole || !self.install().await {
            return;
        }
        let line = self.credential_process();
        let settings = self.claude_settings();
        self.add("Claude Code", settings.clone().map(|_| "its settings start the installed programs".to_owned()));
        if self.sign_in().await {
            let first = self.credentials("credential_process", line.clone()).await;
            self.calls().await;
            self.fail_over().await;
            self.second_call(line, first).await;
            self.export(settings.ok()).await;
            self.telemetry().await;
        } else {
            for check in ["credential_process", "identity (STS)", "models", "fail-over", "export", "telemetry"] {
                self.table.add(Row::skipped(check, NEEDS_SIGN_IN));
            }
        }
        self.uninstall().await;
    }

    pub(super) fn add(&mut self, check: &str, result: Result<String, Failure>) -> bool {
        self.table.add(Row::of(check, result))
    }

    /// Whether the profile would still make the same configuration.
    fn made_from(&mut self) {
        let Some(profile) = self.subject.profile.as_ref().filter(|_| self.subject.sandbox.is_none()) else { return };
        let made_from = match profile.name.as_str() == self.subject.config.name {
            true => compare(&self.subject.folder().join("config.json"), profile, &profile.outputs),
            false => MadeFrom::Unknown(format!("it is not one of profile {}", profile.name)),
        };
        match made_from {
            MadeFrom::This => self.add("config.json", Ok("what the profile says now".to_owned())),
            MadeFrom::Other(keys) => {
                let message = format!("the profile says something else now: {}", keys.join(", "));
                let failure = Failure::new("package-outdated", exit::CONFIG, message, "run ccwb package");
                self.add("config.json", Err(failure))
            }
            MadeFrom::Unknown(reason) => self.table.add(Row::skipped("config.json", reason)),
        };
    }

    async fn install(&mut self) -> bool {
        let began = Instant::now();
        let install = self.stage.script(self.stage.package(), "install");
        let result = self.quietly("installing", "install", install).await;
        let result = result.map(|_| {
            let secrets =
                if self.stage.storage_replaced { "; here secrets rest in a file, not in a keyring" } else { "" };
            format!("in {}{secrets}", seconds(began.elapsed()))
        });
        self.add("install", result)
    }

    /// What `~/.aws/config` runs.
    fn credential_process(&mut self) -> Option<String> {
        let (name, file) = (&self.subject.config.name, self.stage.home().join(".aws").join("config"));
        let line = std::fs::read_to_string(&file)
            .ok()
            .and_then(|text| AwsIni::parse(&text).ok()?.value(name, "credential_process").map(str::to_owned));
        let result = line.clone().map(|_| format!("[profile {name}] was written")).ok_or_else(|| {
            unexpected(format!("the install wrote no credential_process for {name} into ~/.aws/config"))
        });
        self.add("AWS profile", result);
        line
    }

    /// Claude Code's settings as they were installed.
    pub(super) fn claude_settings(&self) -> Result<Value, Failure> {
        let (packaged, is_managed) = self.subject.settings();
        if is_managed {
            // They are the machine's, and no try changes those.
            return Ok(packaged);
        }
        let file = self.stage.home().join(".claude").join("settings.json");
        let text = std::fs::read_to_string(&file)
            .map_err(|error| unexpected(format!("the install wrote no ~/.claude/settings.json: {error}")))?;
        let settings: Value = serde_json::from_str(&text)
            .map_err(|error| unexpected(format!("~/.claude/settings.json is no JSON: {error}")))?;
        if text.contains("_PATH__") {
            return Err(unexpected("~/.claude/settings.json holds a placeholder where a program should be"));
        }
        Ok(settings)
    }

    async fn sign_in(&mut self) -> bool {
        if self.visitor.opens_a_window() && self.screen.is_interactive() && !self.arguments.yes {
            self.screen.ask("Press Enter to open the sign-in page in your browser.");
            sign_in::wait_for_enter().await;
        }
        let (began, address_file) = (Instant::now(), self.stage.address_file());
        let login = Login {
            screen: self.screen,
            visitor: &self.visitor,
            executable: self.executable,
            address_file: &address_file,
            shown: Notify::new(),
        };
        let mut command = self.installed("credential-process");
        command.arg("login");
        let result = login.run(command).await;
        if result.is_err() {
            // It would go on without anybody who waits for it, and be in the way of the uninstall.
            sign_in::cancel(&address_file).await;
        }
        self.add("sign-in", result.map(|()| format!("in {}", seconds(began.elapsed()))))
    }

    /// Runs the line of `~/.aws/config` as an SDK does; the access key's id, by which calls can be compared.
    async fn credentials(&mut self, check: &str, line: Option<String>) -> Option<String> {
        let began = Instant::now();
        let result = self.access_key(line).await;
        let key = result.as_ref().ok().cloned();
        self.add(check, result.map(|_| format!("gave credentials in {}", seconds(began.elapsed()))));
        key
    }

    async fn access_key(&self, line: Option<String>) -> Result<String, Failure> {
        let line = line.ok_or_else(|| unexpected("there is no credential_process to run"))?;
        let said = run("the credential_process of ~/.aws/config", self.stage.shell(&line)).await?;
        let answer: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
        match answer["AccessKeyId"].as_str() {
            Some(key) if answer["Version"] == 1 => Ok(key.to_owned()),
            _ => Err(unexpected("the credential_process of ~/.aws/config did not print credentials")),
        }
    }

    async fn calls(&mut self) {
        match self.asked(&self.wanted()).await {
            Ok(rows) => {
                for row in rows {
                    self.table.add(row);
                }
            }
            Err(failure) => {
                self.add("AWS", Err(failure));
            }
        }
    }

    /// What a user's AWS program finds.
    pub(super) async fn asked(&self, wanted: &Wanted) -> Result<Vec<Row>, Failure> {
        let mut command = self.stage.command(self.executable);
        command.arg("__test-calls").arg(serde_json::to_string(wanted).unwrap_or_default());
        command.env("AWS_PROFILE", &self.subject.config.name);
        let said = self.quietly("asking AWS", "the calls to AWS", command).await?;
        serde_json::from_str(&said.stdout).map_err(|error| unexpected(error.to_string()))
    }

    /// What the package promises of AWS.
    pub(super) fn wanted(&self) -> Wanted {
        let (settings, _) = self.subject.settings();
        let variable = |name: &str| settings["env"][name].as_str().map(str::to_owned);
        let config = &self.subject.config;
        let home_region = variable("AWS_REGION").unwrap_or_else(|| config.aws_region.clone());
        let fallback = config.claude.fallback_region.clone().filter(|fallback| *fallback != home_region);
        let regions = match self.arguments.region.as_slice() {
            [] => [home_region].into_iter().chain(fallback).collect(),
            named => named.to_vec(),
        };
        let profile = self.subject.profile.as_ref();
        let recorded = profile.map(|profile| profile.models.allowed_regions.clone()).unwrap_or_default();
        let models = models(&settings["env"]);
        let role = config.oidc().and_then(|oidc| match (&oidc.federation.assume_role, &oidc.federation.target) {
            (Some(chained), _) => Some(chained.role_arn.clone()),
            (None, FederationTarget::WebIdentityRole { role_arn, .. }) => Some(role_arn.clone()),
            (None, FederationTarget::IdentityPool { .. }) => None,
        });
        let of_role = role.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
        Wanted {
            account: of_role.or_else(|| profile.and_then(|profile| profile.aws_account_id.clone())),
            role: role.as_deref().and_then(|arn| arn.rsplit('/').next()).map(str::to_owned),
            // The guidance records groups of regions beside names: "all-commercial".
            other_regions: recorded
                .into_iter()
                .filter(|region| region.ends_with(|last: char| last.is_ascii_digit()) && !regions.contains(region))
                .collect(),
            call: models.first().cloned().filter(|_| self.arguments.api),
            models,
            regions,
        }
    }

    async fn second_call(&mut self, line: Option<String>, first: Option<String>) {
        let began = Instant::now();
        let result = self.access_key(line).await.and_then(|key| match () {
            () if first.is_some_and(|first| first != key) => {
                Err(unexpected("it fetched other credentials than the first"))
            }
            () if self.stage.address_file().exists() => Err(unexpected("it wanted to open a browser again")),
            () => Ok(format!("the same credentials, without a browser, in {}", seconds(began.elapsed()))),
        });
        self.add("second call", result);
    }

    /// What Claude Code runs for its credentials.
    async fn export(&mut self, settings: Option<Value>) {
        let (_, is_managed) = self.subject.settings();
        let line = settings.and_then(|settings| settings["awsCredentialExport"].as_str().map(str::to_owned));
        let Some(line) = line.filter(|_| !is_managed) else {
            let reason = match is_managed {
                true => "the settings are the machine's, and no try changes those",
                false => "Claude Code takes its credentials from the AWS profile",
            };
            self.table.add(Row::skipped("export", reason));
            return;
        };
        let result = run("Claude Code's awsCredentialExport", self.stage.shell(&line)).await.and_then(|said| {
            let answer: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
            match answer["Credentials"]["AccessKeyId"].is_string() {
                true => Ok("Claude Code gets its credentials".to_owned()),
                false => Err(unexpected("Claude Code's awsCredentialExport did not print credentials")),
            }
        });
        self.add("export", result);
    }

    async fn telemetry(&mut self) {
        if !self.subject.config.monitoring.enabled {
            self.table.add(Row::skipped("telemetry", "the profile has no monitoring"));
            return;
        }
        let mut test = self.installed("otel-helper");
        test.arg("--test");
        let result = match run("otel-helper --test", test).await {
            Ok(_) => run("otel-helper", self.installed("otel-helper")).await,
            Err(failure) => Err(failure),
        };
        let result = result.and_then(|said| {
            let headers: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
            match headers.as_object().map_or(0, serde_json::Map::len) {
                0 => Err(unexpected("otel-helper says nothing about who the user is")),
                count => Ok(format!("otel-helper gives {count} headers")),
            }
        });
        self.add("telemetry", result);
    }

    async fn uninstall(&mut self) {
        let uninstall = self.stage.script(&self.stage.installed(""), "uninstall");
        let result = self.quietly("uninstalling", "uninstall", uninstall).await;
        let result = result.and_then(|_| match self.stage.files().as_slice() {
            [] => Ok("signed out, and the home is as it was: empty".to_owned()),
            left => Err(Failure::new(
                "something-left",
                exit::UNEXPECTED,
                format!("the uninstall left {}", left.join(", ")),
                crate::failure::TELL_US,
            )),
        });
        self.add("uninstall", result);
    }

    /// An installed program, for the profile.
    pub(super) fn installed(&self, program: &str) -> Command {
        let mut command = self.stage.command(self.stage.installed_program(program));
        command.args(["--profile", &self.subject.config.name]);
        command
    }

    async fn quietly(&self, doing: &str, name: &str, command: Command) -> Result<Said, Failure> {
        let _spinner = (!self.arguments.json).then(|| Spinner::start(doing));
        run(name, command).await
    }
}

/// The models that Claude Code's settings name by id or ARN, the main one first.
fn models(variables: &Value) -> Vec<String> {
    const NAMES: &[&str] = &[
        "ANTHROPIC_MODEL",
        "ANTHROPIC_DEFAULT_SONNET_MODEL",
        "ANTHROPIC_DEFAULT_OPUS_MODEL",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL",
        "ANTHROPIC_SMALL_FAST_MODEL",
    ];
    let mut models: Vec<String> = Vec::new();
    for value in NAMES.iter().filter_map(|name| variables[*name].as_str()) {
        // `sonnet` and `opus[1m]` are names of Claude Code's own; `[1m]` asks for a longer context.
        let id = value.split('[').next().unwrap_or(value);
        let is_id = id.starts_with("arn:") || id.contains("anthropic.");
        if is_id && !models.iter().any(|known| known == id) {
            models.push(id.to_owned());
        }
    }
    models
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn models_are_those_that_the_settings_name_by_id() {
        let sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
        let variables = json!({
            "ANTHROPIC_MODEL": "opus[1m]", "ANTHROPIC_DEFAULT_SONNET_MODEL": format!("{sonnet}[1m]"),
            "ANTHROPIC_SMALL_FAST_MODEL": sonnet, "ANTHROPIC_DEFAULT_OPUS_MODEL": "arn:aws:bedrock:x",
        });
        assert_eq!(models(&variables), [sonnet, "arn:aws:bedrock:x"]);
        assert_eq!(models(&Value::Null), [""; 0]);
    }
}
