//! Rotations against the sandbox, whose users, keys and signatures are as strict as AWS's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region};
use ccwb_customer::vault::{Credential, Credentials, Key, Vault};
use ccwb_customer::{Customer, CustomerId, CustomersFolder, Form, KeyPlace, Method};
use ccwb_sandbox::{Fault, Options, Role, Sandbox, Trust};
use ccwb_store::private_file;
use serde_json::json;

use super::many::{AsyncWork, each};
use super::rotate::{Outcome, Rotation, Told};
use super::validate::{Validated, Validation};
use super::{Office, Vaults, access};
use crate::aws_call;

/// Customers of a sandbox, each with an account of its own and a user in it.
struct Site {
    sandbox: Sandbox,
    office: Arc<Office>,
    customers: Vec<Customer>,
    _home: tempfile::TempDir,
}

impl Site {
    async fn with_keys(count: usize) -> Self {
        let method = "{kind: iam-user-keys, access_key_id: AKIAIOSFODNN7EXAMPLE}";
        let mut site = Self::new(count, method, Vaults::Known(BTreeMap::new())).await;
        let mut keys = BTreeMap::new();
        for customer in &site.customers {
            let (access_key_id, secret) = site.sandbox.control().put_access_key(&customer.account, "claude").unwrap();
            let credential = Credential::IamUserKeys { access_key_id, secret_access_key: secret.into() };
            let key = Key::generate();
            let lock = site.office.folder.lock(&customer.id, Duration::from_secs(5)).unwrap();
            let vault = Vault::new(&site.office.folder, &customer.id, key.clone());
            vault.write(&Credentials::new(credential, 100), &lock).unwrap();
            keys.insert(customer.id.to_string(), key);
        }
        Arc::get_mut(&mut site.office).unwrap().vaults = Vaults::Known(keys);
        site
    }

    async fn new(count: usize, method: &str, vaults: Vaults) -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let folder = CustomersFolder::new(home.path().join("customers"));
        private_file::create_own_dir(folder.root()).unwrap();
        let customers: Vec<Customer> = (0..count).map(|number| customer(number, method)).collect();
        for customer in &customers {
            let lock = folder.lock(&customer.id, Duration::from_secs(5)).unwrap();
            private_file::create_own_dir(&folder.of(&customer.id)).unwrap();
            folder.save(customer, &lock).unwrap();
        }
        let environment = sandbox.administrator_environment();
        let credentials = aws_credential_types::Credentials::new(
            &environment["AWS_ACCESS_KEY_ID"],
            &environment["AWS_SECRET_ACCESS_KEY"],
            Some(environment["AWS_SESSION_TOKEN"].clone()),
            None,
            "test",
        );
        let base = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(sandbox.aws_url().as_str())
            .region(Region::new("us-east-1"))
            .http_client(aws_call::http_client().unwrap().for_aws())
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .sleep_impl(aws_sdk_sts::config::SharedAsyncSleep::new(Sleep))
            .build();
        let office = Arc::new(Office { folder, base: access::for_customers(&base), vaults });
        Self { sandbox, office, customers, _home: home }
    }

    fn rotation(&self) -> Rotation {
        Rotation { office: self.office.clone(), older_than: None, keeps: 0, given: None, dry_run: false }
    }

    async fn rotate(&self) -> Told {
        self.rotation().on(self.customers[0].clone()).await
    }

    async fn current(&self, customer: &Customer) -> Credential {
        let credentials = self.office.vault(customer).await.unwrap().read().unwrap();
        assert!(credentials.candidate().is_none() && credentials.previous().is_none());
        credentials.current().credential.clone()
    }

    fn keys(&self, customer: &Customer) -> Vec<(String, bool)> {
        let keys = self.sandbox.control().access_keys(&customer.account, "claude");
        keys.into_iter().map(|key| (key.id, key.active)).collect()
    }

    fn log(&self, customer: &Customer) -> String {
        std::fs::read_to_string(self.office.folder.of(&customer.id).join("rotation.jsonl")).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Sleep;

impl aws_sdk_sts::config::AsyncSleep for Sleep {
    fn sleep(&self, duration: Duration) -> aws_sdk_sts::config::Sleep {
        aws_sdk_sts::config::Sleep::new(tokio::time::sleep(duration))
    }
}

fn customer(number: usize, method: &str) -> Customer {
    let account = if method.contains("role_arn") { 123_456_789_012 } else { 200_000_000_000 + number };
    let form = format!(
        "id: customer-{number:04}\norganisation: Org {number}\ncontact: {{name: Jo, email: jo@example.com}}\n\
         account: '{account}'\nregion: us-east-1\nmodel: sonnet-4-5\ntokens: {{input: 1M, output: 1M}}\nmethod: {method}\n"
    );
    let form = Form::parse(&form).unwrap_or_else(|problems| panic!("{problems:?}"));
    let key = (!method.contains("role")).then_some(KeyPlace::Keyring {});
    Customer::of_form(form, key, 100).unwrap()
}

#[tokio::test]
async fn a_customers_key_is_exchanged_and_the_log_has_the_steps_and_no_secret() {
    let site = Site::with_keys(1).await;
    let customer = &site.customers[0];
    let old = site.current(customer).await;
    let told = site.rotate().await;
    assert_eq!(told.outcome, Outcome::Rotated, "{told:?}");
    let new = site.current(customer).await;
    assert!(!new.is(&old));
    assert_eq!(site.keys(customer), [(new.fingerprint(), true)]);
    let log = site.log(customer);
    let steps: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["step"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(steps, ["created", "tried", "made-current", "deactivated", "tried", "deleted"]);
    for secret in [&old, &new] {
        let Credential::IamUserKeys { secret_access_key, .. } = secret else { panic!("{secret:?}") };
        assert!(!log.contains(secrecy::ExposeSecret::expose_secret(secret_access_key)));
    }
}

/// Counts how many customers are worked on at a time.
struct Counted {
    rotation: Rotation,
    now: AtomicUsize,
    most: Arc<AtomicUsize>,
}

impl AsyncWork<Customer, Told> for Counted {
    async fn on(&self, customer: Customer) -> Told {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let told = self.rotation.on(customer).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        told
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_customers_are_rotated_eight_at_a_time_and_one_bad_one_stops_nobody() {
    let site = Site::with_keys(300).await;
    let bad = &site.customers[17];
    site.sandbox.control().put_access_key(&bad.account, "claude").unwrap();
    let most = Arc::new(AtomicUsize::new(0));
    let work = Counted { rotation: site.rotation(), now: AtomicUsize::new(0), most: most.clone() };
    let start = Instant::now();
    let mut all: Vec<Told> = Vec::new();
    each(site.customers.clone(), 8, work, |told| all.push(told)).await;
    let took = start.elapsed();
    eprintln!("300 customers in {took:.1?}, 8 at a time");
    assert_eq!(most.load(Ordering::SeqCst), 8);
    assert_eq!(all.len(), 300);
    for told in &all {
        let expected = if told.customer == bad.id.as_str() { Outcome::Failed } else { Outcome::Rotated };
        assert_eq!(told.outcome, expected, "{told:?}");
    }
    for customer in site.customers.iter().filter(|customer| customer.id != bad.id) {
        assert_eq!(site.keys(customer), [(site.current(customer).await.fingerprint(), true)]);
    }
    assert!(took < Duration::from_mins(3), "{took:?}");
}

#[tokio::test]
async fn a_second_key_that_is_not_ours_is_named_with_what_to_do_and_left_alone() {
    let site = Site::with_keys(1).await;
    let customer = &site.customers[0];
    let (other, _) = site.sandbox.control().put_access_key(&customer.account, "claude").unwrap();
    let before = site.keys(customer);
    let told = site.rotate().await;
    let failure = told.failure.expect("it is full");
    assert_eq!(failure.code, "access-keys-full");
    assert!(failure.message.contains("never used") && failure.hint.contains(&other), "{failure:?}");
    assert_eq!(site.keys(customer), before);
}

#[tokio::test]
async fn a_new_key_of_another_account_is_deleted_and_the_old_one_stays() {
    let site = Site::with_keys(1).await;
    let customer = &site.customers[0];
    let old = site.current(customer).await;
    let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                <Arn>arn:aws:iam::999999999999:user/x</Arn><UserId>AIDA</UserId><Account>999999999999</Account>\
                </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let fault = Fault {
        endpoint: "sts:GetCallerIdentity".to_owned(),
        times: Some(1),
        body: Some(body.into()),
        content_type: Some("text/xml".to_owned()),
        ..Fault::default()
    };
    site.sandbox.control().add_fault(fault).unwrap();
    let told = site.rotate().await;
    assert_eq!(told.outcome, Outcome::Restored, "{told:?}");
    assert!(told.detail.contains("999999999999"), "{told:?}");
    assert!(site.current(customer).await.is(&old));
    assert_eq!(site.keys(customer), [(old.fingerprint(), true)]);
    assert_eq!(site.rotate().await.outcome, Outcome::Rotated, "the next one is a new one");
}

#[tokio::test]
async fn a_new_key_that_aws_does_not_know_yet_is_tried_again() {
    let site = Site::with_keys(1).await;
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token \
                included in the request is invalid.</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    let fault = Fault {
        endpoint: "sts:GetCallerIdentity".to_owned(),
        times: Some(2),
        status: Some(403),
        body: Some(body.into()),
        content_type: Some("text/xml".to_owned()),
        ..Fault::default()
    };
    site.sandbox.control().add_fault(fault).unwrap();
    assert_eq!(site.rotate().await.outcome, Outcome::Rotated);
    assert_eq!(site.sandbox.control().count("sts:GetCallerIdentity"), 4);
}

#[tokio::test]
async fn the_old_key_stays_for_containers_that_have_it_and_a_later_run_deletes_it() {
    let site = Site::with_keys(1).await;
    let customer = &site.customers[0];
    let keeps = Rotation { keeps: 3_600, ..site.rotation() };
    assert_eq!(keeps.on(customer.clone()).await.outcome, Outcome::Switched);
    assert!(site.keys(customer).iter().all(|(_, active)| *active) && site.keys(customer).len() == 2);
    let later = Rotation { older_than: Some(7_776_000), ..site.rotation() };
    assert_eq!(
        later.on(customer.clone()).await.outcome,
        Outcome::Rotated,
        "what was begun is finished, whatever its age"
    );
    assert_eq!(site.keys(customer).len(), 1);
    let young = later.on(customer.clone()).await;
    assert_eq!(young.outcome, Outcome::Skipped, "{young:?}");
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_calls_nobody() {
    let site = Site::with_keys(1).await;
    let dry = Rotation { dry_run: true, ..site.rotation() };
    assert_eq!(dry.on(site.customers[0].clone()).await.outcome, Outcome::Planned);
    assert_eq!(site.sandbox.control().requests().len(), 0);
    assert_eq!(site.log(&site.customers[0]), "");
}

/// A customer in the sandbox's own account, whose role asks for an external id.
async fn site_with_a_role() -> (Site, impl Fn(&Site, &str)) {
    let method = "{kind: cross-account-role, role_arn: 'arn:aws:iam::123456789012:role/Customer'}";
    let site = Site::new(1, method, Vaults::Known(BTreeMap::new())).await;
    let trust = |site: &Site, external_id: &str| {
        site.sandbox.control().put_role(Role {
            name: "Customer".to_owned(),
            trust: Trust::Roles,
            max_session_duration: 3_600,
            external_id: Some(external_id.to_owned()),
        });
    };
    (site, trust)
}

fn external_id(customer: &Customer) -> &str {
    let Method::CrossAccountRole { external_id, .. } = &customer.method else { panic!("{customer:?}") };
    external_id
}

#[tokio::test]
async fn a_new_external_id_comes_into_use_when_the_role_takes_it_and_not_before() {
    let (site, trust) = site_with_a_role().await;
    let customer = site.customers[0].clone();
    let old = external_id(&customer).to_owned();
    trust(&site, &old);
    let told = site.rotate().await;
    assert_eq!(told.outcome, Outcome::Pending, "{told:?}");
    let new = told.hint.unwrap().split('"').nth(1).unwrap().to_owned();
    assert_ne!(new, old);
    let again = site.rotate().await;
    assert!(again.outcome == Outcome::Pending && again.hint.unwrap().contains(&new), "the same one, still");
    let record = || site.office.folder.load(customer.id.as_str()).unwrap();
    assert_eq!(external_id(&record()), old);
    trust(&site, &new);
    let done = site.rotate().await;
    assert_eq!(done.outcome, Outcome::Rotated, "{done:?}");
    assert_eq!(external_id(&record()), new);
    assert_eq!(site.rotate().await.outcome, Outcome::Pending, "the next one");
}

#[tokio::test]
async fn validation_says_what_each_call_took_and_health_s_calls_read_no_customers_data() {
    let site = Site::with_keys(2).await;
    let bad = site.customers[1].clone();
    let fault = Fault { endpoint: "bedrock:ListInferenceProfiles".to_owned(), ..Fault::default() };
    let body = json!({"inferenceProfileSummaries": []});
    site.sandbox.control().add_fault(Fault { times: Some(1), body: Some(body), ..fault }).unwrap();
    let mut all: Vec<Validated> = Vec::new();
    let validation = Validation { office: site.office.clone(), calls: false };
    each(vec![bad.clone(), site.customers[0].clone()], 1, validation, |validated| all.push(validated)).await;
    let codes = |validated: &Validated| validated.failures().map(|row| row.code.clone()).collect::<Vec<_>>();
    assert_eq!((codes(&all[0]), codes(&all[1])), (vec!["profile-missing".to_owned()], vec![]));
    let checks: Vec<_> =
        all[1].checks.iter().map(|check| (check.row.check.as_str(), check.milliseconds.is_some())).collect();
    let expected = [
        ("access", true),
        ("identity", true),
        ("account", false),
        ("region", true),
        ("model", true),
        ("model call", false),
    ];
    assert_eq!(checks, expected);
    let asked: std::collections::BTreeSet<String> =
        site.sandbox.control().requests().into_iter().map(|request| request.endpoint).collect();
    let expected = ["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles", "sts:GetCallerIdentity"];
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), expected);
    let standing = super::standing::Standing::read(&site.office.folder, &bad).unwrap();
    assert_eq!((standing.failures, standing.since), (vec!["profile-missing".to_owned()], 100));
}

#[tokio::test]
async fn a_customer_who_was_removed_meanwhile_is_a_failure_and_gets_no_folder() {
    let site = Site::with_keys(1).await;
    let id = CustomerId::parse(site.customers[0].id.as_str()).unwrap();
    std::fs::remove_dir_all(site.office.folder.of(&id)).unwrap();
    let told = site.rotate().await;
    assert_eq!(told.failure.unwrap().code, "customer-unknown");
    assert!(!site.office.folder.of(&id).exists());
}

/// Customers with a Bedrock API key, whose profile Bedrock lists or not, at a server that keeps what it was sent.
async fn site_with_an_api_key(listed: &'static str) -> (Site, std::sync::mpsc::Receiver<String>) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, sent) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut bytes) = (stream.unwrap(), vec![0; 16 * 1024]);
            let count = stream.read(&mut bytes).unwrap();
            let _ = sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned());
            let body = format!("{{\"inferenceProfileSummaries\": [{listed}]}}");
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length";
            stream.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
        }
    });
    let mut site = Site::new(1, "bedrock-api-key", Vaults::Known(BTreeMap::new())).await;
    let (customer, key) = (site.customers[0].clone(), Key::generate());
    let lock = site.office.folder.lock(&customer.id, Duration::from_secs(5)).unwrap();
    let vault = Vault::new(&site.office.folder, &customer.id, key.clone());
    let first = Credential::BedrockApiKey { key: "ABSK-the-first-one1".into() };
    vault.write(&Credentials::new(first, 100), &lock).unwrap();
    let office = Arc::get_mut(&mut site.office).unwrap();
    office.vaults = Vaults::Known(BTreeMap::from([(customer.id.to_string(), key)]));
    office.base = office.base.to_builder().endpoint_url(address).build();
    (site, sent)
}

const LISTED: &str = r#"{"inferenceProfileId": "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "status": "ACTIVE",
    "inferenceProfileName": "n", "inferenceProfileArn": "arn:aws:bedrock:us-east-1:1:inference-profile/x", "models": [],
    "type": "SYSTEM_DEFINED"}"#;

#[tokio::test]
async fn an_api_key_from_the_customer_is_tried_as_a_bearer_token_and_then_used() {
    let (site, sent) = site_with_an_api_key(LISTED).await;
    let customer = &site.customers[0];
    assert_eq!(site.rotate().await.outcome, Outcome::Pending, "AWS makes none for us");
    let given = Rotation { given: Some("ABSK-the-second-one2".into()), ..site.rotation() };
    let told = given.on(customer.clone()).await;
    assert_eq!(told.outcome, Outcome::Rotated, "{told:?}");
    assert!(site.current(customer).await.is(&Credential::BedrockApiKey { key: "ABSK-the-second-one2".into() }));
    let sent: Vec<String> = sent.try_iter().map(|request| request.to_ascii_lowercase()).collect();
    assert!(
        sent.len() == 2 && sent.iter().all(|sent| sent.contains("authorization: bearer absk-the-second-one2")),
        "{sent:?}"
    );
    assert!(!site.log(customer).contains("ABSK"), "{}", site.log(customer));
}

#[tokio::test]
async fn an_api_key_that_does_not_lead_to_the_customers_model_is_not_used() {
    let (site, _sent) = site_with_an_api_key("").await;
    let given = Rotation { given: Some("ABSK-the-second-one2".into()), ..site.rotation() };
    let told = given.on(site.customers[0].clone()).await;
    assert_eq!(told.outcome, Outcome::Restored, "{told:?}");
    let current = site.current(&site.customers[0]).await;
    assert!(current.is(&Credential::BedrockApiKey { key: "ABSK-the-first-one1".into() }));
}
