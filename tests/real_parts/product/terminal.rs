//! `login` as a person sees it, in a terminal.

use ccwb_tests::http::{get_json, redirect_of};
use ccwb_tests::{FakeBrowser, Program, Terminal};
use std::time::Duration;

use super::machine::Machine;

/// A command line that keeps the terminal open after it.
fn login(options: &str) -> String {
    let program = Program::CredentialProcess.path();
    format!("'{}' login {options}; echo \"exit code $?\"; exec sleep 60", program.display())
}

#[test]
#[ignore = "needs tmux"]
fn where_no_browser_opens_the_person_is_told_where_to_go_and_can_go_there() {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.use_browser(FakeBrowser::Fails);
    let login =
        format!("'{}' login; echo \"exit code $?\"; exec sleep 60", Program::CredentialProcess.path().display());
    let terminal = Terminal::open(&machine.home, &login, 80);
    let screen = terminal.wait_for("No browser could be opened");
    println!("{screen}");
    let address = machine.home.openings().remove(0);
    assert!(screen.contains(&address), "the address is whole, to be copied:\n{screen}");
    assert!(!screen.contains("exit code"), "it waits:\n{screen}");

    // The person copies it into a browser of another window.
    let (status, _) = get_json(&address);
    assert_eq!(status, 200, "the sandbox leads to the callback page");
    let screen = terminal.wait_for("exit code 0");
    println!("{screen}");
    assert!(screen.contains("Signed in as alice@example.com"), "{screen}");
    assert!(!screen.contains("SecretAccessKey"), "{screen}");
}

/// `xdg-open` tries one program after the other: that none works is known a second later, not at once.
#[test]
#[ignore = "needs tmux"]
fn a_browser_that_fails_late_is_told_of_too() {
    let mut machine = Machine::new("ClaudeCode", "session");
    let browser = machine.home.write_script("late", "#!/bin/sh\nsleep 1\nexit 3\n");
    machine.home.set_env("BROWSER", browser);
    let terminal = Terminal::open(&machine.home, &login(""), 80);
    terminal.wait_for("/authorize?");
    let screen = terminal.wait_for_within("No browser could be opened", Duration::from_secs(5));
    assert!(screen.contains("/authorize?"), "{screen}");
}

#[test]
#[ignore = "needs tmux"]
fn interrupting_login_leaves_the_sign_in_and_the_next_one_joins_it() {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.use_browser(FakeBrowser::DoesNothing);
    let login =
        format!("'{}' login; echo \"exit code $?\"; exec sleep 60", Program::CredentialProcess.path().display());
    let terminal = Terminal::open(&machine.home, &login, 100);
    let screen = terminal.wait_for("go to:");
    println!("{screen}");
    terminal.wait_for("/authorize?");
    terminal.keys(&["C-c"]);
    terminal.wait_for("^C");
    drop(terminal);

    let address = machine.home.openings().remove(0);
    let terminal = Terminal::open(&machine.home, &login, 100);
    terminal.wait_for(&address);
    assert_eq!(machine.home.openings().len(), 1, "no second window");
    let (status, _) = get_json(&address);
    assert_eq!(status, 200, "the sandbox leads to the callback page");
    terminal.wait_for("exit code 0");
}

#[test]
#[ignore = "needs tmux"]
fn the_address_of_the_last_page_can_be_pasted_where_the_browser_is_elsewhere() {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.use_browser(FakeBrowser::Fails);
    let terminal = Terminal::open(&machine.home, &login("--method paste"), 80);
    let screen = terminal.wait_for("paste the address");
    println!("{screen}");
    let address = screen.lines().map(str::trim).find(|line| line.contains("/authorize?")).expect("an address");
    let last_page = redirect_of(address);
    let paste = |text: &str| {
        terminal.types(text);
        terminal.keys(&["Enter"]);
    };
    paste("https://example.com/callback?code=1");
    terminal.wait_for("That is not the address of the last page");
    paste(&last_page);
    let screen = terminal.wait_for("exit code 0");
    assert!(screen.contains("Signed in as alice@example.com"), "{screen}");
    assert_eq!(machine.home.openings(), [""; 0], "no window was asked for");
}
