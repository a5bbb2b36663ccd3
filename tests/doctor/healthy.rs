use std::time::Duration;

use ccwb_sandbox::Federation;

use crate::machine::{Machine, PROFILE};

#[test]
fn a_new_install_before_the_first_sign_in_has_nothing_wrong() {
    let machine = Machine::new();
    let report = machine.doctor(&[]);
    assert_eq!(report.problems(), [""; 0], "{report:#?}");
    let skipped: Vec<&str> = report.with("skipped").map(|check| check.name.as_str()).collect();
    assert_eq!(skipped, ["live"]);
    assert_eq!(machine.home.openings(), [""; 0]);
    let text = machine.call(&["doctor"]).success();
    assert!(text.stdout.ends_with("Nothing is wrong.\n"), "{text}");
}

#[test]
fn a_signed_in_machine_has_nothing_wrong_and_nothing_is_skipped() {
    for federation in [Federation::Cognito, Federation::Direct] {
        let machine = Machine::signed_in(federation);
        let openings = machine.home.openings().len();
        machine.sandbox().control().clear_requests();
        let report = machine.doctor(&["--live"]);
        assert_eq!(report.problems(), [""; 0], "{report:#?}");
        assert_eq!(report.with("skipped").count(), 0, "{report:#?}");
        assert_eq!(machine.home.openings().len(), openings);
        let control = machine.sandbox().control();
        assert_eq!(control.count("token:refresh_token"), 0);
        // One exchange, and whom AWS takes its yield for.
        assert_eq!(control.count("sts:GetCallerIdentity"), 1);
        assert_eq!(control.count("cognito") + control.count("sts"), 2, "{:?}", control.requests());
        assert!(report.output.elapsed < Duration::from_secs(10), "{:?}", report.output.elapsed);
    }
}

#[test]
fn nothing_of_doctors_own_stays_behind_and_what_is_stored_is_untouched() {
    let machine = Machine::signed_in(Federation::Cognito);
    let files = || {
        let entries = std::fs::read_dir(machine.state()).expect("there is a state folder").flatten();
        let mut files: Vec<_> = entries
            .map(|entry| (entry.file_name(), std::fs::read(entry.path()).expect("a file can be read")))
            .collect();
        files.sort();
        files
    };
    let before = files();
    machine.doctor(&["--live"]);
    assert_eq!(files(), before);
}

#[test]
fn json_names_version_and_profile() {
    let value = Machine::new().call(&["doctor", "--json"]).json();
    assert_eq!((&value["profile"], &value["failed"]), (&PROFILE.into(), &0.into()));
    assert!(value["version"].as_str().is_some_and(|version| version.split('.').count() == 3), "{value}");
}

#[test]
fn what_a_person_reads_fits_eighty_columns_and_has_no_colours_in_a_pipe() {
    let machine = Machine::new();
    machine.home.write(".aws/credentials", "[ClaudeCode]\naws_access_key_id = EXPIRED\n");
    let output = machine.call(&["doctor"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(!output.stdout.contains('\u{1b}'));
    assert!(output.stdout.contains("  FAIL  static-keys "), "{output}");
    assert!(output.stdout.contains("-> remove the section [ClaudeCode]"), "{output}");
    let too_long = output.stdout.lines().filter(|line| line.chars().count() > 80 && !line.contains('/'));
    assert_eq!(too_long.count(), 0, "{output}");
}
