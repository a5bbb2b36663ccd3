//! Step 7: Claude Code itself, if it is installed, and the telemetry that comes of a conversation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use ccwb_sandbox::{Export, Signal};
use tokio::process::Command;

use super::sign_in::seconds;
use super::stage::Stage;
use super::traffic;
use crate::failure::Failure;
use crate::screen::{Screen, Spinner};

const PROMPT: &str = "Say hello to me by name.";

/// Longer than it ever takes; it must not hold the demo up.
const LIMIT: Duration = Duration::from_mins(1);

/// A company's settings that no home of ours can keep away: they could send the prompt to the real AWS.
const MANAGED_SETTINGS: &[&str] = &[
    "/etc/claude-code/managed-settings.json",
    "/etc/claude-code/managed-settings.d",
    "/Library/Application Support/ClaudeCode/managed-settings.json",
    "/Library/Application Support/ClaudeCode/managed-settings.d",
    r"C:\Program Files\ClaudeCode\managed-settings.json",
    r"C:\Program Files\ClaudeCode\managed-settings.d",
];

pub(crate) async fn run(screen: &Screen, stage: &Stage) -> Result<(), Failure> {
    let claude = match find(stage) {
        Ok(claude) => claude,
        Err(reason) => {
            let instead = "with it, the demo would end with its answer to a prompt, and with the metrics that arrive";
            screen.skipped("left out", &format!("{reason}; {instead}"));
            return Ok(());
        }
    };
    screen.command("credential-process install-settings");
    stage.ask(&["install-settings"]).await?;
    let control = stage.sandbox.control();
    control.clear_requests();
    screen.command(&format!("claude -p '{PROMPT}'"));
    let began = Instant::now();
    let said = {
        let _spinner = Spinner::start("Claude Code answers");
        ask(stage, &claude).await
    };
    // Which program of that name is on the path, and whether it works here, is not this project's to answer for.
    match said {
        Ok(answer) => {
            answer.lines().for_each(|line| screen.quote(line));
            screen.done("answered", &format!("in {}, no window opened", seconds(began.elapsed())));
            traffic::show(screen, &control.requests());
            show_telemetry(screen, &control.exports());
        }
        Err(reason) => screen.skipped("left out", &format!("{} does not run in this home: {reason}", claude.display())),
    }
    Ok(())
}

fn find(stage: &Stage) -> Result<PathBuf, String> {
    if let Some(managed) = MANAGED_SETTINGS.iter().find(|path| Path::new(path).exists()) {
        return Err(format!("this computer's Claude Code is managed by {managed}"));
    }
    let name = format!("claude{}", std::env::consts::EXE_SUFFIX);
    let path = stage.surroundings.get("PATH").unwrap_or_default();
    let found = std::env::split_paths(path).map(|folder| folder.join(&name)).find(|file| file.is_file());
    found.ok_or_else(|| "Claude Code is not installed here".to_owned())
}

async fn ask(stage: &Stage, claude: &Path) -> Result<String, String> {
    let mut command: Command = stage.command(claude);
    command.args(["-p", PROMPT]);
    // The hooks in its settings are all that it needs.
    command.env_remove("AWS_PROFILE");
    command.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1").env("DISABLE_AUTOUPDATER", "1");
    command.env("CLAUDE_CODE_TMPDIR", stage.home.path());
    // The AWS SDK would look for a machine's role at a link-local address.
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    let Output { status, stdout, stderr } = match tokio::time::timeout(LIMIT, command.output()).await {
        Ok(output) => output.map_err(|error| error.to_string())?,
        Err(_) => return Err(format!("it took longer than {}", seconds(LIMIT))),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let (answer, complaint) = (text(&stdout), text(&stderr));
    if status.success() {
        return Ok(answer);
    }
    let last = [complaint, answer].iter().find_map(|text| text.lines().last().map(str::to_owned));
    Err(last.unwrap_or_else(|| status.to_string()))
}

fn show_telemetry(screen: &Screen, exports: &[Export]) {
    let Some(first) = exports.first() else {
        screen.skipped("telemetry", "none arrived");
        return;
    };
    screen.done("telemetry", "arrived, with these headers from otel-helper");
    for (name, value) in first.headers.iter().filter(|(name, _)| name.starts_with("x-")) {
        screen.row(name, value);
    }
    for (name, sum) in sums(exports) {
        screen.row(name.trim_start_matches("claude_code."), &sum);
    }
    screen.row("events", &events(exports));
}

/// The sum of each metric's data points.
fn sums(exports: &[Export]) -> BTreeMap<String, String> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for point in of(exports, Signal::Metrics) {
        *sums.entry(&point.name).or_default() += point.value.as_f64().unwrap_or_default();
    }
    // Money has cents and less, the rest is counted.
    let text = |sum: f64| format!("{sum:.4}").trim_end_matches('0').trim_end_matches('.').to_owned();
    sums.into_iter().map(|(name, sum)| (name.to_owned(), text(sum))).collect()
}

fn events(exports: &[Export]) -> String {
    let mut names: Vec<&str> = of(exports, Signal::Logs).map(|event| event.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn of(exports: &[Export], signal: Signal) -> impl Iterator<Item = &ccwb_sandbox::Telemetry> {
    exports.iter().filter(move |export| export.signal == signal).flat_map(|export| &export.telemetry)
}

#[cfg(test)]
mod tests {
    use ccwb_sandbox::Telemetry;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn data_points_of_one_metric_are_added_up() {
        let point = |name: &str, value: Value| Telemetry {
            name: name.to_owned(),
            value,
            unit: String::new(),
            attributes: BTreeMap::new(),
            resource: BTreeMap::new(),
        };
        let telemetry = vec![point("tokens", json!(20)), point("tokens", json!(31)), point("cost", json!(0.0125))];
        let exports = [Export { time: String::new(), signal: Signal::Metrics, headers: BTreeMap::new(), telemetry }];
        let expected = [("cost", "0.0125"), ("tokens", "51")];
        assert_eq!(sums(&exports), expected.map(|(name, sum)| (name.to_owned(), sum.to_owned())).into());
        assert_eq!(events(&exports), "");
    }
}
