//! Reports: what adds up, what is unknown, what is harmless, what fits.

use std::ops::RangeInclusive;

use base64::Engine as _;
use ccwb_bedrock::{Prices, Usd};
use ccwb_usage::demo::{self, Company};
use ccwb_usage::reconcile::{Bill, CauseKind, Charge, Reconciliation};
use ccwb_usage::render::{self, Look};
use ccwb_usage::{Aggregate, Dimension, Question, Report, TeamField, group, read};
use chrono::{Days, NaiveDate};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-11-19")
}

fn month() -> RangeInclusive<NaiveDate> {
    today() - Days::new(29)..=today()
}

fn aggregate(text: &str) -> Aggregate {
    let mut aggregate = Aggregate::new(today() - Days::new(80)..=today(), TeamField::Team);
    read(&mut text.as_bytes(), &mut aggregate).unwrap();
    aggregate
}

fn company(seed: u64) -> Aggregate {
    let company = Company { seed, people: 20, requests_a_day: 12, ..Company::of_demo(today()) };
    aggregate(&company.rows().collect::<Vec<_>>().join("\n"))
}

fn report(aggregate: &Aggregate) -> Report {
    let question =
        Question { days: month(), today: today(), known_since: today() - Days::new(55), source: "a test".to_owned() };
    Report::new(aggregate, Prices::bundled(), question)
}

#[test]
fn whatever_it_is_grouped_by_it_adds_up_to_the_picodollar() {
    let aggregate = company(1);
    let report = report(&aggregate);
    assert!(report.total.cost.known > Usd::ZERO);
    for dimension in Dimension::ALL {
        let lines = report.lines(dimension);
        assert_eq!(lines.iter().map(|line| line.cost.known).sum::<Usd>(), report.total.cost.known, "{dimension:?}");
        assert_eq!(lines.iter().map(|line| line.counts.requests).sum::<u64>(), report.total.counts.requests);
        for line in lines {
            assert_eq!(line.daily.iter().copied().sum::<Usd>(), line.cost.known, "{}", line.name());
        }
    }
    let every = group(&aggregate, Prices::bundled(), month(), &Dimension::ALL);
    assert_eq!(every.iter().map(|line| line.cost.known).sum::<Usd>(), report.total.cost.known);
    let tokens: u64 = every.iter().map(|line| line.counts.tokens.total()).sum();
    assert_eq!(tokens, report.total.counts.tokens.total());
}

#[test]
fn a_model_without_a_price_is_unknown_and_never_zero() {
    let row = |model: &str, tokens: u64| {
        format!(
            r#"{{"event_name":"api_request","time":"2026-11-18","user_email":"a@example.com","team_id":"t","model":"{model}","input_tokens":{tokens}}}"#
        )
    };
    let text =
        [row("us.anthropic.claude-future-9", 700), row("global.anthropic.claude-sonnet-4-6", 1_000_000)].join("\n");
    let aggregate = aggregate(&text);
    let report = report(&aggregate);
    let json: Value = serde_json::from_str(&render::json(&report)).unwrap();
    assert_eq!(json["by_model"][1]["model"], "us.anthropic.claude-future-9");
    assert_eq!(
        (&json["by_model"][1]["cost_usd"], &json["by_model"][1]["unpriced_tokens"]),
        (&Value::Null, &700.into())
    );
    assert_eq!((&json["total"]["cost_usd"], &json["total"]["unpriced_tokens"]), (&3.into(), &700.into()));
    assert_eq!(json["prices"][1]["price"], Value::Null);
    let csv = render::csv(&[Dimension::Model], &report.by_model);
    assert!(csv.contains("us.anthropic.claude-future-9,,700,"), "{csv}");
    let screen = render::overview(&report, Look::PLAIN, 10);
    assert!(
        screen.contains("$3.00 + ?") && screen.contains("No price is known for us.anthropic.claude-future-9"),
        "{screen}"
    );
    assert!(screen.lines().any(|line| line.contains("claude-future-9") && line.contains("unknown")), "{screen}");
    let page = render::html(&report, None, 0);
    assert!(page.contains("<td data-v=\"0\">unknown</td>"), "{page}");
}

#[test]
fn whoever_stands_out_is_named() {
    let aggregate = company(7);
    let report = report(&aggregate);
    let outliers: Vec<&String> = report.notes.iter().filter(|note| note.contains("stands out")).collect();
    assert_eq!(outliers.len(), 1, "{outliers:?}");
    assert!(outliers[0].starts_with(&report.by_user[0].name()), "{outliers:?}");
}

#[test]
fn a_name_that_somebody_chose_does_nothing_but_stand_there() {
    let name = "=cmd()\\u001b[2J<img src=x onerror=alert(1)>\\u202e\\\"'&@example.com";
    let text = format!(
        r#"{{"event_name":"api_request","time":"2026-11-18","user_email":"{name}","team_id":"</title></svg><script>","model":"global.anthropic.claude-sonnet-4-6<b>","input_tokens":1000000}}"#
    );
    let aggregate = aggregate(&text);
    let report = report(&aggregate);
    let page = render::html(&report, None, 0);
    assert_eq!(page.matches("<script>").count(), 1, "only ours");
    for forbidden in ["<img", "<b>", "\u{1b}", "\u{202e}", "</title></svg><script>"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    let screen = render::overview(&report, Look { width: 120, blocks: true, colours: false }, 10);
    assert!(!screen.contains('\u{1b}') && !screen.contains('\u{202e}'), "{screen}");
    let csv = render::csv(&[Dimension::User], &report.by_user);
    assert!(csv.lines().nth(1).unwrap().starts_with("\"'=cmd()"), "{csv}");
}

#[test]
fn the_page_needs_nothing_else_and_its_policy_lets_in_nothing_else() {
    let aggregate = company(1);
    let report = report(&aggregate);
    let bill = demo::bill(&aggregate, Prices::bundled(), &month());
    let page = render::html(&report, Some(&Reconciliation::new(&aggregate, Prices::bundled(), month(), &bill)), 0);
    for forbidden in [" src=", "url(", "@import", "<link", "style=\"", "onclick", "<iframe"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.matches(" href=").count() == 1 && page.contains("href=\"#main\""));
    for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
        let start = page.find(&format!("<{element}>")).unwrap() + element.len() + 2;
        let text = &page[start..start + page[start..].find(&format!("</{element}>")).unwrap()];
        let digest = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(text));
        assert!(page.contains(&format!("{directive} 'sha256-{digest}'")), "{directive}");
    }
    assert!(page.contains("default-src 'none'"));
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
}

#[test]
fn a_screen_is_as_wide_as_the_terminal_and_plain_in_a_pipe() {
    let aggregate = company(1);
    let report = report(&aggregate);
    let bill = demo::bill(&aggregate, Prices::bundled(), &month());
    let reconciliation = Reconciliation::new(&aggregate, Prices::bundled(), month(), &bill);
    for width in [40, 60, 80, 100, 160] {
        let look = Look { width, blocks: true, colours: false };
        let screen = render::overview(&report, look, 10);
        for line in screen.lines() {
            assert!(line.chars().count() <= width.max(60), "{width}: {line}");
        }
        if width >= 80 {
            for line in render::reconciliation_terminal(&reconciliation, look, 10).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
    let plain =
        render::overview(&report, Look::PLAIN, 10) + &render::reconciliation_terminal(&reconciliation, Look::PLAIN, 10);
    assert!(plain.is_ascii(), "{plain}");
}

#[test]
fn the_parts_of_a_difference_always_add_up_to_it() {
    for seed in 1..12 {
        let aggregate = company(seed);
        let mut bill = demo::bill(&aggregate, Prices::bundled(), &month());
        // A bill without quantities, one with another unit, one of a model that nobody knows, and one of something else.
        for (index, charge) in bill.charges.iter_mut().enumerate() {
            match index as u64 % (seed + 3) {
                0 if seed % 2 == 0 => charge.quantity.clear(),
                1 if seed % 3 == 0 => charge.service = "Claude Unheard 9 (Amazon Bedrock Edition)".to_owned(),
                2 if seed % 5 == 0 => charge.service = "Amazon Bedrock".to_owned(),
                _ => {}
            }
        }
        if seed == 11 {
            bill = Bill::default();
        }
        let reconciliation = Reconciliation::new(&aggregate, Prices::bundled(), month(), &bill);
        let sum: Usd = reconciliation.causes.iter().map(|cause| cause.amount).sum();
        assert_eq!(sum, reconciliation.difference(), "seed {seed}: {:#?}", reconciliation.causes);
        let days: Usd = reconciliation.by_day.iter().map(|pair| pair.difference()).sum();
        assert_eq!(days, reconciliation.difference());
    }
}

#[test]
fn each_cause_gets_its_name_and_its_amount() {
    let aggregate = aggregate(concat!(
        r#"{"event_name":"api_request","time":"2026-11-10","user_email":"a@example.com","model":"us.anthropic.claude-sonnet-4-6","input_tokens":1000000,"cache_creation_tokens":1000000}"#,
        "\n",
        r#"{"event_name":"api_request","time":"2026-11-19","user_email":"a@example.com","model":"us.anthropic.claude-sonnet-4-6","input_tokens":1000000}"#,
    ));
    let charge = |usage_type: &str, cost: &str, quantity: &str| Charge {
        day: day("2026-11-10"),
        service: "Claude Sonnet 4.6 (Amazon Bedrock Edition)".to_owned(),
        usage_type: usage_type.to_owned(),
        cost: Usd::parse(cost).unwrap(),
        quantity: quantity.to_owned(),
    };
    let bill = Bill {
        charges: vec![
            // Twice what telemetry tells, at the price of the table, in thousands of tokens.
            charge("USE1-MP:USE1_InputTokenCount-Units", "6.6", "2000"),
            // As many as telemetry tells, for an hour: twice the price of input.
            charge("USE1-MP:USE1_CacheWrite1hInputTokenCount-Units", "6.6", "1"),
            charge("USE1-MP:USE1_output_tokens_batch-Units", "2", "1"),
            charge("USE1-MP:USE1_output_tokens_flex-Units", "1", "1"),
            Charge { service: "Amazon Bedrock".to_owned(), ..charge("USE1-Guardrail-Units", "0.5", "10") },
        ],
        ..Bill::default()
    };
    let reconciliation = Reconciliation::new(&aggregate, Prices::bundled(), month(), &bill);
    let mut found: Vec<(CauseKind, String)> =
        reconciliation.causes.iter().map(|cause| (cause.kind, cause.amount.exact())).collect();
    found.sort();
    let expected = [
        (CauseKind::TokensWithoutTelemetry, "3.3"),
        (CauseKind::NotBilledYet, "-3.3"),
        (CauseKind::PriceDifference, "2.475"),
        (CauseKind::Batch, "2"),
        (CauseKind::OtherTiers, "1"),
        (CauseKind::OtherWorkloads, "0.5"),
    ];
    assert_eq!(found, expected.map(|(kind, amount)| (kind, amount.to_owned())));
    assert!(reconciliation.notes.iter().any(|note| note.contains("does not tell people apart")));
}

#[test]
fn people_without_telemetry_and_callers_without_the_tag_are_named() {
    let aggregate = company(2);
    let bill = demo::bill(&aggregate, Prices::bundled(), &month());
    let reconciliation = Reconciliation::new(&aggregate, Prices::bundled(), month(), &bill);
    let remark = |name: &str| reconciliation.by_user.iter().find(|pair| pair.name == name).unwrap().remark();
    assert_eq!(remark("quiet.quentin@example.com"), "no telemetry");
    assert_eq!(remark("(without the tag)"), "no tag");
    assert!(reconciliation.notes.iter().any(|note| note.contains("people without any telemetry: quiet.quentin@")));
    assert!(reconciliation.notes.iter().any(|note| note.contains("Credit, -$250.00")));
    assert!(reconciliation.by_team.iter().any(|pair| pair.name == "(no telemetry)"));
}
