//! `login` as a person sees it, in a terminal.

use std::time::Duration;

use ccwb_sandbox::{AutoApprove, Behaviour};
use ccwb_tests::http::{get_json, redirect_of};
use ccwb_tests::{FakeBrowser, Program, Terminal};

use super::machine::Machine;

/// `credential-process login` in a terminal that stays open after it.
fn login<'a>(machine: &'a Machine, options: &str, columns: u32) -> Terminal<'a> {
    let program = Program::CredentialProcess.path();
    let line = format!("'{}' login {options}; echo \"exit code $?\"; exec sleep 60", program.display());
    let mut shell = machine.home.command("sh");
    shell.args(["-c", &line]);
    Terminal::open(&machine.home, &shell, (columns, 24))
}

#[test]
#[ignore = "needs tmux"]
fn where_no_browser_opens_the_person_is_told_where_to_go_and_can_go_there() {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.use_browser(FakeBrowser::Fails);
    let terminal = login(&machine, "", 80);
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
    let terminal = login(&machine, "", 80);
    terminal.wait_for("/authorize?");
    let screen = terminal.wait_for_within("No browser could be opened", Duration::from_secs(5));
    assert!(screen.contains("/authorize?"), "{screen}");
}

#[test]
#[ignore = "needs tmux"]
fn interrupting_login_leaves_the_sign_in_and_the_next_one_joins_it() {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.use_browser(FakeBrowser::DoesNothing);
    let terminal = login(&machine, "", 100);
    let screen = terminal.wait_for("go to:");
    println!("{screen}");
    terminal.wait_for("/authorize?");
    terminal.press("C-c");
    terminal.wait_for("^C");
    drop(terminal);

    let address = machine.home.openings().remove(0);
    let terminal = login(&machine, "", 100);
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
    let terminal = login(&machine, "--method paste", 80);
    let screen = terminal.wait_for("paste the address");
    println!("{screen}");
    let address = screen.lines().map(str::trim).find(|line| line.contains("/authorize?")).expect("an address");
    let last_page = redirect_of(address);
    let paste = |text: &str| {
        terminal.type_text(text);
        terminal.press("Enter");
    };
    paste("https://example.com/callback?code=1");
    terminal.wait_for("That is not the address of the last page");
    paste(&last_page);
    let screen = terminal.wait_for("exit code 0");
    assert!(screen.contains("Signed in as alice@example.com"), "{screen}");
    assert_eq!(machine.home.openings(), [""; 0], "no window was asked for");
}

/// An SDK reads standard output by a pipe and drops standard error: what a person has to do is still shown, on the terminal of
/// the session.
#[test]
#[ignore = "needs tmux"]
fn what_a_person_has_to_do_is_shown_even_if_the_caller_swallows_every_stream() {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.remove_env("BROWSER").set_env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    let sandbox = machine.sandbox.control();
    sandbox.set_behaviour(&Behaviour { auto_approve: Some(AutoApprove::Off), ..Behaviour::default() });
    let caller = machine.home.write_script(
        "sdk",
        &format!(
            "#!/bin/sh\nanswer=$('{}' 2>/dev/null </dev/null)\necho \"exit code $?, ${{#answer}} characters\"\nexec sleep 60\n",
            Program::CredentialProcess.path().display()
        ),
    );
    let terminal = Terminal::open(&machine.home, &machine.home.command(caller), (80, 24));
    let screen = terminal.wait_for("is good for");
    println!("{screen}");
    assert!(screen.contains("[credential-process] To sign in") && screen.contains("enter the code"), "{screen}");
    assert!(!screen.contains("exit code"), "{screen}");

    let code = screen.lines().map(str::trim).find(|line| is_code(line)).expect("a code");
    let page = machine.sandbox.idp_url().join("activate").expect("a URL");
    let fields = [("user_code", code), ("user", "alice"), ("sandbox_action", "sign-in")];
    let _ = ccwb_tests::http::post_form(page.as_str(), &fields);
    let screen = terminal.wait_for("exit code 0");
    assert!(!screen.contains("SecretAccessKey"), "{screen}");
}

/// `ABCD-EFGH`.
fn is_code(line: &str) -> bool {
    line.len() == 9
        && line.chars().enumerate().all(|(index, c)| if index == 4 { c == '-' } else { c.is_ascii_uppercase() })
}

#[test]
#[ignore = "needs tmux"]
fn over_ssh_a_person_sees_code_and_qr_code_that_fit_the_terminal() {
    let mut machine = Machine::new("ClaudeCode", "session");
    machine.home.remove_env("BROWSER").set_env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    let sandbox = machine.sandbox.control();
    sandbox.set_behaviour(&Behaviour { auto_approve: Some(AutoApprove::Off), ..Behaviour::default() });
    let terminal = login(&machine, "", 80);
    let end = terminal.wait_for("?user_code=");
    let code = end.lines().map(str::trim).find(|line| is_code(line));
    assert!(
        code.is_some_and(|code| end.contains(&format!("?user_code={code}"))),
        "a small terminal shows these: {end}"
    );
    let screen = terminal.with_what_scrolled_away();
    println!("{screen}");
    let rows: Vec<_> = screen.lines().filter(|line| line.contains(['\u{2580}', '\u{2584}', '\u{2588}'])).collect();
    let widths: std::collections::BTreeSet<_> = rows.iter().map(|row| row.trim_end().chars().count()).collect();
    assert!((12..=24).contains(&rows.len()) && widths.iter().all(|width| *width <= 60), "{widths:?} {screen}");
}
