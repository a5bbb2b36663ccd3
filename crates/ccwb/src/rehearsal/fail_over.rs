//! Fail-over, rehearsed where a region can be taken down: against the sandbox.

use std::time::Instant;

use ccwb_sandbox::{Behaviour, Sandbox};

use super::calls::Wanted;
use super::checks::Rehearsal;
use super::stage::unexpected;
use crate::demo::sign_in::seconds;
use crate::demo::stage::run;
use crate::failure::Failure;
use crate::row::Row;

impl Rehearsal<'_, '_> {
    /// The usual region goes down: Claude Code is sent to the other one, a model answers there, and all of it back.
    pub(super) async fn fail_over(&mut self) {
        const CHECK: &str = "fail-over";
        let wanted = self.wanted();
        let Some((usual, fallback)) = self.two_regions(&wanted) else {
            self.table.add(Row::skipped(CHECK, "the profile names no fallback region: bedrock_fallback_region"));
            return;
        };
        let Some(sandbox) = &self.subject.sandbox else {
            self.table.add(Row::skipped(CHECK, "a region of AWS cannot be taken down: --sandbox rehearses it"));
            return;
        };
        let result = self.there_and_back(sandbox, &wanted, &usual, &fallback).await;
        take_down(sandbox, &[]);
        self.add(CHECK, result);
    }

    fn two_regions(&self, wanted: &Wanted) -> Option<(String, String)> {
        let usual = wanted.regions.first()?.clone();
        let fallback = self.subject.config.claude.fallback_region.clone()?;
        (fallback != usual).then_some((usual, fallback))
    }

    async fn there_and_back(
        &self,
        sandbox: &Sandbox,
        wanted: &Wanted,
        usual: &str,
        fallback: &str,
    ) -> Result<String, Failure> {
        take_down(sandbox, &[usual]);
        let began = Instant::now();
        self.is_sent_to(fallback).await?;
        let took = began.elapsed();
        // The sandbox's models cost nothing.
        let there = Wanted {
            regions: vec![fallback.to_owned()],
            other_regions: Vec::new(),
            call: wanted.models.first().cloned(),
            ..wanted.clone()
        };
        if let Some(failed) = self.asked(&there).await?.iter().find(|row| row.exit != 0) {
            return Err(unexpected(format!("in {fallback}: {}: {}", failed.check, failed.detail)));
        }
        take_down(sandbox, &[]);
        self.is_sent_to(usual).await?;
        Ok(format!(
            "{usual} went down: in {} Claude Code was sent to {fallback}, and back when it was up",
            seconds(took)
        ))
    }

    /// What `credential-process region --apply` says and writes.
    async fn is_sent_to(&self, region: &str) -> Result<(), Failure> {
        let mut command = self.installed("credential-process");
        command.args(["region", "--apply"]);
        let said = run("credential-process region", command).await?;
        let (printed, settings) = (said.stdout.trim(), self.claude_settings()?);
        let written = settings["env"]["AWS_REGION"].as_str().unwrap_or("none");
        match printed == region && written == region {
            true => Ok(()),
            false => Err(unexpected(format!(
                "Claude Code should be sent to {region}; credential-process said {printed}, and its settings say {written}"
            ))),
        }
    }
}

fn take_down(sandbox: &Sandbox, regions: &[&str]) {
    let regions_down = Some(regions.iter().map(|&region| region.to_owned()).collect());
    sandbox.control().set_behaviour(&Behaviour { regions_down, ..Behaviour::default() });
}
