//! What holds after every storm, whatever happened in it.

use std::collections::BTreeMap;
use std::fs::{self, FileTimes};
use std::time::{Duration, SystemTime};

use ccwb_tests::part::SecretServiceMode;
use ccwb_tests::{Credentials, ErrorReport, FakeBrowser, Output};
use serde_json::Value;

use crate::machine::Machine;
use crate::scenario::{Caller, Command, Profile, Scenario, Start, Storage, What};
use crate::storm::{Aftermath, Fate};

const BOTH: [Profile; 2] = [Profile::Alice, Profile::Bob];

/// What is checked when all is quiet again: answers, windows, redemptions, files.
pub(crate) fn after_the_storm(
    machine: &Machine,
    scenario: &Scenario,
    aftermath: &Aftermath,
    windows_before: [usize; 2],
) {
    for (caller, fate) in &aftermath.callers {
        answer_is_whole_and_the_callers_own(machine, scenario, *caller, fate);
        if must_succeed(scenario, *caller) && !fate.killed {
            let output = fate.output.as_ref().expect("it ended");
            assert_eq!(output.code, Some(0), "{caller:?} was to get what it came for: {output}");
        }
    }
    for (profile, before) in BOTH.into_iter().zip(windows_before) {
        let windows = machine.openings(profile) - before;
        let most = most_windows(scenario, profile);
        assert!(windows <= most, "{windows} windows for {profile:?}, {most} at most");
    }
    redemptions(machine, scenario);
    no_file_is_torn(machine);
}

/// With a healthy disk, provider and person again, the next call works, and so does the renewal after it.
pub(crate) fn and_then_all_is_well(machine: &mut Machine, scenario: &Scenario) {
    machine.home.use_browser(FakeBrowser::SignsIn);
    if scenario.storage == Storage::LockedKeyring {
        machine.start_keyring(SecretServiceMode::Unlocked).expect("it was there before");
    }
    for profile in BOTH {
        let first = machine.call(profile, &[]);
        if first.code != Some(0) {
            assert!(may_be_paused(scenario), "the next call of {profile:?} does not work: {first}");
            first.is_error(4, "sign-in-paused");
            machine.call(profile, &["login"]).success();
        }
        let answer = machine.call(profile, &[]);
        belongs_to(machine, profile, &Credentials::of(&answer));
    }
    let leftovers = make_leftovers_old(machine);
    if !renews_silently(machine) {
        assert!(loses_tokens(scenario), "a refresh token was lost");
        for profile in BOTH {
            machine.call(profile, &["login", "--force"]).success();
        }
        assert!(renews_silently(machine), "a new refresh token is no good");
    }
    let left: Vec<_> = leftovers.iter().filter(|path| path.exists()).collect();
    assert!(left.is_empty(), "these were not cleared away: {left:?}");
}

/// Whether everybody gets new credentials when nothing is left but the refresh tokens. Each is redeemed once at most, and
/// no window opens.
fn renews_silently(machine: &Machine) -> bool {
    machine.quiet();
    let windows = BOTH.map(|profile| machine.openings(profile));
    machine.expire_all_but_the_refresh_tokens(&BOTH);
    machine.sandbox.control().clear_requests();
    let answers = BOTH.map(|profile| machine.call(profile, &["export"]));
    for (profile, answer) in BOTH.into_iter().zip(&answers).filter(|(_, answer)| answer.code == Some(0)) {
        let credentials = Credentials::of_export(answer);
        belongs_to(machine, profile, &credentials);
        let issued = machine.sandbox.control().issued(&credentials.access_key_id).expect("it was looked at");
        assert!(issued.expires > machine.sandbox.control().now(), "{issued:?} has expired");
    }
    machine.quiet();
    assert!(machine.sandbox.control().count("token:refresh_token") <= 2, "one redemption for each profile");
    assert_eq!(BOTH.map(|profile| machine.openings(profile)), windows, "a renewal opened a window");
    for answer in answers.iter().filter(|answer| answer.code != Some(0)) {
        answer.is_error(4, "sign-in-needed");
    }
    answers.iter().all(|answer| answer.code == Some(0))
}

fn answer_is_whole_and_the_callers_own(machine: &Machine, scenario: &Scenario, caller: Caller, fate: &Fate) {
    let output = match &fate.output {
        Ok(output) => output,
        // A child that was killed in the moment of its birth may be the one that has the pipes; nobody waits for a dead caller.
        Err(overrun) => panic!("{caller:?}: {overrun}"),
    };
    let cut_short = fate.killed && output.code.is_none();
    if output.code == Some(0) || (cut_short && !output.stdout.is_empty()) {
        let whole = &Output { code: Some(0), ..output.clone() };
        match caller.command {
            Command::Default | Command::Silent => check(machine, scenario, caller.profile, &Credentials::of(whole)),
            Command::Export => check(machine, scenario, caller.profile, &Credentials::of_export(whole)),
            Command::Login => {
                let said = [&whole.stdout, &whole.stderr];
                assert!(said.iter().all(|text| !text.contains("SecretAccessKey")), "{output}");
            }
            Command::Token => {
                assert_eq!(whole.stdout.lines().count(), 1, "{output}");
                assert_eq!(whole.stdout.trim_end().split('.').count(), 3, "{output}");
            }
            Command::Status | Command::Headers => drop(whole.json()),
        }
    } else if !cut_short {
        assert_eq!(output.stdout, "", "{output}");
        let expected = 4..=9;
        assert!(output.code.is_some_and(|code| expected.contains(&code)), "{caller:?}: {output}");
        let lines: Vec<&str> = output.stderr.lines().collect();
        let [.., error, hint] = lines.as_slice() else { panic!("no error and hint: {output}") };
        assert!(error.starts_with("error[") && hint.starts_with("hint: "), "{output}");
    }
}

fn check(machine: &Machine, scenario: &Scenario, profile: Profile, credentials: &Credentials) {
    belongs_to(machine, profile, credentials);
    let issued = machine.sandbox.control().issued(&credentials.access_key_id).expect("it was looked at");
    if !scenario.has(|what| matches!(what, What::ClockJump { .. })) {
        assert!(issued.expires > machine.sandbox.control().now(), "{profile:?} got what has expired: {issued:?}");
        let told = (credentials.expires() - issued.expires).num_seconds().abs();
        assert!(told <= 2 || aged(scenario, profile), "{told} s between what was told and {issued:?}");
    }
}

/// Whether the test made what was stored older than it is.
fn aged(scenario: &Scenario, profile: Profile) -> bool {
    profile == Profile::Alice && scenario.start == Start::RenewalDue
}

/// The whole of what the sandbox gave out under this key, for this profile's person in this profile's role.
fn belongs_to(machine: &Machine, profile: Profile, credentials: &Credentials) {
    let issued = machine.sandbox.control().issued(&credentials.access_key_id);
    let issued = issued.unwrap_or_else(|| panic!("nobody gave out {}", credentials.access_key_id));
    assert_eq!(credentials.secret_access_key, issued.secret_access_key, "a secret of another key");
    assert_eq!(credentials.session_token, issued.session_token, "a session token of another key");
    let owner = machine.person(profile);
    assert_eq!(issued.role, owner.role, "{profile:?} got credentials of another profile: {issued:?}");
}

/// What only touches its victim leaves everybody else with what they came for.
fn must_succeed(scenario: &Scenario, caller: Caller) -> bool {
    let signs_in = caller.profile == Profile::Alice && scenario.start.needs_a_sign_in();
    let pauses = scenario.disturbances.iter().map(|disturbance| match disturbance.what {
        What::StopHolder { length, .. } => length,
        _ => Duration::ZERO,
    });
    let patient = pauses.sum::<Duration>() < Duration::from_secs(6);
    scenario.is_harmless()
        && scenario.storage != Storage::LockedKeyring
        && match caller.command {
            // A request to AWS that is stopped for longer than it may take fails, and costs nothing.
            Command::Default | Command::Login => !(signs_in && scenario.start == Start::Cancelled) && patient,
            Command::Export | Command::Silent | Command::Token => !signs_in && patient,
            Command::Status | Command::Headers => true,
        }
}

/// One for each need of a sign-in: the first, and whatever a disturbance took that only a sign-in brings back.
fn most_windows(scenario: &Scenario, profile: Profile) -> usize {
    if scenario.storage == Storage::LockedKeyring || disk_was_bad_from_the_start(scenario) {
        return 0;
    }
    let needed = usize::from(profile == Profile::Alice && scenario.start.needs_a_sign_in());
    let lost: usize = scenario.disturbances.iter().map(|disturbance| windows_for(disturbance.what, profile)).sum();
    let may_fail = scenario.start == Start::Cancelled || lost > 0 || may_be_paused(scenario);
    // Where a sign-in may have failed, `login` opens another: a person asked.
    let by_person =
        scenario.callers.iter().filter(|caller| caller.profile == profile && caller.command == Command::Login);
    needed + lost + if may_fail && needed + lost > 0 { by_person.count() } else { 0 }
}

fn windows_for(what: What, profile: Profile) -> usize {
    match what {
        // A sign-in that was killed, or a refresh token that was spent and not stored.
        What::KillHolder { .. } => usize::from(profile == Profile::Alice),
        // Likewise; and a clock that is set in the middle of a renewal makes what that brings look as if it had expired.
        What::KillAll | What::DiskFull { .. } | What::DiskReadOnly | What::ClockJump { .. } => 1,
        // Everything is gone, and the lock with it, which somebody may hold.
        What::StateRemoved => 2,
        What::KillCaller { .. } | What::KillGroup { .. } | What::StopHolder { .. } => 0,
    }
}

/// Nothing is spent that could not be stored.
fn disk_was_bad_from_the_start(scenario: &Scenario) -> bool {
    // What is left must not do for what is proven to fit before a sign-in or a renewal.
    let is_bad = |what| matches!(what, What::DiskReadOnly | What::DiskFull { but_for: ..=92 });
    matches!(&*scenario.disturbances, [only] if only.at.is_zero() && is_bad(only.what))
}

/// A sign-in failed, and programs open no window for a while.
fn may_be_paused(scenario: &Scenario) -> bool {
    scenario.start == Start::Cancelled || !scenario.is_harmless()
}

/// No refresh token is presented twice, except where the answer to the first time was lost with its process, or found no
/// place on the disk.
fn redemptions(machine: &Machine, scenario: &Scenario) {
    let mut presented: BTreeMap<String, usize> = BTreeMap::new();
    for request in machine.sandbox.control().requests() {
        if let Some(name) = request.parameters.get("refresh_token") {
            *presented.entry(name.clone()).or_default() += 1;
        }
    }
    if disk_was_bad_from_the_start(scenario) {
        assert_eq!(presented, BTreeMap::new(), "what they give has no place");
    }
    let lost = scenario.count(spends_for_nothing);
    for (name, times) in presented {
        assert!(times <= 1 + lost, "the refresh token {name} was presented {times} times");
    }
}

/// What may come between the provider's answer and the disk.
fn spends_for_nothing(what: What) -> bool {
    what.is_of_the_disk() || matches!(what, What::KillHolder { .. } | What::KillAll)
}

/// A holder that outlives the state folder puts its credentials into the new one, without the tokens of the old one.
fn loses_tokens(scenario: &Scenario) -> bool {
    scenario.has(|what| spends_for_nothing(what) || what == What::StateRemoved)
}

/// Every file is whole, or a temporary one.
fn no_file_is_torn(machine: &Machine) {
    for entry in fs::read_dir(machine.state()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = fs::read(entry.path()).expect("a file of ours");
        match name.rsplit('.').next() {
            _ if is_temporary(&name) => {}
            Some("json") => {
                let parsed = serde_json::from_slice::<Value>(&bytes);
                assert!(parsed.is_ok(), "{name} is torn: {:?}", String::from_utf8_lossy(&bytes));
            }
            Some("lock" | "renewal") => assert_eq!(bytes, b"", "{name}"),
            _ => panic!("{name} is nothing of ours"),
        }
    }
}

fn is_temporary(name: &str) -> bool {
    [".new-", ".room-"].iter().any(|prefix| name.starts_with(prefix))
}

/// What a process left that was killed while it wrote is cleared away when no write can take that long.
fn make_leftovers_old(machine: &Machine) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(machine.state()).into_iter().flatten().flatten();
    let leftovers = entries.filter(|entry| is_temporary(&entry.file_name().to_string_lossy()));
    let long_ago = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    let leftovers: Vec<_> = leftovers.map(|entry| entry.path()).collect();
    for path in &leftovers {
        let file = fs::File::options().append(true).open(path).expect("a file of ours");
        file.set_times(long_ago).expect("its time can be set");
    }
    leftovers
}
