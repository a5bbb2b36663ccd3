//! `ccwb cost`: to the cent.

use ccwb_tests::Home;
use serde_json::json;

use crate::{assert_failed, line};

#[test]
fn one_team_is_reckoned_from_options() {
    let home = Home::new();
    let asked = "cost estimate --people 10 --days 20 --input 1M --output 50K --model sonnet-4-6=60,haiku-4-5=40 --region us-east-1";
    let answer = line(&home, &format!("{asked} --contingency 15 --json")).success().json();
    // 120 x 3.30 + 6 x 16.50, and 80 x 1.10 + 4 x 5.50 dollars.
    assert_eq!(
        (&answer["month_usd"], &answer["contingency_usd"], &answer["total_usd"]),
        (&json!("605"), &json!("90.75"), &json!("695.75"))
    );
    let cached = line(&home, &format!("{asked} --cache-read 80 --cache-write 10 --json")).success().json();
    assert_eq!(cached["without_cache_usd"], "605");
    // A tenth of the input plain, eight tenths at a tenth of the price, a tenth at 1.25 times the price.
    assert_eq!(cached["month_usd"], "268.62", "{cached:#}");
    let text = line(&home, &format!("{asked} --batch 50")).success().stdout;
    assert!(text.contains("$453.75") && text.contains("batch jobs save     $151.25"), "{text}");
    assert!(text.contains("budget_monthly_usd=453") && text.contains("Prices as of 2026-"), "{text}");
}

#[test]
fn teams_come_from_a_file_and_scenarios_stand_side_by_side() {
    let home = Home::new();
    let team = |model: &str| {
        format!("{{people: 10, days: 20, input: 1000000, output: 50000, models: {{{model}: 100}}, region: us-east-1}}")
    };
    let file = home.write(
        "plan.yaml",
        &format!("contingency: 10\nteams:\n  a: {}\n  b: {}\n", team("haiku-4-5"), team("opus-4-8")),
    );
    let plan = line(&home, &format!("cost estimate {} --json", file.display())).success().json();
    assert_eq!(
        (&plan["month_usd"], &plan["total_usd"], &plan["people"]),
        (&json!("1650"), &json!("1815"), &json!(20)),
        "{plan:#}"
    );

    let text = format!(
        "scenarios:\n  all-opus:\n    teams: {{a: {}}}\n  all-haiku:\n    teams: {{a: {}}}\n",
        team("opus-4-8"),
        team("haiku-4-5")
    );
    let file = home.write("scenarios.yaml", &text);
    let table = line(&home, &format!("cost scenarios {}", file.display())).success().stdout;
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[1].contains("all-haiku") && rows[1].contains("$275.00"), "{table}");
    assert!(rows[2].contains("all-opus") && rows[2].contains("$1,375.00") && rows[2].contains("$1,100.00"), "{table}");
    let wrong = home.write("wrong.yaml", &format!("teams: {{a: {}}}\n", team("opus-4-8").replace("100}", "90}")));
    assert_failed(&line(&home, &format!("cost estimate {}", wrong.display())), 3, "plan-invalid", "90 percent");
}

#[test]
fn models_are_compared_and_what_has_no_price_comes_last() {
    let home = Home::new();
    let compared =
        line(&home, "cost compare --input 100M --output 10M --region us-east-1 --model opus,sonnet,haiku --json")
            .success()
            .json();
    let costs: Vec<_> = compared
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["model"].clone(), one["cost_usd"].clone()))
        .collect();
    assert_eq!(
        costs,
        [("haiku-4-5", "165"), ("sonnet-5", "330"), ("opus-4-8", "825")]
            .map(|(model, cost)| (json!(model), json!(cost)))
    );
    let all = line(&home, "cost compare --input 1M --output 1M --region us-east-1").success().stdout;
    assert!(all.contains("opus-4-1") && !all.contains("sonnet-3-7"), "what has ended costs nothing any more: {all}");
    let gov =
        line(&home, "cost estimate --people 1 --days 1 --input 1M --output 1M --model opus --region us-gov-west-1")
            .success();
    assert!(gov.stdout.contains("no price is known"), "{gov}");
}

#[test]
fn what_cannot_be_reckoned_is_refused() {
    let home = Home::new();
    assert_failed(&line(&home, "cost estimate --people 1"), 2, "usage", "--days");
    let team = "cost estimate --people 1 --days 1 --input 1M --output 1M --region us-east-1";
    assert_failed(&line(&home, &format!("{team} --model opus,haiku=50")), 2, "usage", "how much");
    let fraction = team.replace("--input 1M", "--input 1.5");
    assert_failed(&line(&home, &format!("{fraction} --model opus")), 2, "usage", "1.5");
    assert_failed(&line(&home, &format!("{team} --model gpt")), 3, "plan-invalid", "gpt");
    assert_failed(
        &line(&home, "cost compare --input 1M --output 1M --region cn-north-1"),
        3,
        "model-unreachable",
        "cn-north-1",
    );
}
