//! What it prints, and where it ends.

use std::fs;
use std::time::Duration;

use ccwb_tests::{Home, Output, Terminal, run};
use serde_json::Value;

/// A debug build on a busy machine makes up a company in seconds.
const LIMIT: Duration = Duration::from_mins(2);

pub(crate) fn ccwb(home: &Home, arguments: &[&str]) -> Output {
    run(&mut home.ccwb(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{arguments:?}: {overrun}"))
}

const DEMO: [&str; 4] = ["usage", "--demo", "--until", "2026-11-19"];

fn demo(more: &[&str]) -> Vec<&'static str> {
    DEMO.into_iter().chain(more.iter().map(|text| &*String::leak((*text).to_owned()))).collect()
}

#[track_caller]
fn is_error(output: &Output, exit: i32, code: &str) {
    assert_eq!(output.code, Some(exit), "{output}");
    assert!(output.stderr.contains(&format!("error[{code}]: ")), "{output}");
    assert!(output.stdout.is_empty(), "{output}");
}

#[test]
fn a_demo_needs_no_profile_and_no_account_and_is_plain_in_a_pipe() {
    let home = Home::new();
    let output = ccwb(&home, &demo(&[])).success();
    for part in
        ["Cost of each day", "Person", "Team", "Model", "Region", "This month", "unknown", "stands out", "others"]
    {
        assert!(output.stdout.contains(part), "no {part}: {output}");
    }
    assert!(output.stdout.is_ascii(), "{output}");
    assert!(output.stdout.lines().all(|line| line.len() <= 100), "{output}");
    assert_eq!(ccwb(&home, &demo(&[])).stdout, output.stdout, "the same seed, the same figures");
    assert!(!home.path().join(".ccwb").exists(), "it writes nothing");
}

#[test]
fn json_and_csv_tell_the_same_figures() {
    let home = Home::new();
    let report = ccwb(&home, &demo(&["--json"])).success().json();
    let csv = ccwb(&home, &demo(&["--csv", "--by", "model"])).success().stdout;
    let lines: Vec<&str> = csv.lines().collect();
    let models = report["by_model"].as_array().expect("a list");
    assert_eq!(lines.len(), models.len() + 1);
    assert!(lines[0].starts_with("model,cost_usd,unpriced_tokens,"), "{csv}");
    for (line, model) in lines[1..].iter().zip(models) {
        let cost = if model["cost_usd"].is_null() { String::new() } else { model["cost_usd"].to_string() };
        assert!(line.starts_with(&format!("{},{cost}", model["model"].as_str().expect("a name"))), "{line} {model}");
    }
    let table = ccwb(&home, &demo(&["--json", "--by", "team,model"])).success().json();
    let requests: u64 = table.as_array().expect("rows").iter().filter_map(|row| row["requests"].as_u64()).sum();
    assert_eq!(Value::from(requests), report["total"]["requests"]);
    assert_eq!(report["by_day"].as_array().map(Vec::len), Some(30));
}

#[test]
fn days_are_those_that_were_asked_for() {
    let home = Home::new();
    let week = ccwb(&home, &demo(&["--json", "--days", "7"])).success().json();
    assert_eq!((week["since"].as_str(), week["until"].as_str()), (Some("2026-11-13"), Some("2026-11-19")));
    assert!(week["forecast"]["expected"].is_number(), "a week is shown, and four are read: {week:#}");
    let since = ccwb(&home, &demo(&["--json", "--since", "2026-11-02"])).success().json();
    assert_eq!(since["since"], "2026-11-02");
    is_error(&ccwb(&home, &demo(&["--since", "2026-12-01"])), 2, "usage");
    is_error(&ccwb(&home, &demo(&["--since", "yesterday"])), 2, "usage");
    is_error(&ccwb(&home, &demo(&["--json", "--csv"])), 2, "usage");
}

#[test]
fn a_file_is_read_whole_whatever_its_form() {
    let home = Home::new();
    let lines = home.write(
        "events.json",
        concat!(
            r#"{"event_name":"api_request","time":"2026-03-02T10:00:00Z","user_email":"a@example.com","team_id":"t","department":"d","model":"global.anthropic.claude-haiku-4-5-20251001-v1:0","input_tokens":2000000}"#,
            "\nnonsense\n",
        ),
    );
    let report = ccwb(&home, &["usage", "--json", "--from", lines.to_str().expect("text")]).success().json();
    assert_eq!((report["since"].as_str(), &report["total"]["cost_usd"]), (Some("2026-03-02"), &2.into()));
    assert!(report["notes"].to_string().contains("1 of 2 rows could not be read; the first is row 2"), "{report:#}");
    let by = ccwb(
        &home,
        &["usage", "--csv", "--by", "team", "--team", "department", "--from", lines.to_str().expect("text")],
    );
    assert!(by.success().stdout.contains("\nd,2,"), "the department is the team");

    let csv = home.write("events.csv", "day,user_email,model,requests,input_tokens\n2026-03-02,a@example.com,global.anthropic.claude-haiku-4-5-20251001-v1:0,1,2000000\n");
    let report = ccwb(&home, &["usage", "--json", "--from", csv.to_str().expect("text")]).success().json();
    assert_eq!(report["total"]["cost_usd"], 2);

    let other = home.write("other.txt", "what is this\n{}\n");
    is_error(&ccwb(&home, &["usage", "--from", other.to_str().expect("text")]), 3, "usage-file");
    is_error(&ccwb(&home, &["usage", "--from", "/nowhere"]), 9, "usage-file");
    is_error(&ccwb(&home, &["usage"]), 3, "profile-unknown");
}

#[test]
fn a_page_is_the_person_s_own_file() {
    let home = Home::new();
    let file = home.path().join("usage.html");
    let output = ccwb(&home, &demo(&["--html", file.to_str().expect("text"), "--json"])).success();
    output.json();
    let page = fs::read_to_string(&file).expect("it was written");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "who used what is nobody else's business");
    }
    is_error(&ccwb(&home, &demo(&["--html", "/nowhere/usage.html"])), 9, "usage-file");
}

#[test]
fn a_demo_of_the_bill_names_every_cause() {
    let home = Home::new();
    let bill = ccwb(&home, &demo(&["--reconcile", "--json"])).success().json();
    let causes: Vec<&str> =
        bill["causes"].as_array().expect("a list").iter().filter_map(|cause| cause["cause"].as_str()).collect();
    for cause in ["not_billed_yet", "tokens_without_telemetry", "batch", "price_difference"] {
        assert!(causes.contains(&cause), "{causes:?}");
    }
    let screen = ccwb(&home, &demo(&["--reconcile"])).success().stdout;
    assert!(screen.contains("no telemetry") && screen.contains("Credit"), "{screen}");
    let csv = ccwb(&home, &demo(&["--reconcile", "--csv"])).success().stdout;
    assert!(csv.contains("cause,batch,,,") && csv.contains("\nperson,quiet.quentin@example.com,0,"), "{csv}");
}

#[test]
#[ignore = "needs tmux"]
fn a_terminal_shows_charts_as_wide_as_it_is() {
    for (columns, no_color) in [(80, false), (130, true)] {
        let mut home = Home::new();
        home.set_env("LANG", "C.UTF-8");
        if no_color {
            home.set_env("NO_COLOR", "1");
        }
        let terminal = Terminal::open(&home, &home.ccwb(&demo(&["--days", "14"])), (columns, 120));
        let screen = terminal.wait_for_within("To know", LIMIT);
        assert!(screen.contains('█'), "{screen}");
        assert!(screen.lines().all(|line| line.chars().count() <= columns as usize), "{screen}");
        assert_eq!(terminal.coloured_screen().contains("\u{1b}[36m"), !no_color);
    }
}
