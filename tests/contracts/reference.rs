//! `completions` and `man` print what shells and `man` accept.

use std::fs;

use ccwb_tests::{Home, Output};

use crate::desk::finish;
use crate::skip::{has_program, skipped};

fn completions(home: &Home, shell: &str) -> Output {
    finish(&mut home.credential_process(&["completions", shell])).success()
}

/// The shell itself says whether it can read the script.
#[track_caller]
fn assert_reads(shell: &str) {
    let home = Home::new();
    if !has_program(shell) {
        return skipped(&format!("{shell} is missing"));
    }
    let script = home.write("script", &completions(&home, shell).stdout);
    let output = finish(home.command(shell).arg("-n").arg(script)).success();
    assert_eq!(output.stderr, "");
}

#[test]
fn every_shell_gets_a_script_without_any_configuration() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = completions(&home, shell);
        for word in ["credential-process", "login", "no-browser"] {
            assert!(script.stdout.contains(word), "{word:?} is not in {script}");
        }
        assert_eq!(script.stderr, "");
    }
}

#[test]
fn bash_reads_its_script() {
    assert_reads("bash");
}

#[test]
fn zsh_reads_its_script() {
    assert_reads("zsh");
}

#[test]
fn fish_reads_its_script() {
    assert_reads("fish");
}

#[test]
fn bash_completes_commands_and_offers_nothing_hidden() {
    let home = Home::new();
    let script = home.write("script", &completions(&home, "bash").stdout);
    let ask = r#"source "$1"; f=$(complete -p credential-process | sed -E 's/.* -F ([^ ]+).*/\1/')
        COMP_WORDS=(credential-process ""); COMP_CWORD=1; "$f" credential-process "" credential-process
        printf '%s\n' "${COMPREPLY[@]}""#;
    let output = finish(home.command("bash").args(["-c", ask, "bash"]).arg(&script)).success();
    let offered: Vec<&str> = output.stdout.lines().collect();
    for word in ["login", "status", "--profile"] {
        assert!(offered.contains(&word), "{word} is not in {offered:?}");
    }
    let hidden: Vec<_> = offered
        .iter()
        .filter(|word| word.starts_with("__") || word.contains("get-") || word.contains("cache"))
        .collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn man_reads_the_page_without_a_warning() {
    let home = Home::new();
    let page = finish(&mut home.credential_process(&["man"])).success();
    for word in [".TH", "credential\\-process", "login"] {
        assert!(page.stdout.contains(word), "{word:?} is not in {page}");
    }
    for hidden in ["clear\\-cache", "__sign", "set\\-client"] {
        assert!(!page.stdout.contains(hidden), "{hidden}");
    }
    let file = home.path().join("credential-process.1");
    fs::write(&file, &page.stdout).expect("HOME can be written");
    if !has_program("groff") {
        return skipped("groff is missing");
    }
    let output = finish(home.command("groff").args(["-man", "-Tutf8", "-ww", "-z"]).arg(&file)).success();
    assert_eq!(output.stderr, "");
}
