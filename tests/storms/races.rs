//! The storms themselves: so many scenarios, one after the other on each of a few threads.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ccwb_tests::part::Disk;
use ccwb_tests::{now, number_from_environment};

use crate::machine::Machine;
use crate::scenario::{Climate, Profile, Scenario};
use crate::storm::{self, Diary};
use crate::{invariants, scenario};

/// Storms are mostly waiting.
const AT_ONCE: u64 = 4;
/// Without `STORM_RUNS`.
const TIME: Duration = Duration::from_secs(45);
/// The first of the seeds that are the same every time.
const FIXED: u64 = 1;
const FIXED_RUNS: u64 = 40;

#[test]
fn whatever_happens_to_a_crowd_of_processes_nothing_is_lost_that_need_not_be() {
    let disk = Disk::can_be_had();
    if !disk {
        report("skipped: disks that are full or read-only: this user cannot mount");
    }
    weather(Climate { disk, parts: false });
}

#[test]
#[ignore = "needs gnome-keyring and libfaketime"]
fn whatever_happens_to_a_crowd_with_a_keyring_and_a_clock_that_is_set_nothing_is_lost_that_need_not_be() {
    weather(Climate { disk: false, parts: true });
}

/// The fixed seeds and then others, from `STORM_CHANCE` on if it is set, until the time is over; or exactly what `STORM_SEED` and
/// `STORM_RUNS` say.
fn weather(climate: Climate) {
    let began = Instant::now();
    let (seed, runs) = (number_from_environment("STORM_SEED"), number_from_environment("STORM_RUNS"));
    let chance = number_from_environment("STORM_CHANCE");
    let chance = chance.unwrap_or(now().timestamp_micros().cast_unsigned() % 1_000_000_000);
    let seed_of = |run: u64| match seed {
        Some(first) => first + run,
        None if run < FIXED_RUNS => FIXED + run,
        None => chance + run,
    };
    let most = runs.unwrap_or(if seed.is_some() { 1 } else { u64::MAX });
    let (next, done) = (AtomicU64::new(0), AtomicUsize::new(0));
    let failures = Mutex::new(Vec::new());
    let failed = || failures.lock().unwrap_or_else(PoisonError::into_inner);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(most) {
            scope.spawn(|| {
                while failed().len() < 3 && (seed.is_some() || runs.is_some() || began.elapsed() < TIME) {
                    let run = next.fetch_add(1, Ordering::Relaxed);
                    if run >= most {
                        break;
                    }
                    match one(seed_of(run), climate) {
                        Ok(true) => drop(done.fetch_add(1, Ordering::Relaxed)),
                        Ok(false) => break,
                        Err(failure) => {
                            report(&failure);
                            failed().push(failure);
                        }
                    }
                }
            });
        }
    });
    let (done, reports) = (done.into_inner(), failed().join("\n\n"));
    assert!(reports.is_empty(), "{reports}\n\n{done} storms were weathered, the random ones from seed {chance}");
    report(&format!("{done} storms in {:?}, the random ones from seed {chance}", began.elapsed()));
}

fn report(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// One storm, to its end. `false` where a part is missing; the error is the whole report of a failure.
fn one(seed: u64, climate: Climate) -> Result<bool, String> {
    let scenario = Scenario::new(seed, climate);
    let diary = Diary::new();
    let weathered = catch_unwind(AssertUnwindSafe(|| weathers(&scenario, climate, &diary)));
    weathered.map_err(|panic| {
        let reason = text_of(&*panic);
        format!("STORM_SEED={seed}: {reason}\n{scenario}{}", diary.text())
    })
}

fn weathers(scenario: &Scenario, climate: Climate, diary: &Diary) -> bool {
    let Some(mut machine) = Machine::new(scenario, climate.parts) else { return false };
    machine.sandbox.control().clear_requests();
    let windows = [Profile::Alice, Profile::Bob].map(|profile| machine.openings(profile));
    diary.note("the storm begins");
    let aftermath = storm::run(&machine, scenario, diary);
    invariants::after_the_storm(&machine, scenario, &aftermath, windows);
    invariants::and_then_all_is_well(&mut machine, scenario);
    true
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_else(|| "a panic".to_owned())
}

/// A scenario depends on nothing but its seed: a failure can be had again.
#[test]
fn the_same_seed_makes_the_same_storm() {
    let climate = Climate { disk: true, parts: true };
    let twice = [(); 2].map(|()| format!("{:?}", scenario::Scenario::new(7, climate)));
    assert_eq!(twice[0], twice[1]);
}
