use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::python_program;
use super::server::Server;
use crate::{Home, free_port, http};

/// moto: the wire formats of STS and Cognito. It checks no token, role or session name; the sandbox is the strict one.
#[derive(Debug)]
pub struct Moto {
    _server: Server,
    home: Home,
    port: u16,
}

/// A request that moto saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MotoRequest {
    /// Such as `GetCallerIdentity`.
    pub operation: String,
    /// Whether it came with an `Authorization` header.
    pub signed: bool,
    /// The members of its JSON body, or the fields of its form.
    pub parameters: BTreeMap<String, Value>,
}

impl Moto {
    /// Starts one; `None` where it is not installed.
    ///
    /// # Panics
    ///
    /// If it is installed and does not start.
    pub fn start() -> Option<Self> {
        let program = python_program("sdk", "moto_server")?;
        let (home, port) = (Home::new(), free_port());
        let mut command = home.command(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.env("MOTO_ENABLE_RECORDING", "true").env("MOTO_RECORDER_FILEPATH", recording(&home));
        Some(Self { _server: Server::start_on_port(&command, port), home, port })
    }

    /// What goes into `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes a Cognito identity pool and gives its id.
    ///
    /// # Panics
    ///
    /// If moto does not make it.
    pub fn identity_pool(&self) -> String {
        let target = "AWSCognitoIdentityService.CreateIdentityPool";
        let pool = json!({"IdentityPoolName": "people", "AllowUnauthenticatedIdentities": false});
        let (status, answer) = http::post_aws_json(&self.endpoint(), target, &pool);
        assert_eq!(status, 200, "{answer}");
        answer["IdentityPoolId"].as_str().expect("a pool has an id").to_owned()
    }

    /// Every request so far, oldest first.
    ///
    /// # Panics
    ///
    /// If its recording cannot be understood.
    pub fn requests(&self) -> Vec<MotoRequest> {
        fs::read_to_string(recording(&self.home)).unwrap_or_default().lines().map(request).collect()
    }

    /// The requests for one operation.
    pub fn requests_for(&self, operation: &str) -> Vec<MotoRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.operation == operation);
        requests
    }
}

fn recording(home: &Home) -> PathBuf {
    home.path().join("recording")
}

/// One line of moto's recording: `{headers, method, url, body, body_encoded}`.
fn request(line: &str) -> MotoRequest {
    let entry: Value = serde_json::from_str(line).expect("moto records JSON");
    let header = |wanted: &str| {
        let headers = entry["headers"].as_object().into_iter().flatten();
        headers.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).find_map(|(_, value)| value.as_str())
    };
    let body = entry["body"].as_str().unwrap_or_default();
    let body = if entry["body_encoded"] == true {
        STANDARD.decode(body).expect("moto encodes base64")
    } else {
        body.as_bytes().to_owned()
    };
    let parameters: BTreeMap<String, Value> = serde_json::from_slice(&body).unwrap_or_else(|_| {
        url::form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into())).collect()
    });
    let target = header("x-amz-target").and_then(|target| target.split('.').nth(1)).map(str::to_owned);
    let action = || parameters.get("Action").and_then(Value::as_str).map(str::to_owned);
    MotoRequest {
        operation: target.or_else(action).unwrap_or_default(),
        signed: header("authorization").is_some(),
        parameters,
    }
}
