//! A job of CI, or a pod: a machine with a token of its own and nobody in front of it.

use std::fs;
use std::path::PathBuf;

use ccwb_sandbox::{Client, ClientAuthentication};
use ccwb_tests::Credentials;
use serde_json::{Value, json};

use crate::support::{Neighbour, Scene};

/// What AWS expects of the tokens.
pub(crate) const AUDIENCE: &str = "sts.amazonaws.com";
/// A run on a branch.
pub(crate) const RUN: &str = "repo:acme/app:ref:refs/heads/main";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/CcwbFederatedRole";
pub(crate) const SECOND_ROLE: &str = "arn:aws:iam::123456789012:role/CcwbCrossAccountRole";

/// A machine with a profile for tokens of the sandbox's provider, and no token yet.
pub(crate) fn machine() -> Scene {
    let profile = json!({"auth_type": "web-identity", "federated_role_arn": ROLE, "aws_region": "us-east-1"});
    let audience = Client {
        id: AUDIENCE.to_owned(),
        authentication: ClientAuthentication::None,
        redirect_uris: Vec::new(),
        trusted_by_aws: true,
    };
    Scene::with(|options| options.clients = vec![audience], |_| profile)
}

/// The file that Kubernetes writes.
pub(crate) fn token_file(scene: &Scene) -> PathBuf {
    scene.home.root().join("token")
}

pub(crate) fn write_token(scene: &Scene, subject: &str) -> String {
    let token = scene.sandbox.control().workload_token(subject, AUDIENCE);
    fs::write(token_file(scene), format!("{token}\n")).expect("it can be written");
    token
}

/// Whom AWS takes the holder for; the request is signed, so the credentials are good in every part.
#[track_caller]
pub(crate) fn session_of(scene: &Scene, credentials: &Credentials) -> (String, String) {
    let issued = scene.sandbox.control().issued(&credentials.access_key_id).expect("AWS gave them");
    assert_eq!(
        (&issued.secret_access_key, &issued.session_token),
        (&credentials.secret_access_key, &credentials.session_token)
    );
    let requests = scene.sandbox.control().requests();
    let named = requests.iter().rev().find_map(|request| request.parameters.get("RoleSessionName").cloned());
    (issued.role, named.expect("a session is named"))
}

/// GitHub's token service for one job: an address and a bearer token that only this job has.
pub(crate) fn token_service(scene: &mut Scene, subject: &'static str, bearer: &str) -> Neighbour {
    let control = scene.sandbox.control().clone();
    let expected = format!("authorization: bearer {bearer}").to_ascii_lowercase();
    let service = Neighbour::start(move |request, headers| {
        let audience = request.split_once("audience=").map(|(_, audience)| audience);
        let answer = |status, body: Value| (status, body.to_string());
        match (headers.contains(&expected), audience) {
            (false, _) => answer(401, json!({"message": "Bad credentials"})),
            (_, None) => answer(400, json!({"message": "no audience"})),
            (_, Some(audience)) => {
                let token = control.workload_token(subject, audience);
                answer(200, json!({"count": token.len(), "value": token}))
            }
        }
    });
    scene.home.set_env("GITHUB_ACTIONS", "true");
    scene.home.set_env("ACTIONS_ID_TOKEN_REQUEST_URL", service.url("/token/1?api-version=2.0"));
    scene.home.set_env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", bearer);
    service
}
