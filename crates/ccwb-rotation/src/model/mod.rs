//! Rotations in a world in which everything that can happen does: at each call a process is killed, an answer fails or is
//! lost, or a key is not taken; and then the next process comes.

mod world;

use proptest::prelude::*;
use world::{FATES, Fate, World};

use crate::{Change, Outcome, RotationError, Step};

/// What has to come of any disturbance: the next rotation that nobody disturbs ends, with one key and no other.
fn comes_to_rest(world: &mut World) {
    world.check();
    for _ in 0..3 {
        match world.run(&[]) {
            // The one that was interrupted gave up on its key, or a lag made it do so.
            Some(Ok(Outcome::Restored { .. })) => {}
            Some(Ok(_)) => break,
            other => panic!("{other:?}: {world:#?}"),
        }
    }
    let stored = world.stored();
    assert!(stored.is_at_rest() && stored.candidate.is_none() && stored.previous.is_none(), "{stored:?}");
    let ids: Vec<_> = world.keys.iter().map(|key| key.listed.id.as_str()).collect();
    assert_eq!(ids, [stored.current.id.as_str()], "{world:#?}");
    assert_ne!(stored.current.id, "AKIA0", "{world:#?}");
}

fn script(at: usize, fate: Fate) -> Vec<Fate> {
    let mut script = vec![Fate::Fine; at];
    script.push(fate);
    script
}

#[test]
fn an_undisturbed_rotation_ends_with_the_new_key_alone() {
    let mut world = World::new();
    let ended = world.run(&[]);
    assert!(
        matches!(&ended, Some(Ok(Outcome::Rotated { record, old })) if record.current.id == "AKIA1" && old == "AKIA0")
    );
    let changes: Vec<_> = world.changes.iter().map(|(change, key)| (*change, key.as_str())).collect();
    assert_eq!(
        changes,
        [
            (Change::Created, "AKIA1"),
            (Change::Tried, "AKIA1"),
            (Change::MadeCurrent, "AKIA1"),
            (Change::Deactivated, "AKIA0"),
            (Change::Tried, "AKIA1"),
            (Change::Deleted, "AKIA0")
        ]
    );
}

#[test]
fn whatever_happens_at_one_or_two_calls_the_stored_key_works_and_the_next_run_ends() {
    let mut worlds = 0;
    for lag in [0, 2] {
        for first_fate in FATES {
            for first in 0.. {
                let disturbed = || {
                    let mut world = World::new();
                    world.lag = lag;
                    world.run(&script(first, first_fate));
                    world
                };
                let reached = disturbed().calls > first;
                comes_to_rest(&mut disturbed());
                if !reached {
                    break;
                }
                for second_fate in FATES {
                    for second in 0.. {
                        let mut world = disturbed();
                        world.run(&script(second, second_fate));
                        let reached = world.calls > second;
                        comes_to_rest(&mut world);
                        worlds += 1;
                        if !reached {
                            break;
                        }
                    }
                }
            }
        }
    }
    assert!(worlds > 5_000, "{worlds}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_at_many_calls_of_many_runs_the_stored_key_works(
        lag in 0..4_u32,
        runs in prop::collection::vec(prop::collection::vec(
            prop_oneof![6 => Just(Fate::Fine), 1 => Just(Fate::KilledBefore), 1 => Just(Fate::KilledAfter),
                        1 => Just(Fate::Fails), 1 => Just(Fate::AnswerLost), 1 => Just(Fate::NotTaken)], 0..25), 1..6),
    ) {
        let mut world = World::new();
        world.lag = lag;
        for script in &runs {
            world.run(script);
            world.check();
        }
        comes_to_rest(&mut world);
    }
}

#[test]
fn a_new_key_that_never_works_is_deleted_and_the_old_one_stays() {
    for lag in [0, 1_000] {
        let mut world = World::new();
        world.lag = lag;
        world.bad = if lag == 0 { vec!["AKIA1".to_owned()] } else { Vec::new() };
        let ended = world.run(&[]);
        assert!(
            matches!(&ended, Some(Ok(Outcome::Restored { record, .. })) if record.current.id == "AKIA0"),
            "{ended:?}"
        );
        let ids: Vec<_> = world.keys.iter().map(|key| (key.listed.id.as_str(), key.listed.active)).collect();
        assert_eq!(ids, [("AKIA0", true)]);
    }
}

#[test]
fn a_new_key_that_fails_without_the_old_one_gives_way_to_it() {
    let mut world = World::new();
    // list, save, create, save, attempt, save, save, deactivate; then the second attempt.
    let ended = world.run(&script(8, Fate::NotTaken));
    assert!(matches!(&ended, Some(Ok(Outcome::Restored { record, .. })) if record.current.id == "AKIA0"), "{ended:?}");
    let changes: Vec<_> = world.changes.iter().map(|(change, key)| (*change, key.as_str())).collect();
    assert!(world.stored().previous.is_none());
    assert!(changes.ends_with(&[
        (Change::Activated, "AKIA0"),
        (Change::Tried, "AKIA0"),
        (Change::Restored, "AKIA0"),
        (Change::Deleted, "AKIA1")
    ]));
    assert_eq!(world.keys.len(), 1);
}

#[test]
fn a_key_that_cannot_be_stored_is_deleted_at_once() {
    let mut world = World::new();
    // list, save, create; then the disk is full.
    let ended = world.run(&script(3, Fate::Fails));
    assert!(matches!(ended, Some(Err(RotationError::Account(_)))), "{ended:?}");
    assert_eq!(world.keys.len(), 1);
}

#[test]
fn if_neither_key_works_both_are_kept() {
    let mut world = World::new();
    let mut fates = script(8, Fate::NotTaken);
    fates.extend([Fate::Fine, Fate::Fine, Fate::NotTaken]);
    let ended = world.run(&fates);
    assert!(matches!(ended, Some(Err(RotationError::NeitherWorks(_)))), "{ended:?}");
    assert!(world.keys.len() == 2 && world.keys.iter().all(|key| key.listed.active), "{world:#?}");
    comes_to_rest(&mut world);
}

#[test]
fn a_second_key_that_is_not_ours_is_never_touched() {
    for last_used in [None, Some(5)] {
        let mut world = World::new();
        world.add("AKIASTRANGER", 10, last_used, false);
        let before = world.keys.clone();
        let ended = world.run(&[]);
        let Some(Err(RotationError::Full { other, last_used: told })) = ended else { panic!("{ended:?}") };
        assert_eq!((other.id.as_str(), told, &world.keys), ("AKIASTRANGER", last_used, &before));
    }
}

#[test]
fn a_key_that_somebody_else_made_after_we_died_is_not_taken_for_the_lost_one() {
    let later = 1_000_000 + 3_600;
    // Used at once, or made an hour later: neither can be the one of which we lost the answer.
    for (created, last_used) in [(1_000_005, Some(1_000_006)), (later, None)] {
        let mut world = World::new();
        world.run(&script(2, Fate::KilledBefore));
        assert!(matches!(world.stored().step, Step::Creating { .. }));
        world.add("AKIASTRANGER", created, last_used, false);
        let ended = world.run(&[]);
        assert!(matches!(ended, Some(Err(RotationError::Full { .. }))), "{ended:?}");
        assert!(world.keys.iter().any(|key| key.listed.id == "AKIASTRANGER" && key.listed.active));
        assert!(world.stored().is_at_rest());
    }
}

#[test]
fn the_old_key_works_as_long_as_programs_need_it() {
    let mut world = World::new();
    world.keeps_previous = true;
    let ended = world.run(&[]);
    assert!(matches!(&ended, Some(Ok(Outcome::Switched { record })) if record.current.id == "AKIA1"), "{ended:?}");
    assert!(matches!(world.run(&[]), Some(Ok(Outcome::Switched { .. }))));
    assert!(world.keys.iter().all(|key| key.listed.active));
    world.keeps_previous = false;
    assert!(matches!(world.run(&[]), Some(Ok(Outcome::Rotated { old, .. })) if old == "AKIA0"));
    assert_eq!(world.keys.len(), 1);
}
