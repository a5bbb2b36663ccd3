//! Step 3: a program with an AWS SDK, the AWS CLI, and the time that the program takes for an answer from its cache.

use std::time::{Duration, Instant};

use tokio::process::Command;

use super::stage::{self, Stage, unexpected};
use crate::aws_call::{Answers, MODEL};
use crate::failure::Failure;
use crate::screen::{Screen, Spinner};

/// Runs of which the median is shown.
const RUNS: usize = 20;

pub(crate) async fn run(screen: &Screen, stage: &Stage) -> Result<(), Failure> {
    screen.note(&format!("AWS_PROFILE={}; the SDK runs credential-process as the profile says.", stage.home.profile()));
    let answers = with_sdk(stage).await?;
    screen.done("AWS SDK for Rust", "asked STS who it is, and Bedrock for an answer");
    screen.row("STS", &answers.arn);
    screen.row("model", MODEL);
    screen.row("its answer", &format!("“{}”", answers.text));
    with_aws_cli(screen, stage, &answers.arn).await;
    let median = measure(stage).await?;
    screen.done("from the cache", &format!("credential-process answers in {median} (median of {RUNS} runs)"));
    Ok(())
}

async fn with_sdk(stage: &Stage) -> Result<Answers, Failure> {
    let _spinner = Spinner::start("a program asks STS and Bedrock");
    let mut program = stage.command(stage.surroundings.executable());
    program.arg("__aws-call");
    let said = stage::run("the AWS program", program).await?;
    serde_json::from_str(&said.stdout).map_err(|error| unexpected(format!("the AWS program's answer: {error}")))
}

/// Optional: many have it, nobody needs it.
async fn with_aws_cli(screen: &Screen, stage: &Stage, expected: &str) {
    let arn = {
        let _spinner = Spinner::start("the AWS CLI asks STS");
        aws_cli(stage).await
    };
    match arn {
        Ok(arn) if arn == expected => screen.done("AWS CLI", "aws sts get-caller-identity says the same"),
        Ok(arn) => screen.skipped("AWS CLI", &format!("it answers “{arn}”, which is not the same")),
        Err(reason) => screen.skipped("AWS CLI", &format!("left out: {reason}")),
    }
}

async fn aws_cli(stage: &Stage) -> Result<String, String> {
    let mut aws: Command = stage.command("aws".as_ref());
    // Old versions do not know AWS_ENDPOINT_URL: they must not ask the real AWS.
    let endpoint = stage.sandbox.aws_url().as_str();
    aws.args(["sts", "get-caller-identity", "--query", "Arn", "--output", "text", "--endpoint-url", endpoint]);
    let output = match tokio::time::timeout(Duration::from_mins(1), aws.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => return Err("it is not installed".to_owned()),
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err("it took longer than a minute".to_owned()),
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(format!("it does not run in this home ({last})"))
}

/// Start to end of the process, as an SDK waits for it.
async fn measure(stage: &Stage) -> Result<String, Failure> {
    let _spinner = Spinner::start("measuring how long a cached answer takes");
    let requests = || stage.sandbox.control().requests().len();
    let before = requests();
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let began = Instant::now();
        stage.ask(&[]).await?;
        times.push(began.elapsed());
    }
    if requests() != before {
        return Err(unexpected("a cached answer asked the identity provider or AWS"));
    }
    Ok(format!("{:.1} ms", median(times).as_secs_f64() * 1_000.0))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_run_does_not_move_the_median() {
        assert_eq!(median([3, 900, 2, 4, 3].map(Duration::from_millis).to_vec()), Duration::from_millis(3));
    }
}
