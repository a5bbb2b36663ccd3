//! An administrator's machine with one profile, and an account in the sandbox.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use ccwb_sandbox::{Fault, Federation, StackFault, StackSummary};
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, run};
use serde_json::{Value, json};

/// The auth stack, named as the guidance names it.
pub(crate) const AUTH: &str = "acme-stack";

pub(crate) struct Site {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: Home,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(&json!({}))
    }

    /// With more keys in the profile.
    pub(crate) fn with(keys: &Value) -> Self {
        let sandbox = Sandbox::start();
        let mut home = Home::new();
        home.set_envs(sandbox.administrator_environment());
        home.set_env("AWS_EC2_METADATA_DISABLED", "true");
        let mut profile = sandbox.config_json(Federation::Direct, "session")["ClaudeCode"].clone();
        profile["name"] = "Acme".into();
        profile["federated_role_arn"] = Value::Null;
        profile["identity_pool_name"] = "acme".into();
        profile["monitoring_enabled"] = false.into();
        profile["cross_region_profile"] = "us".into();
        profile["tags"] = json!({"Team": "platform"});
        for (key, value) in keys.as_object().expect("an object") {
            profile[key] = value.clone();
        }
        home.write(".ccwb/profiles/Acme.json", &format!("{profile:#}\n"));
        Self { sandbox, home }
    }

    pub(crate) fn ccwb(&self, arguments: &[&str]) -> Output {
        run(&mut self.home.ccwb(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{arguments:?}: {overrun}"))
    }

    pub(crate) fn deploy(&self) -> Output {
        self.ccwb(&["deploy", "--yes"])
    }

    pub(crate) fn stack(&self, name: &str) -> StackSummary {
        self.sandbox.control().stack(name).unwrap_or_else(|| panic!("there is no stack {name}"))
    }

    pub(crate) fn profile_file(&self) -> PathBuf {
        self.home.path().join(".ccwb/profiles/Acme.json")
    }

    pub(crate) fn profile_text(&self) -> String {
        fs::read_to_string(self.profile_file()).expect("the profile is there")
    }

    pub(crate) fn profile(&self) -> Value {
        serde_json::from_str(&self.profile_text()).expect("the profile is JSON")
    }

    /// Changes one value, as an editor would.
    pub(crate) fn set(&self, key: &str, value: Value) {
        let mut profile = self.profile();
        profile[key] = value;
        fs::write(self.profile_file(), format!("{profile:#}\n")).expect("the profile can be written");
    }

    /// The requests that changed something, oldest first.
    pub(crate) fn writes(&self) -> Vec<String> {
        let requests = self.sandbox.control().requests();
        let reads = ["Describe", "List", "Get", "Detect"];
        requests
            .iter()
            .filter_map(|request| request.endpoint.split_once(':').map(|(_, operation)| operation))
            .filter(|operation| !reads.iter().any(|read| operation.starts_with(read)))
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn fail(&self, operation: &str, resource: &str, reason: &str) {
        self.sandbox.control().add_stack_fault(StackFault {
            resource: resource.to_owned(),
            operation: operation.to_owned(),
            reason: reason.to_owned(),
            times: Some(1),
        });
    }

    /// AWS refuses calls to an endpoint in the words of its query protocol.
    pub(crate) fn refuse(&self, endpoint: &str, times: Option<u32>, code: &str, message: &str) {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>1</RequestId></ErrorResponse>"
        );
        let fault = Fault {
            endpoint: endpoint.to_owned(),
            times,
            status: Some(if code == "ExpiredToken" { 403 } else { 400 }),
            body: Some(body.into()),
            content_type: Some("text/xml".to_owned()),
            ..Fault::default()
        };
        self.sandbox.control().add_fault(fault).expect("the endpoint is known");
    }

    /// Waits until a request has come.
    pub(crate) fn wait_for(&self, endpoint: &str) {
        let deadline = Instant::now() + LIMIT;
        while self.sandbox.control().count(endpoint) == 0 {
            assert!(Instant::now() < deadline, "{endpoint} never came");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Asserts how a command failed: its exit code and the code of its error.
#[track_caller]
pub(crate) fn assert_failed(output: &Output, exit: i32, code: &str) {
    assert_eq!(output.code, Some(exit), "{output}");
    assert!(output.stderr.contains(&format!("error[{code}]: ")), "{output}");
    assert!(output.stderr.lines().last().is_some_and(|line| line.starts_with("hint: ")), "{output}");
}
