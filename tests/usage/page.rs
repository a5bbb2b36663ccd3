//! The page in a real browser.

use std::path::Path;
use std::time::Duration;

use ccwb_tests::part::inspect_page;
use ccwb_tests::{Home, run};
use serde_json::{Value, json};

use crate::program::ccwb;

#[test]
#[ignore = "needs chromium, playwright-core, axe-core"]
fn the_page_is_free_of_barriers_in_both_themes_and_asks_nobody_for_anything() {
    let home = Home::new();
    let file = home.path().join("usage.html");
    let arguments = ["usage", "--demo", "--until", "2026-11-19", "--reconcile", "--html", file.to_str().expect("text")];
    ccwb(&home, &arguments).success();
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    std::fs::create_dir_all(&pictures).expect("a folder for pictures");
    let Some(mut command) = inspect_page(&home, &file, &pictures.join("usage")) else { return };
    let found = run(&mut command, Duration::from_mins(3)).expect("it ends in time").success().json();
    assert_eq!(found["violations"], json!([]), "{found:#}");
    assert!(found["passes"].as_u64() > Some(60), "axe looked: {found:#}");
    assert_eq!((&found["errors"], &found["requests"]), (&json!([]), &json!([])), "{found:#}");
    for look in ["light", "dark", "narrow"] {
        assert_eq!(found["overflow"][look], 0, "the page does not scroll sideways, its tables do");
    }
    let sorted = |which: &str, order: &str| -> Vec<f64> {
        assert_eq!(found["sorting"][which]["sort"], order, "{found:#}");
        let values = found["sorting"][which]["values"].as_array().expect("values");
        values.iter().filter_map(Value::as_f64).collect()
    };
    let (down, up) = (sorted("first", "descending"), sorted("second", "ascending"));
    assert!(down.len() > 30 && down.is_sorted_by(|a, b| a >= b) && up.is_sorted(), "{down:?}");
    assert_eq!(found["without_script"], down.len(), "the table is there without the script");
    assert_ne!(found["contrast"]["light"], found["contrast"]["dark"]);
}
