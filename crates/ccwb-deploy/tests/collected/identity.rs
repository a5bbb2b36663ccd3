//! Who telemetry is of: whom a token names, and nobody else.

use std::path::Path;

use ccwb_config::{Config, Profile};
use ccwb_telemetry::Headers;
use serde_json::{Map, Value, json};

use crate::collector::{Collector, Item, Sender, Token, Written};
use crate::recorded::{Data, items, object, text};

/// Alice's token, with more claims.
fn token(more: &Value) -> Token {
    let mut claims = json!({
        "iss": "https://idp.example.com", "aud": "client", "exp": 4_102_444_800_i64, "sub": "alice-1",
        "email": "Alice@example.com",
    });
    for (claim, value) in object(more) {
        claims[claim] = value.clone();
    }
    Token { claims: object(&claims).clone(), is_genuine: true }
}

fn signed_in(more: &Value) -> Sender {
    Sender { token: Some(token(more)), ..Sender::default() }
}

/// Each field about a person in everything that was written: the same everywhere.
fn person(written: &Written) -> Map<String, Value> {
    let fields = Data::read().fields("identity");
    let of = |log: &Map<String, Value>| -> Map<String, Value> {
        log.iter()
            .filter(|(name, _)| fields.contains(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    let mut all: Vec<Map<String, Value>> = written.metric_logs.iter().chain(&written.event_logs).map(of).collect();
    all.dedup();
    let [one] = all.as_slice() else { panic!("different people: {all:?}") };
    one.clone()
}

fn verified() -> Collector {
    Collector::new("verified", &[])
}

#[test]
fn forged_headers_and_attributes_do_not_reach_what_is_written() {
    let mallory = json!({"team": "red"});
    let honest = person(&verified().receive(&signed_in(&mallory), &items()).unwrap());
    let data = Data::read();
    let mut sender = signed_in(&mallory);
    let mut forged = items();
    for field in data.list("identity") {
        sender.headers.insert(text(&field["header"]), "forged".to_owned());
        let field = text(&field["field"]);
        for item in &mut forged {
            for name in [field.clone(), field.replacen('_', ".", 1)] {
                item.attributes.insert(name.clone(), "forged".into());
                item.resource.insert(name, "forged".into());
            }
        }
    }
    let written = verified().receive(&sender, &forged).unwrap();
    assert_eq!(person(&written), honest);
    for log in written.metric_logs.iter().chain(&written.event_logs) {
        assert!(!json!(log).to_string().contains("forged"), "{log:?}");
    }
    // The test can fail: a collector that believes its clients writes what they say.
    let believing = Collector::new("claimed", &[]).receive(&sender, &forged).unwrap();
    assert_eq!(person(&believing)["user_email"], "forged");
}

#[test]
fn nobody_is_heard_without_a_token_of_this_issuer_for_this_application() {
    let refused = |sender: &Sender| verified().receive(sender, &items()).err();
    assert_eq!(refused(&signed_in(&json!({}))), None);
    assert_eq!(refused(&Sender::default()), Some(401));
    for (claim, value) in [("iss", json!("https://evil.example")), ("aud", json!("other")), ("exp", json!(-1))] {
        assert_eq!(refused(&signed_in(&json!({claim: value}))), Some(401), "{claim}");
    }
    let forged = Token { is_genuine: false, ..token(&json!({})) };
    assert_eq!(refused(&Sender { token: Some(forged), ..Sender::default() }), Some(401));
}

fn profile() -> Profile {
    let values = json!({"provider_domain": "a.okta.com", "client_id": "client", "identity_pool_id": "us-east-1:aa"});
    Config::from_text(Path::new("c"), json!({ "P": values }).to_string()).profile("P").expect("a profile")
}

#[test]
fn a_token_means_the_same_person_to_the_collector_and_to_the_helper() {
    let data = Data::read();
    for claims in [
        json!({}),
        json!({"email": "bob@example.com", "team": "blue", "department": "R+D", "title": "engineer"}),
        json!({"custom:department": "own", "department": "other", "dept": "third", "costCenter": "4711"}),
        json!({"cognito:username": "bob", "preferred_username": "robert", "group": "g", "office": "Bern"}),
        json!({"email": null, "preferred_username": "bob@example.com", "manager_email": "carol@example.com"}),
        json!({"team_id": "one", "team": "two", "division": "d", "cost_code": "1", "job_title": "t"}),
    ] {
        let mut claims = token(&claims).claims;
        claims.retain(|_, value| !value.is_null());
        let of_helper = Headers::from_claims(&claims, &profile());
        let of_helper =
            of_helper.rows.iter().filter_map(|row| Some((row.name.to_string(), row.value.clone()?.into_owned())));
        let of_helper: std::collections::BTreeMap<String, String> = of_helper.collect();
        let sender = Sender { token: Some(Token { claims: claims.clone(), is_genuine: true }), ..Sender::default() };
        let of_collector = person(&verified().receive(&sender, &items()).unwrap());
        for field in data.list("identity") {
            let (name, header) = (text(&field["field"]), text(&field["header"]));
            let collector = of_collector.get(&name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
            let helper = of_helper.get(&header).cloned().unwrap_or_default().to_lowercase();
            assert_eq!(collector, helper, "{name} of {claims:?}");
        }
    }
}

#[test]
fn what_the_helper_says_arrives_where_it_is_believed() {
    let claims = token(&json!({"team": "blue"})).claims;
    let of_helper = Headers::from_claims(&claims, &profile());
    let headers =
        of_helper.rows.iter().filter_map(|row| Some((row.name.to_string(), row.value.clone()?.into_owned()))).collect();
    let sender = Sender { headers, token: None };
    let person = person(&Collector::new("claimed", &[]).receive(&sender, &items()).unwrap());
    assert_eq!((&person["team_id"], &person["organization"]), (&json!("blue"), &json!("okta")));
    let nobody = Collector::new("claimed", &[]).receive(&Sender::default(), &items()).unwrap();
    assert_eq!(self::person(&nobody)["user_email"], "unknown@example.com");
}

#[test]
fn rules_of_the_administrator_hold_in_the_collector() {
    let claims = json!({"team": "blue", "squad": "ours", "manager": "carol@example.com"});
    let collector = Collector::new(
        "verified",
        &[
            ("CCWB_HASHED", "user_email|user_name"),
            ("CCWB_DROPPED", "user_id|manager"),
            ("CCWB_CLAIM_TEAM_ID", "squad"),
        ],
    );
    let written = collector.receive(&signed_in(&claims), &items()).unwrap();
    let person = person(&written);
    assert_eq!(person["team_id"], "ours", "an own claim comes first");
    for field in ["user_email", "user_name"] {
        let hash = person[field].as_str().unwrap();
        assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    }
    assert!(!person.contains_key("user_id") && !person.contains_key("manager"));
    assert!(!format!("{written:?}").to_lowercase().contains("alice"), "nobody is named");
    let salted = Collector::new("verified", &[("CCWB_HASHED", "user_email"), ("CCWB_SALT", "pepper")]);
    let salted = self::person(&salted.receive(&signed_in(&claims), &items()).unwrap());
    assert_ne!(salted["user_email"], person["user_email"], "hashes are keyed");
    let upper = self::person(&collector.receive(&signed_in(&json!({"email": "ALICE@EXAMPLE.COM"})), &items()).unwrap());
    assert_eq!(upper["user_email"], person["user_email"], "however it is written");
}

#[test]
fn nothing_that_people_or_models_wrote_is_kept() {
    let secret = "the launch code";
    let mut telling: Vec<Item> = items();
    for item in &mut telling {
        for name in
            ["prompt", "prompt_text", "response", "tool_parameters", "tool_input", "error", "file_path", "command"]
        {
            item.attributes.insert(name.to_owned(), secret.into());
        }
        item.resource.insert("host.name".to_owned(), secret.into());
        if item.is_log {
            item.body = secret.into();
        }
    }
    for name in ["verified", "claimed"] {
        let written = Collector::new(name, &[]).receive(&signed_in(&json!({})), &telling).unwrap();
        assert!(!written.event_logs.is_empty() && !format!("{written:?}").contains(secret), "{name}");
        assert!(!format!("{:?}", written.event_logs).contains("user_prompt"), "{name}");
    }
}
