//! AWS's side from moto: a second opinion about the protocols.

use ccwb_tests::part::Moto;
use ccwb_tests::{Home, http};
use ccwb_usage::sql;
use serde_json::{Value, json};

use crate::program::ccwb;
use crate::queries::Rows;

fn desk(moto: &Moto) -> Home {
    let mut home = Home::new();
    home.set_env("AWS_ENDPOINT_URL", moto.endpoint()).set_env("AWS_EC2_METADATA_DISABLED", "true");
    home.set_env("AWS_ACCESS_KEY_ID", "testing").set_env("AWS_SECRET_ACCESS_KEY", "testing");
    let profile = json!({
        "name": "Acme", "provider_domain": "acme.okta.com", "provider_type": "okta", "client_id": "0oa1b2c3d4E5f6G7h8i9",
        "credential_storage": "session", "aws_region": "us-east-1", "identity_pool_name": "acme",
        "federation_type": "direct", "monitoring_enabled": false, "cross_region_profile": "us",
    });
    home.write(".ccwb/profiles/Acme.json", &profile.to_string());
    home
}

/// An analytics stack as far as this command looks at it.
fn make_analytics(moto: &Moto) {
    let template = json!({
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"AthenaWorkGroup": {"Value": "primary"}, "AthenaDatabase": {"Value": "claude_code_acme"}},
    });
    let (name, body) = ("acme-analytics", template.to_string());
    let fields = [("Action", "CreateStack"), ("Version", "2010-05-15"), ("StackName", name), ("TemplateBody", &body)];
    // Without a signature moto finds the service by the operation.
    http::post_form(&format!("{}/", moto.endpoint()), &fields);
}

/// CSV as Athena's rows.
fn rows(csv: &str) -> Value {
    let rows: Vec<Value> = csv
        .lines()
        .map(|line| {
            let cells: Vec<Value> = line
                .split(',')
                .map(|cell| if cell.is_empty() { json!({}) } else { json!({"VarCharValue": cell}) })
                .collect();
            json!({"Data": cells})
        })
        .collect();
    json!({"rows": rows, "column_info": []})
}

#[test]
#[ignore = "needs moto, duckdb"]
fn athena_s_answers_come_to_the_same_as_the_rows_in_a_file() {
    let Some(moto) = Moto::start() else { return };
    let telemetry = Rows::new();
    let days = telemetry.days();
    let Some(answers) = telemetry.ask(&[sql::usage(&days), sql::output(&days)]) else { return };
    let home = desk(&moto);
    make_analytics(&moto);
    let results: Vec<Value> = answers.iter().map(|answer| rows(answer)).collect();
    let (status, answer) = http::post_json(
        &format!("{}/moto-api/static/athena/query-results", moto.endpoint()),
        &json!({"account_id": "123456789012", "region": "us-east-1", "results": results}),
    );
    assert_eq!(status, 201, "{answer}");

    let since = days.start().to_string();
    let asked = ccwb(&home, &["usage", "--json", "--since", &since]).success().json();
    let file = home.write("rows.json", &telemetry.text);
    let read =
        ccwb(&home, &["usage", "--json", "--since", &since, "--from", file.to_str().expect("text")]).success().json();
    for table in ["by_day", "by_user", "by_team", "by_region"] {
        let plain = |report: &Value| -> Vec<(Value, Value, Value)> {
            let rows = report[table].as_array().expect("rows").iter();
            rows.map(|row| (row["cost_usd"].clone(), row["requests"].clone(), row["sessions"].clone())).collect()
        };
        assert_eq!(plain(&asked), plain(&read), "{table}");
    }
    assert!(asked["total"]["cost_usd"].as_f64() > Some(1.0) && asked["names_people"] == true);
    assert!(asked["source"].as_str().is_some_and(|source| source.contains("claude_code_acme")), "{asked:#}");
    let started = moto.requests_for("StartQueryExecution");
    assert_eq!(started.len(), 2);
    assert!(started.iter().all(|request| request.signed && request.parameters["WorkGroup"] == "primary"));
}

#[test]
#[ignore = "needs moto"]
fn without_an_analytics_stack_metrics_are_asked_and_name_nobody() {
    let Some(moto) = Moto::start() else { return };
    let home = desk(&moto);
    let empty = ccwb(&home, &["usage", "--json", "--days", "7"]).success();
    assert!(empty.stderr.contains("nothing was used"), "{empty}");
    assert!(empty.json()["source"].as_str().is_some_and(|source| source.contains("CloudWatch")), "{empty}");
    assert_eq!(moto.requests_for("ListMetrics").len(), 1);
    let refused = ccwb(&home, &["usage", "--source", "athena"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    assert!(refused.stderr.contains("error[no-analytics]"), "{refused}");
}

#[test]
#[ignore = "needs moto"]
fn the_bill_of_cost_explorer_stands_beside_telemetry() {
    let Some(moto) = Moto::start() else { return };
    let home = desk(&moto);
    let file = home.write(
        "rows.json",
        r#"{"event_name":"api_request","time":"2026-11-10T10:00:00Z","user_email":"a@example.com","model":"us.anthropic.claude-sonnet-4-6","input_tokens":1000000}"#,
    );
    // moto answers from a script, in order.
    let result = |groups: Value| json!({"ResultsByTime": [{"TimePeriod": {"Start": "2026-11-10", "End": "2026-11-11"}, "Groups": groups}]});
    let group = |keys: &[&str], cost: &str, quantity: &str| json!({"Keys": keys, "Metrics": {"UnblendedCost": {"Amount": cost, "Unit": "USD"}, "UsageQuantity": {"Amount": quantity, "Unit": "N/A"}}});
    let service = "Claude Sonnet 4.6 (Amazon Bedrock Edition)";
    let results = [
        result(json!([group(&[service], "4.40", "2")])),
        result(json!([
            group(&[service, "USE1-MP:USE1_InputTokenCount-Units"], "3.30", "1"),
            group(&[service, "USE1-MP:USE1_InputTokenCount_Batch-Units"], "1.10", "0.6667"),
        ])),
        result(json!([
            group(&["iamPrincipal/UserEmail$a@example.com"], "3.30", "1"),
            group(&["iamPrincipal/UserEmail$"], "1.10", "1"),
        ])),
        result(json!([group(&["Credit"], "-2", "0")])),
    ];
    let (status, answer) = http::post_json(
        &format!("{}/moto-api/static/ce/cost-and-usage-results", moto.endpoint()),
        &json!({"account_id": "123456789012", "results": results}),
    );
    assert_eq!(status, 201, "{answer}");
    let file = file.to_str().expect("text");
    let arguments =
        ["usage", "--reconcile", "--json", "--since", "2026-11-10", "--until", "2026-11-10", "--from", file];
    let bill = ccwb(&home, &arguments).success().json();
    assert_eq!((&bill["billed_usd"], &bill["telemetry_usd"]), (&json!(4.4), &json!(3.3)), "{bill:#}");
    assert_eq!(bill["causes"].as_array().map(Vec::len), Some(1), "{bill:#}");
    assert_eq!((&bill["causes"][0]["cause"], &bill["causes"][0]["usd"]), (&json!("batch"), &json!(1.1)));
    assert_eq!(
        (&bill["by_user"][0]["name"], &bill["by_user"][0]["remark"]),
        (&json!("a@example.com"), &json!("agrees"))
    );
    assert!(bill["notes"].to_string().contains("Credit, -$2.00"), "{bill:#}");
    assert_eq!(moto.requests_for("GetCostAndUsage").len(), 4, "each costs a cent");
}
