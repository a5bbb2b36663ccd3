use ccwb_bedrock::Prices;
use ccwb_usage::{
    Aggregate, Question, Report, TeamField,
    demo::{Company, bill},
    reconcile::Reconciliation,
    render,
};
fn main() {
    let today: chrono::NaiveDate = "2026-11-19".parse().unwrap();
    let c = Company::of_demo(today);
    let first = today - chrono::Days::new(55);
    let mut a = Aggregate::new(first..=today, TeamField::Team);
    let t = std::time::Instant::now();
    let mut text = String::new();
    for r in c.rows() {
        text.push_str(&r);
        text.push('\n');
    }
    eprintln!("{} rows {:?}", text.lines().count(), t.elapsed());
    let t = std::time::Instant::now();
    ccwb_usage::read(text.as_bytes(), &mut a).unwrap();
    eprintln!("{:?} {:?} cells {}", t.elapsed(), a.tally(), a.len());
    let days = today - chrono::Days::new(29)..=today;
    let report = Report::new(
        &a,
        Prices::bundled(),
        Question {
            days: days.clone(),
            today,
            known_since: first,
            source: "Made-up telemetry of a company that does not exist (--demo)".into(),
        },
    );
    let rec = Reconciliation::new(&a, Prices::bundled(), days.clone(), &bill(&a, Prices::bundled(), &days));
    let w = std::env::args().nth(1).and_then(|w| w.parse().ok()).unwrap_or(100);
    let look = render::Look { width: w, blocks: std::env::args().nth(2).is_none(), colours: false };
    println!("{}", render::overview(&report, look, 10));
    println!("{}", render::reconciliation_terminal(&rec, look, 10));
    std::fs::write("/tmp/usage.html", render::html(&report, Some(&rec), 0)).unwrap();
    std::fs::write("/tmp/usage.json", render::json(&report)).unwrap();
    std::fs::write("/tmp/usage.csv", render::csv(&[ccwb_usage::Dimension::User], &report.by_user)).unwrap();
}
