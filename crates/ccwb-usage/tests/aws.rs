//! What is asked of AWS, against answers from a script: operations, signatures, pages, throttling, refusals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use ccwb_http::{HttpClient, HttpSettings, ProxySettings};
use ccwb_usage::aws::{Athena, AwsError, BillQuestion, Client, Service, bill, from_metrics};
use ccwb_usage::{Aggregate, TeamField};
use chrono::NaiveDate;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
struct Asked {
    target: String,
    authorization: String,
    body: Value,
}

/// Answers each request with what the script says to it.
struct Aws {
    endpoint: String,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Aws {
    fn start(script: impl Fn(&str, &Value, usize) -> (u16, Value) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::<Asked>::new()));
        let theirs = log.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut target, mut authorization, mut length) = (String::new(), String::new(), 0);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                        break;
                    }
                    let Some((name, value)) = line.trim_end().split_once(": ") else { continue };
                    match name.to_ascii_lowercase().as_str() {
                        "x-amz-target" => value.clone_into(&mut target),
                        "authorization" => value.clone_into(&mut authorization),
                        "content-length" => length = value.parse().unwrap(),
                        _ => {}
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let asked = Asked { target, authorization, body: serde_json::from_slice(&body).unwrap_or_default() };
                let count = {
                    let mut log = theirs.lock().unwrap();
                    log.push(asked.clone());
                    log.iter().filter(|earlier| earlier.target == asked.target).count()
                };
                let operation = asked.target.rsplit('.').next().unwrap_or_default();
                let (status, answer) = script(operation, &asked.body, count);
                let answer = answer.to_string();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                    answer.len()
                );
            }
        });
        Self { endpoint, log }
    }

    fn client(&self) -> Client {
        let settings = HttpSettings {
            ca_bundles: Vec::new(),
            system_store_is_overridden: false,
            proxy: ProxySettings::default(),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            user_agent: "test".to_owned(),
            clock: || 1_800_000_000,
        };
        let http = HttpClient::new(&settings).unwrap();
        let credentials = SharedCredentialsProvider::new(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"));
        let endpoints = [Service::Athena, Service::CloudWatch, Service::CostExplorer];
        let endpoints = endpoints.map(|service| (service, self.endpoint.clone())).to_vec();
        Client::new(http, credentials, "eu-west-1", endpoints)
    }

    fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn empty() -> Aggregate {
    Aggregate::new(day("2026-11-01")..=day("2026-11-30"), TeamField::Team)
}

fn row(cells: &[&str]) -> Value {
    json!({"Data": cells.iter().map(|cell| json!({"VarCharValue": cell})).collect::<Vec<_>>()})
}

fn athena(client: &Client) -> Athena<'_> {
    Athena {
        client,
        work_group: "group".to_owned(),
        database: "base".to_owned(),
        nonce: "1".to_owned(),
        patience: Duration::from_secs(20),
    }
}

#[test]
fn athena_is_asked_waited_for_and_read_page_by_page() {
    let aws = Aws::start(|operation, body, count| match operation {
        // The first request is throttled.
        "StartQueryExecution" if count == 1 => (400, json!({"__type": "com.amazonaws#ThrottlingException"})),
        "StartQueryExecution" => {
            let id = if body["QueryString"].as_str().unwrap().contains("FROM events") { "u" } else { "o" };
            (200, json!({"QueryExecutionId": id}))
        }
        "GetQueryExecution" => {
            let state = if count == 1 { "RUNNING" } else { "SUCCEEDED" };
            (200, json!({"QueryExecution": {"Status": {"State": state}}}))
        }
        "GetQueryResults" => match (body["QueryExecutionId"].as_str().unwrap(), body["NextToken"].as_str()) {
            ("u", None) => {
                let head = row(&["day", "user_email", "model", "requests", "errors", "input_tokens", "cost_usd"]);
                let first = row(&["2026-11-02", "a@example.com", "m", "3", "0", "70", "0.5"]);
                (200, json!({"NextToken": "more", "ResultSet": {"Rows": [head, first]}}))
            }
            ("u", Some("more")) => {
                let last = row(&["2026-11-03", "b@example.com", "m", "1", "1", "5", "0.1"]);
                (200, json!({"ResultSet": {"Rows": [last]}}))
            }
            _ => {
                let head = row(&["day", "user_email", "lines_removed", "commits", "sessions"]);
                let nothing = json!({"Data": [{"VarCharValue": "2026-11-03"}, {"VarCharValue": "b@example.com"}, {"VarCharValue": "0"}, {}, {"VarCharValue": "2.0"}]});
                (200, json!({"ResultSet": {"Rows": [head, nothing]}}))
            }
        },
        other => panic!("{other}"),
    });
    let (client, mut aggregate) = (aws.client(), empty());
    now(athena(&client).read(&(day("2026-11-01")..=day("2026-11-30")), &mut aggregate)).unwrap();
    let tally = aggregate.tally();
    assert_eq!((tally.rows, tally.unreadable), (3, 0));
    let lines = ccwb_usage::group(
        &aggregate,
        ccwb_bedrock::Prices::bundled(),
        day("2026-11-01")..=day("2026-11-30"),
        &[ccwb_usage::Dimension::User],
    );
    let counts: Vec<(u64, u64)> = lines.iter().map(|line| (line.counts.requests, line.counts.sessions)).collect();
    assert_eq!(counts, [(3, 0), (1, 2)]);
    let asked = aws.asked();
    assert_eq!(asked[0].target, "AmazonAthena.StartQueryExecution");
    assert!(asked[0].authorization.contains("/eu-west-1/athena/aws4_request"), "{:?}", asked[0]);
    assert_eq!(asked[0].body["WorkGroup"], "group");
    let token = asked[0].body["ClientRequestToken"].as_str().unwrap();
    assert!((32..=128).contains(&token.len()) && asked[1].body["ClientRequestToken"] == token, "once, not twice");
}

#[test]
fn a_query_that_fails_says_why_and_a_refusal_has_its_code() {
    let aws = Aws::start(|operation, _, _| match operation {
        "StartQueryExecution" => (200, json!({"QueryExecutionId": "x"})),
        _ => (200, json!({"QueryExecution": {"Status": {"State": "FAILED", "StateChangeReason": "TABLE_NOT_FOUND"}}})),
    });
    let client = aws.client();
    let error = now(athena(&client).read(&(day("2026-11-01")..=day("2026-11-30")), &mut empty())).unwrap_err();
    assert_eq!(error.to_string(), "the query ended as FAILED: TABLE_NOT_FOUND");

    let aws = Aws::start(|_, _, _| {
        (400, json!({"__type": "com.amazon.coral.service#AccessDeniedException:http://x/", "Message": "no \u{1b}[2J"}))
    });
    let client = aws.client();
    let error = now(athena(&client).read(&(day("2026-11-01")..=day("2026-11-30")), &mut empty())).unwrap_err();
    assert!(matches!(&error, AwsError::Refused { code, .. } if code == "AccessDeniedException"), "{error}");
    assert!(!error.to_string().contains('\u{1b}'));
    assert_eq!(aws.asked().len(), 1, "no is no");
}

#[test]
fn metrics_become_models_days_teams_and_regions() {
    let metric = |name: &str, dimensions: &[(&str, &str)]| {
        let dimensions: Vec<Value> =
            dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        json!({"Namespace": "ClaudeCode", "MetricName": name, "Dimensions": dimensions})
    };
    let list = json!({"Metrics": [
        metric("claude_code.token.usage", &[("model", "global.anthropic.claude-sonnet-4-6"), ("type", "input")]),
        metric("claude_code.token.usage", &[("type", "input")]),
        metric("claude_code.api.requests", &[("model", "global.anthropic.claude-sonnet-4-6")]),
        metric("claude_code.api.requests", &[("team_id", "platform")]),
        metric("claude_code.cost.usage", &[("team_id", "platform")]),
        metric("claude_code.commit.count", &[("service_name", "claude-code")]),
    ]});
    let aws = Aws::start(move |operation, body, _| match operation {
        "ListMetrics" => (200, list.clone()),
        "GetMetricData" => {
            let queries = body["MetricDataQueries"].as_array().unwrap().iter();
            let results: Vec<Value> = queries
                // 2 and 3 November 2026.
                .map(|query| json!({"Id": query["Id"], "Timestamps": [1_793_577_600, 1_793_664_000.0], "Values": [1_000_000.0, 2.0]}))
                .collect();
            (200, json!({"MetricDataResults": results}))
        }
        other => panic!("{other}"),
    });
    let (client, mut aggregate) = (aws.client(), empty());
    let days = day("2026-11-01")..=day("2026-11-30");
    let metrics = now(from_metrics(&client, &days, &mut aggregate)).unwrap();
    let by_model =
        ccwb_usage::group(&aggregate, ccwb_bedrock::Prices::bundled(), days, &[ccwb_usage::Dimension::Model]);
    assert_eq!(by_model.len(), 1);
    assert_eq!((by_model[0].counts.requests, by_model[0].counts.tokens.input), (1_000_002, 1_000_002), "each once");
    assert_eq!(by_model[0].cost.known.exact(), "3.000006");
    assert_eq!((metrics.teams.len(), metrics.regions.len()), (1, 0));
    let (requests, cost) = metrics.teams[0].days[&day("2026-11-03")];
    assert_eq!((requests, cost.exact().as_str()), (2, "2"));
    let asked = aws.asked();
    assert!(asked.iter().all(|asked| asked.target.starts_with("GraniteServiceVersion20100801.")));
    assert_eq!(
        asked[1].body["MetricDataQueries"].as_array().unwrap().len(),
        5,
        "the sum over all models is not asked for"
    );
}

#[test]
fn a_bill_is_asked_by_type_and_by_person_and_an_answer_that_is_too_large_in_halves() {
    let group = |keys: &[&str], cost: &str| json!({"Keys": keys, "Metrics": {"UnblendedCost": {"Amount": cost, "Unit": "USD"}, "UsageQuantity": {"Amount": "1.5", "Unit": "N/A"}}});
    let aws = Aws::start(move |operation, body, _| match operation {
        "GetCostAndUsage" => {
            let start = body["TimePeriod"]["Start"].as_str().unwrap();
            let result = |groups: Value| json!({"ResultsByTime": [{"TimePeriod": {"Start": start}, "Groups": groups}]});
            match body["GroupBy"][0]["Key"].as_str().unwrap() {
                "SERVICE" if body["Granularity"] == "MONTHLY" => {
                    assert!(body.get("Filter").is_none(), "all services, to find those of Bedrock");
                    let claude = group(&["Claude Sonnet 4.6 (Amazon Bedrock Edition)"], "3.30");
                    (200, result(json!([claude, group(&["Amazon Simple Storage Service"], "9")])))
                }
                "SERVICE" => {
                    let services = json!(["Claude Sonnet 4.6 (Amazon Bedrock Edition)"]);
                    assert_eq!(body["Filter"]["And"][0]["Dimensions"]["Values"], services);
                    let keys = ["Claude Sonnet 4.6 (Amazon Bedrock Edition)", "USE1-MP:USE1_InputTokenCount-Units"];
                    (200, result(json!([group(&keys, "3.30")])))
                }
                "iamPrincipal/UserEmail" if start == "2026-11-01" && body["TimePeriod"]["End"] == "2026-11-05" => {
                    (200, json!({"padding": "x".repeat(1_200_000)}))
                }
                "iamPrincipal/UserEmail" => (
                    200,
                    result(json!([
                        group(&["iamPrincipal/UserEmail$a@example.com"], "3"),
                        group(&["iamPrincipal/UserEmail$"], "0.3")
                    ])),
                ),
                "RECORD_TYPE" => (200, result(json!([group(&["Credit"], "-1")]))),
                other => panic!("{other}"),
            }
        }
        other => panic!("{other}"),
    });
    let client = aws.client();
    let question = BillQuestion {
        days: day("2026-11-01")..=day("2026-11-04"),
        user_tag: Some("iamPrincipal/UserEmail".to_owned()),
        team_tag: None,
    };
    let bill = now(bill(&client, &question)).unwrap();
    assert_eq!((bill.charges.len(), bill.charges[0].quantity.as_str()), (1, "1.5"));
    let people: Vec<(String, &str)> =
        bill.by_user.as_ref().unwrap().iter().map(|charge| (charge.day.to_string(), charge.name.as_str())).collect();
    let expected =
        [("2026-11-01", "a@example.com"), ("2026-11-01", ""), ("2026-11-03", "a@example.com"), ("2026-11-03", "")];
    assert_eq!(people, expected.map(|(day, name)| (day.to_owned(), name)));
    assert_eq!(bill.other_records.len(), 1);
    let asked = aws.asked();
    assert!(
        asked.iter().all(|asked| asked.authorization.contains("/us-east-1/ce/aws4_request")),
        "one endpoint for all"
    );
    let usage = &asked[1].body;
    assert_eq!(usage["TimePeriod"], json!({"Start": "2026-11-01", "End": "2026-11-05"}), "the end is not part of it");
    assert_eq!(usage["Filter"]["And"][1]["Dimensions"]["Values"], json!(["Usage"]));
}

#[test]
fn a_tag_without_any_value_tells_nobody_apart() {
    let aws = Aws::start(|_, body, _| {
        let key = match (body["GroupBy"][0]["Type"].as_str(), body["Granularity"].as_str()) {
            (_, Some("MONTHLY")) => "Amazon Bedrock",
            (Some("TAG"), _) => "iamPrincipal/UserEmail$",
            _ => return (200, json!({"ResultsByTime": []})),
        };
        let metrics = json!({"UnblendedCost": {"Amount": "3", "Unit": "USD"}});
        let groups = json!([{"Keys": [key], "Metrics": metrics}]);
        (200, json!({"ResultsByTime": [{"TimePeriod": {"Start": "2026-11-01"}, "Groups": groups}]}))
    });
    let client = aws.client();
    let question = BillQuestion {
        days: day("2026-11-01")..=day("2026-11-01"),
        user_tag: Some("iamPrincipal/UserEmail".to_owned()),
        team_tag: None,
    };
    assert!(now(bill(&client, &question)).unwrap().by_user.is_none());
}
