use std::sync::LazyLock;
use std::time::Duration;

use ccwb_config::Profile;
use ccwb_federation::{AwsSettings, Credentials, Federator, Person};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::profiles::profile;
use crate::server::Server;
use crate::text::{assert_printable, assert_process_json};

const ID_TOKEN: &str = "id-token-canary";
const ROLE: &str = "arn:aws:iam::123456789012:role/R";

static PROFILES: LazyLock<[Profile; 4]> = LazyLock::new(|| {
    let second = json!({"role_arn": ROLE, "external_id": "e"});
    [
        profile("i.example", &json!({})),
        profile("i.example", &json!({"federated_role_arn": ROLE})),
        profile("i.example/realms/a", &json!({"assume_role": second})),
        profile("i.example", &json!({"federated_role_arn": ROLE, "assume_role": second})),
    ]
});

/// An answer of the identity pool or of STS: credentials that it gives can be handed out and stored, and a refusal is told
/// without control characters and without the token.
pub fn aws_answer(input: &[u8]) {
    Server::answering(input, |server, succeeded, choice| {
        let profile = &PROFILES[usize::from(choice & 3)];
        let settings = AwsSettings {
            iam_endpoint: None,
            sts_endpoint: Some(server.address.clone()),
            cognito_identity_endpoint: Some(server.address.clone()),
            sso_oidc_endpoint: None,
            sso_endpoint: None,
            use_fips: false,
            operation_timeout: Duration::from_secs(4),
            attempts: 1,
        };
        let federator = Federator {
            http: &server.client,
            settings: &settings,
            profile: profile.oidc().expect("a profile that signs in"),
            region: &profile.aws_region,
        };
        let person = Person { email: None, subject: "u1" };
        let remembered = (choice & 4 != 0).then_some("eu-west-1:remembered");
        let id_token = SecretString::from(ID_TOKEN);
        match server.runtime.block_on(federator.exchange(&id_token, person, remembered)) {
            Ok(federated) => {
                assert!(succeeded, "credentials in a refusal");
                let credentials = federated.credentials;
                assert_process_json(credentials.to_process_json().expose_secret());
                let stored = credentials.to_stored_json("b", 7);
                let again = Credentials::from_stored_json(&stored, "b");
                // The placeholder of the guidance, which AWS does not give.
                if credentials.access_key_id != "EXPIRED" {
                    assert_eq!(again.expect("our own form").expiration, credentials.expiration);
                }
            }
            Err(error) => {
                let message = error.to_string();
                assert_printable(&message);
                assert!(!message.contains(ID_TOKEN), "{message}");
            }
        }
    });
}
