//! Pictures of `ccwb init`, in `target/screenshots/init-*.png`: that they are there is tested; whether they are good is for a
//! person to look at.

use std::fs;
use std::path::{Path, PathBuf};

use ansi_to_html::Converter;
use ccwb_sandbox::{Options, SigningAlgorithm};
use ccwb_tests::part::{Sandbox, program_on_path};
use ccwb_tests::{Home, LIMIT, Terminal, run};

use crate::desk::Desk;
use crate::wizard::{account, answer, go_on, open, sign_in};

/// A terminal as many people have theirs: light on dark.
const STYLE: &str = "
    :root { --c-black: #1b1f27; --c-red: #e06c75; --c-green: #7fc77f; --c-yellow: #e5c07b; --c-blue: #61afef;
            --c-magenta: #c678dd; --c-cyan: #56b6c2; --c-white: #d5d9e0; --c-bright-black: #7d8595;
            --c-bright-red: #ff7b86; --c-bright-green: #98e098; --c-bright-cyan: #6fd6e3; }
    html { background: #1b1f27; color: #d5d9e0; }
    pre { margin: 20px 24px; font: 15px/20px 'DejaVu Sans Mono', monospace; }
";

/// Draws the screen, down to its last written line.
#[track_caller]
fn picture(chromium: &Path, terminal: &Terminal<'_>, name: &str, columns: u32) {
    let screen = terminal.coloured_screen();
    // What the terminal of the tests says itself is no part of the picture.
    let screen = screen.trim_end().trim_end_matches("exit code 0").trim_end();
    let html = Converter::new().four_bit_var_prefix(Some("c-".to_owned())).convert(screen).expect("tmux writes ANSI");
    let home = Home::new();
    let page = home.write(
        "screen.html",
        &format!("<!doctype html><meta charset=\"utf-8\"><style>{STYLE}</style><pre>{html}</pre>"),
    );
    let file = file(name);
    let height = u32::try_from(screen.lines().count()).expect("a screen is short") * 20 + 40;
    let mut browser = home.command(chromium);
    // Root has no sandbox; nobody is called, the page is a file.
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]);
    browser.args(["--host-resolver-rules=MAP * ~NOTFOUND", "--force-device-scale-factor=1"]);
    browser.arg(format!("--window-size={},{height}", columns * 9 + 52));
    browser.arg(format!("--screenshot={}", file.display())).arg(format!("file://{}", page.display()));
    let _ = fs::remove_file(&file);
    let output = run(&mut browser, LIMIT).expect("Chromium ends in time");
    assert!(fs::read(&file).is_ok_and(|bytes| bytes.starts_with(b"\x89PNG")), "{}", output.stderr);
}

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    fs::create_dir_all(&folder).expect("target can be written");
    folder.join(format!("init-{name}.png"))
}

#[test]
#[ignore = "needs chromium, tmux"]
fn the_wizard_is_drawn_from_its_first_question_to_its_last_page() {
    let Some(chromium) = program_on_path("chromium") else { return };
    let sandbox = Sandbox::start_with(Options { signing_algorithm: SigningAlgorithm::Es256, ..Options::default() });
    for (columns, look) in [(100, ""), (80, "-usual"), (60, "-narrow")] {
        let desk = Desk::new();
        let terminal = open(&desk, "", columns);
        let draw = |name: &str| picture(&chromium, &terminal, &format!("{name}{look}"), columns);
        let erase = |typed: &str| typed.chars().for_each(|_| terminal.press("BSpace"));
        terminal.wait_for("? What shall the profile be called?");
        draw("1-welcome");
        answer(&terminal, "What shall the profile be called?", "Team-A");
        terminal.wait_for("? How do people sign in?");
        draw("2-first-choice");
        sign_in(&terminal, sandbox.issuer());
        terminal.wait_for("? What is the application's client ID?");
        draw("3-provider-found");
        terminal.type_text("my app");
        terminal.press("Enter");
        terminal.wait_for("✗ A client ID");
        draw("4-refused");
        erase("my app");
        answer(&terminal, "What is the application's client ID?", "claude-code");
        answer(&terminal, "How does the application prove", "");
        terminal.wait_for("? In which AWS region");
        terminal.type_text("eu");
        terminal.wait_for("eu-central-1");
        draw("5-region");
        erase("eu");
        account(&terminal);
        terminal.wait_for("3 of 7");
        terminal.wait_for("? Is that right?");
        draw("6-section");
        go_on(&terminal, &["3 of 7", "4 of 7", "5 of 7", "6 of 7", "7 of 7"]);
        terminal.wait_for("› Save");
        draw("7-review");
        terminal.press("Enter");
        terminal.wait_for("exit code 0");
        draw("8-end");
    }
}
