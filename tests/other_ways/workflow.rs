//! docs/examples/claude-code-on-github.yml, step by step as a runner does it, with a stand-in for GitHub's token service.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ccwb_tests::part::{ClaudeCode, ClaudeCodeVersion, Island};
use ccwb_tests::{Home, LIMIT, Output, Program, run};
use serde_json::json;

use crate::support::{Neighbour, Scene};
use crate::workload::{ROLE, machine, token_service};

const WORKFLOW: &str = include_str!("../../docs/examples/claude-code-on-github.yml");
const RUN: &str = "repo:acme/app:environment:claude-code";
const EXPORT: &str = "\"$HOME/claude-code-with-bedrock/credential-process\" export";

#[test]
fn the_example_workflow_gets_credentials_for_its_job() {
    let job = Job::new();
    // Asks as Claude Code does.
    job.scene
        .home
        .write_script("bin/claude.there", &format!("#!/bin/sh\necho \"asked: $2\"\n{EXPORT} >\"$HOME/exported\"\n"));
    let answer = job.run(|home, program| home.command(program));
    assert_eq!(answer, "asked: say hello\n");
    let exported = fs::read_to_string(job.scene.home.path().join("exported")).expect("it was asked for");
    let exported: serde_json::Value = serde_json::from_str(&exported).expect("JSON");
    let key = exported["Credentials"]["AccessKeyId"].as_str().expect("a key").to_owned();
    assert_eq!(job.scene.sandbox.control().issued(&key).expect("AWS gave it").person, RUN);
    assert_eq!((job.service.requests().len(), job.scene.count("sts:AssumeRoleWithWebIdentity")), (1, 1));
    assert!(job.scene.home.openings().is_empty());
}

#[test]
fn without_its_permission_the_example_says_which_one_is_missing() {
    let mut job = Job::new();
    job.scene.home.write_script("bin/claude.there", "#!/bin/sh\n");
    job.scene.home.remove_env("ACTIONS_ID_TOKEN_REQUEST_URL").remove_env("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    let failed = job
        .steps()
        .into_iter()
        .map(|step| job.step(&step, &|home: &Home, program: &str| home.command(program)))
        .find(|output| output.code != Some(0));
    let failed = failed.expect("one fails");
    assert!(failed.stderr.contains("permissions: id-token: write"), "{failed}");
}

#[test]
#[ignore = "needs claude-code"]
fn the_real_claude_code_answers_in_the_example_workflow() {
    let Some(client) = ClaudeCode::find(ClaudeCodeVersion::Newest) else { return };
    let job = Job::new();
    std::os::unix::fs::symlink(client.program(), job.scene.home.path().join("bin/claude.there")).expect("a new name");
    let aws = job.scene.sandbox.aws_url().port().expect("its own");
    let Some(island) = Island::with_ports(&job.scene.home, &[aws, job.service.port()]) else { return };
    let answer = job.run(|home, program| island.command(home, program));
    assert!(answer.contains(&format!("Hello {RUN}!")), "{answer}");
    assert!(job.scene.count("bedrock") > 0);
    assert_eq!(island.attempts_to_leave(), 0, "something tried to reach the world outside");
}

/// A runner that has a job, and a package for it to install.
struct Job {
    scene: Scene,
    service: Neighbour,
    variables: BTreeMap<&'static str, String>,
}

/// A step with `run:`.
struct Step {
    name: String,
    environment: Vec<(String, String)>,
    script: String,
}

impl Job {
    fn new() -> Self {
        let mut scene = machine();
        assert!(WORKFLOW.contains("      id-token: write"), "else GitHub sets no variables");
        let service = token_service(&mut scene, RUN, "of-this-job");
        fs::remove_file(scene.home.path().join("claude-code-with-bedrock/config.json"))
            .expect("it comes with the package");
        let (temporary, summary) = (scene.home.temporary(), scene.home.root().join("summary"));
        // Whatever the machine has, and npm and claude in its place.
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", scene.home.path().join("bin").display());
        for (name, value) in [
            ("RUNNER_TEMP", temporary.display().to_string()),
            ("GITHUB_STEP_SUMMARY", summary.display().to_string()),
            ("PATH", path),
            ("CI", "true".to_owned()),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".to_owned()),
            ("CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL", "1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ] {
            scene.home.set_env(name, value);
        }
        // npm has no network here: what it would install is there already.
        scene.home.write_script("bin/npm", "#!/bin/sh\nmv \"$HOME/bin/claude.there\" \"$HOME/bin/claude\"\n");
        let archive = package(&scene.home);
        let sum = Command::new("sha256sum").arg(&archive).output().expect("sha256sum is there").stdout;
        let sum = String::from_utf8_lossy(&sum).split(' ').next().unwrap_or_default().to_owned();
        let variables = [
            ("${{ vars.CLAUDE_PACKAGE_URL }}", format!("file://{}", archive.display())),
            ("${{ vars.CLAUDE_PACKAGE_SHA256 }}", sum),
            ("${{ inputs.prompt }}", "say hello".to_owned()),
        ];
        Self { scene, service, variables: variables.into() }
    }

    /// Every step, and what is in the job's summary afterwards.
    #[track_caller]
    fn run(&self, command: impl Fn(&Home, &str) -> Command) -> String {
        let steps = self.steps();
        assert_eq!(steps.len(), 4);
        for step in steps {
            let output = self.step(&step, &command);
            assert_eq!(output.code, Some(0), "{}: {output}", step.name);
        }
        fs::read_to_string(self.scene.home.root().join("summary")).expect("the last step writes it")
    }

    /// As GitHub runs `shell: bash`.
    #[track_caller]
    fn step(&self, step: &Step, command: &impl Fn(&Home, &str) -> Command) -> Output {
        let mut bash = command(&self.scene.home, "bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.script]).envs(step.environment.clone());
        run(&mut bash, LIMIT).unwrap_or_else(|overrun| panic!("{}: {overrun}", step.name))
    }

    /// The steps of the one job. What is read is the form that the file has: two spaces for each level.
    fn steps(&self) -> Vec<Step> {
        let (_, steps) = WORKFLOW.split_once("    steps:\n").expect("a job has steps");
        let steps = steps.split("      - name: ").skip(1).map(|text| {
            let mut lines = text.lines();
            let mut step = Step {
                name: lines.next().unwrap_or_default().to_owned(),
                environment: Vec::new(),
                script: String::new(),
            };
            let mut below = "";
            for line in lines {
                match (line.strip_prefix("          "), line.strip_prefix("        ")) {
                    (Some(line), _) if below == "run" => step.script.extend([line, "\n"]),
                    (Some(line), _) if below == "env" => {
                        let (name, value) = line.split_once(": ").expect("a pair");
                        step.environment.push((name.to_owned(), self.evaluate(value)));
                    }
                    (None, Some("run: |")) => below = "run",
                    (None, Some("env:")) => below = "env",
                    (None, Some(line)) => {
                        below = "";
                        step.script += line.strip_prefix("run: ").unwrap_or_default();
                    }
                    _ => {}
                }
            }
            // Somebody else's words must not become a script's.
            assert!(!step.script.contains("${{"), "{}", step.script);
            step
        });
        steps.filter(|step| !step.script.is_empty()).collect()
    }

    fn evaluate(&self, expression: &str) -> String {
        self.variables.get(expression).unwrap_or_else(|| panic!("what is {expression}?")).clone()
    }
}

/// A package for CI, as an archive.
fn package(home: &Home) -> PathBuf {
    let folder = home.root().join("to be packed/claude-code-package");
    fs::create_dir_all(folder.join("claude-settings")).expect("a new folder");
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer");
    for script in ["install.sh", "uninstall.sh"] {
        fs::copy(scripts.join(script), folder.join(script)).expect("the scripts are there");
    }
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let program = folder.join(format!("credential-process-linux-{architecture}"));
    fs::copy(Program::CredentialProcess.without_symbols(), program).expect("it is built");
    let config = json!({"ClaudeCode": {
        "auth_type": "web-identity", "federated_role_arn": ROLE, "aws_region": "us-east-1", "credential_storage": "session",
    }});
    let settings = json!({
        "env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"},
        "awsCredentialExport": "__CREDENTIAL_PROCESS_PATH__ export --profile ClaudeCode",
    });
    fs::write(folder.join("config.json"), config.to_string()).expect("a new file");
    fs::write(folder.join("claude-settings/settings.json"), settings.to_string()).expect("a new file");
    let archive = home.root().join("package.zip");
    let script = "find . -type f ! -name SHA256SUMS | sed 's|^\\./||' | sort | xargs -d '\\n' sha256sum >SHA256SUMS && \
                  cd .. && zip -qr \"$1\" .";
    let packed = Command::new("sh").args(["-c", script, "sh"]).arg(&archive).current_dir(&folder).status();
    assert!(packed.expect("sh is there").success());
    archive
}
