//! The control over HTTP, as tests in other processes use it.

use std::time::Duration;

use crate::support::{Client, quick, text};
use ccwb_sandbox::{Federation, Options, Rotation};
use serde_json::{Value, json};

impl Client {
    async fn control(&self, name: &str, body: &Value) -> (u16, Value) {
        let address = self.sandbox.idp_url().join(&format!("/_sandbox/{name}")).expect("a URL");
        let answer = self.http.post(address).json(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    async fn read(&self, name: &str) -> Value {
        let address = self.sandbox.idp_url().join(&format!("/_sandbox/{name}")).expect("a URL");
        self.http.get(address).send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn jwks(&self) -> Result<Value, reqwest::Error> {
        let request = self.http.get(self.endpoint("jwks_uri")).timeout(Duration::from_millis(300));
        request.send().await?.json().await
    }
}

#[tokio::test]
async fn a_fault_happens_as_often_as_asked_and_then_the_truth_returns() {
    let client = Client::start(quick()).await;
    let fault = json!({"endpoint": "token:authorization_code", "times": 1, "status": 429,
        "headers": {"retry-after": "2"}, "body": {"error": "slow"}});
    assert_eq!(client.control("faults", &fault).await.0, 200);
    let code = client.code(&[]).await;
    let form = [("grant_type", "authorization_code")];
    let answer = client.http.post(client.endpoint("token_endpoint")).form(&form).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().ok()), (429, Some("2")));
    assert_eq!(client.redeem(&code, &[]).await.0, 200);
}

#[tokio::test]
async fn connections_can_hang_break_and_end_early() {
    let client = Client::start(quick()).await;
    for fault in [json!({"hang": true}), json!({"drop": true}), json!({"truncate": 10})] {
        let mut fault = fault;
        fault["endpoint"] = json!("jwks");
        fault["times"] = json!(1);
        client.control("faults", &fault).await;
        assert!(client.jwks().await.is_err(), "{fault}");
    }
    assert!(client.jwks().await.is_ok());
    let log = client.read("requests?endpoint=jwks").await;
    assert_eq!(log["count"], 4, "{log}");
}

#[tokio::test]
async fn a_fault_for_an_unknown_endpoint_or_with_an_unknown_key_is_refused() {
    let client = Client::start(quick()).await;
    for fault in [json!({"endpoint": "tokens"}), json!({"endpoint": "token", "colour": "red"})] {
        assert_eq!(client.control("faults", &fault).await.0, 400, "{fault}");
    }
}

#[tokio::test]
async fn the_log_counts_and_never_holds_a_secret() {
    let client = Client::start(quick()).await;
    let code = client.code(&[("scope", "openid offline_access")]).await;
    let (_, tokens) = client.redeem(&code, &[]).await;
    let (id_token, refresh_token) = (text(&tokens["id_token"]), text(&tokens["refresh_token"]));
    client.refresh(&refresh_token).await;
    let (_, xml) = client.web_identity(&id_token, &[]).await;
    let key = xml.split("<SecretAccessKey>").nth(1).and_then(|rest| rest.split('<').next()).expect("a key").to_owned();
    let log = client.read("requests").await.to_string();
    for secret in [code, id_token, refresh_token, key, "dBjftJeZ4CVP".to_owned()] {
        assert!(!log.contains(&secret), "{secret} in {log}");
    }
    assert_eq!(client.sandbox.control().count("token"), 2);
    assert_eq!(client.sandbox.control().count("token:refresh_token"), 1);
    assert_eq!(client.sandbox.control().count("sts"), 1);
}

#[tokio::test]
async fn the_log_tells_refresh_tokens_apart_so_that_a_second_redemption_is_seen() {
    let client = Client::start(Options { rotation: Some(Rotation::Always), ..quick() }).await;
    let code = client.code(&[("scope", "openid offline_access")]).await;
    let first = text(&client.redeem(&code, &[]).await.1["refresh_token"]);
    let second = text(&client.refresh(&first).await.1["refresh_token"]);
    assert_eq!(client.refresh(&second).await.0, 200);
    assert_eq!(client.refresh(&first).await.0, 400);
    let requests = client.sandbox.control().requests();
    let named: Vec<_> = requests.iter().filter_map(|request| request.parameters.get("refresh_token")).collect();
    assert_eq!(named, ["0.0", "0.1", "0.0"]);
}

#[tokio::test]
async fn the_credentials_that_were_given_out_are_known_by_their_access_key_id() {
    let client = Client::start(quick()).await;
    let (_, xml) = client.web_identity(&client.id_token().await, &[]).await;
    let inside = |tag: &str| {
        let rest = xml.split(&format!("<{tag}>")).nth(1).expect("the element");
        rest.split('<').next().expect("its text").to_owned()
    };
    let control = client.sandbox.control();
    let issued = control.issued(&inside("AccessKeyId")).expect("it was given out");
    assert_eq!(issued.secret_access_key, inside("SecretAccessKey"));
    assert_eq!((issued.role.as_str(), issued.expires > control.now()), ("CcwbFederatedRole", true));
    assert!(!format!("{issued:?}").contains(&issued.secret_access_key));
    assert_eq!(control.issued("ASIAUNKNOWN"), None);
}

#[tokio::test]
async fn users_mutations_behaviour_and_clock_can_be_set_over_http() {
    let client = Client::start(quick()).await;
    let user = json!({"login": "zoe", "given_name": "Zoë", "claims": {"https://aws.amazon.com/tags": {"k": "v"}}});
    assert_eq!(client.control("users", &user).await.0, 200);
    assert_eq!(client.control("behaviour", &json!({"auto_user": "zoe"})).await.1["auto_user"], "zoe");
    assert_eq!(client.control("mutation", &json!({"set": {"nonce": "wrong"}})).await.0, 200);
    let claims = crate::support::claims(&client.id_token().await);
    assert_eq!((&claims["nonce"], &claims["https://aws.amazon.com/tags"]["k"]), (&json!("wrong"), &json!("v")));
    assert_eq!(client.control("mutation", &json!({"alg": "bad-signature"})).await.0, 200);
    assert_eq!(client.web_identity(&client.id_token().await, &[]).await.0, 400);
    assert_eq!(client.control("reset", &Value::Null).await.0, 200);
    let token = client.id_token().await;
    assert_eq!(client.control("clock", &json!({"advance_seconds": 3601})).await.0, 200);
    assert!(client.web_identity(&token, &[]).await.1.contains("ExpiredTokenException"));
}

#[tokio::test]
async fn a_web_page_can_not_use_the_control_nor_another_host_name() {
    let client = Client::start(quick()).await;
    let address = client.sandbox.idp_url().join("/_sandbox/requests").expect("a URL");
    let page = client.http.get(address.clone()).header("origin", "https://evil.example").send().await;
    assert_eq!(page.expect("an answer").status(), 403);
    let rebound = client.http.get(address).header("host", "evil.example").send().await;
    assert_eq!(rebound.expect("an answer").status(), 421);
}

#[tokio::test]
async fn the_configuration_names_this_sandbox() {
    let client = Client::start(Options::default()).await;
    let config = client.sandbox.config_json(Federation::Cognito, "session");
    assert_eq!(config["ClaudeCode"]["identity_pool_id"], client.sandbox.identity_pool_id());
    assert_eq!(client.read("config?federation=direct").await["ClaudeCode"]["federation_type"], "direct");
    let environment = client.sandbox.environment();
    assert!(client.sandbox.aws_url().as_str().starts_with(&environment["AWS_ENDPOINT_URL"]));
}

#[tokio::test]
async fn after_shutdown_nothing_answers_any_more() {
    let Client { sandbox, http, .. } = Client::start(quick()).await;
    let address = sandbox.idp_url().clone();
    sandbox.shutdown().await;
    assert!(http.get(address).send().await.is_err());
}

#[tokio::test]
async fn the_date_of_an_answer_follows_the_clock_so_that_a_client_can_measure_its_own() {
    let client = Client::start(quick()).await;
    let date = async || {
        let answer = client.http.get(client.endpoint("jwks_uri")).send().await.expect("an answer");
        let date = answer.headers()["date"].to_str().expect("a text").to_owned();
        chrono::DateTime::parse_from_rfc2822(&date).expect("a date")
    };
    let before = date().await;
    client.sandbox.control().advance_clock(7200);
    let passed = (date().await - before).num_seconds();
    assert!((7200..7260).contains(&passed), "{passed}");
}
