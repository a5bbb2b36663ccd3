//! The ladder against a model: the loop of the callers and the one of the renewal run in a world in which everything that can
//! happen does, at the word of a script.

mod world;

use proptest::collection::vec;
use proptest::prelude::*;

use self::world::{World, call};
use super::rungs::Why;
use crate::renewal::Wanted;

/// What a run does, for others to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// A refresh token is sent to the provider.
    Redeems(u32),
    /// AWS is asked, with the stored ID token or a new one.
    Exchanges(Age),
    /// A person is asked.
    OpensAWindow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    Stored,
    New,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Refused,
    Unreachable,
    Cancelled,
    Why(Why),
    TimeIsOver,
}

/// How the provider answers a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    /// With an ID token, or without one.
    Gives {
        id_token: bool,
        rotates: bool,
    },
    InvalidGrant,
    Unreachable,
}

/// What is there at the start, and how everybody is.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not, apart from all others")]
struct Setting {
    cached: bool,
    id_token: bool,
    too_old: bool,
    refresh_token: bool,
    provider: Provider,
    aws_takes_stored: bool,
    aws_takes_new: bool,
    person_signs_in: bool,
    may_ask: bool,
    force: bool,
    wanted: Wanted,
}

fn settings() -> impl Strategy<Value = Setting> {
    let provider = prop_oneof![
        4 => (any::<bool>(), any::<bool>()).prop_map(|(id_token, rotates)| Provider::Gives { id_token, rotates }),
        1 => Just(Provider::InvalidGrant),
        1 => Just(Provider::Unreachable),
    ];
    let stored = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let others = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let wanted = prop_oneof![3 => Just(Wanted::Credentials), 1 => Just(Wanted::IdToken)];
    (stored, provider, others, wanted).prop_map(|(stored, provider, others, wanted)| Setting {
        cached: stored.0,
        id_token: stored.1,
        too_old: stored.2,
        refresh_token: stored.3,
        provider,
        aws_takes_stored: others.0,
        aws_takes_new: others.1,
        person_signs_in: others.2,
        may_ask: others.3,
        force: others.4,
        wanted,
    })
}

/// What an undisturbed caller does and gets, by the rules of docs/development/architecture.md.
fn expected(setting: &Setting) -> (Vec<Deed>, Result<(), Failure>) {
    let is_cached = match setting.wanted {
        Wanted::Credentials => setting.cached,
        Wanted::IdToken => setting.id_token,
    };
    if is_cached && !setting.force {
        return (Vec::new(), Ok(()));
    }
    let mut deeds = Vec::new();
    let exchange = |deeds: &mut Vec<Deed>, age| {
        if setting.wanted == Wanted::IdToken {
            return Ok(());
        }
        deeds.push(Deed::Exchanges(age));
        let taken = if age == Age::New { setting.aws_takes_new } else { setting.aws_takes_stored };
        if taken { Ok(()) } else { Err(Failure::Refused) }
    };
    if !setting.force && (setting.id_token || setting.refresh_token) {
        let ahead = setting.id_token && setting.too_old && setting.refresh_token;
        let new_token = matches!(setting.provider, Provider::Gives { id_token: true, .. });
        if setting.id_token && !(ahead && new_token) {
            if ahead {
                deeds.push(Deed::Redeems(1));
            }
            let result = exchange(&mut deeds, Age::Stored);
            if result.is_ok() || ahead || !setting.refresh_token {
                return (deeds, result);
            }
        }
        if setting.refresh_token {
            deeds.push(Deed::Redeems(1));
            match setting.provider {
                Provider::Gives { id_token: true, .. } => {
                    let result = exchange(&mut deeds, Age::New);
                    return (deeds, result);
                }
                Provider::Unreachable => return (deeds, Err(Failure::Unreachable)),
                Provider::Gives { .. } | Provider::InvalidGrant => {}
            }
        }
    }
    if !setting.may_ask {
        return (deeds, Err(Failure::Why(Why::SignInNeeded)));
    }
    deeds.push(Deed::OpensAWindow);
    if !setting.person_signs_in {
        return (deeds, Err(Failure::Cancelled));
    }
    // A sign-in goes on to credentials, whoever asked; who wanted the ID token alone has it before that.
    deeds.push(Deed::Exchanges(Age::New));
    let is_enough = setting.aws_takes_new || (setting.wanted == Wanted::IdToken && !setting.force);
    (deeds, if is_enough { Ok(()) } else { Err(Failure::Refused) })
}

fn redemptions(deeds: &[Deed]) -> Vec<u32> {
    deeds.iter().filter_map(|deed| if let Deed::Redeems(token) = deed { Some(*token) } else { None }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_undisturbed_caller_climbs_rung_by_rung_and_no_further_than_it_must(setting in settings()) {
        let mut world = World::new(&setting, Vec::new());
        let result = call(&mut world);
        let (deeds, expected) = expected(&setting);
        prop_assert_eq!((&world.deeds, result), (&deeds, expected), "{:?}", setting);
    }

    #[test]
    fn whoever_else_comes_and_whoever_is_killed_no_rung_is_passed_over(setting in settings(), script in vec(any::<u8>(), 1..40)) {
        let mut world = World::new(&setting, script);
        let result = call(&mut world);
        if result.is_ok() {
            prop_assert!(world.prize().is_some());
        }
        // Only the provider's word makes a refresh token be forgotten.
        if setting.refresh_token && setting.provider != Provider::InvalidGrant {
            prop_assert!(world.refresh_token.is_some());
        }
        // A token whose successor was stored is never sent again; without a kill, none is sent twice that was rotated or refused.
        let sent = redemptions(&world.deeds);
        prop_assert!(sent.is_sorted(), "{:?}", world.deeds);
        let once = matches!(setting.provider, Provider::Gives { rotates: true, .. } | Provider::InvalidGrant);
        if once && !world.killed {
            prop_assert!(sent.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", world.deeds);
        }
        // However often a sign-in dies before it asks: a person is asked once.
        let windows = world.deeds.iter().filter(|deed| **deed == Deed::OpensAWindow).count();
        prop_assert!(setting.force || windows <= 1, "{:?}", world.deeds);
        // A failure is everybody's: nobody tries again within the same call.
        if !world.killed && matches!(setting.provider, Provider::Unreachable) {
            prop_assert!(sent.len() <= 1, "{:?}", world.deeds);
        }
    }

    #[test]
    fn the_call_after_any_crash_finds_its_way(setting in settings(), script in vec(any::<u8>(), 1..40)) {
        let mut world = World::new(&setting, script);
        let _ = call(&mut world);
        // A new process, undisturbed, with everybody well.
        world.script = Vec::new().into_iter();
        (world.failure, world.held_by, world.others, world.waits) = (None, None, false, 0);
        let setting = &mut world.setting;
        (setting.may_ask, setting.person_signs_in, setting.force) = (true, true, false);
        (setting.aws_takes_stored, setting.aws_takes_new) = (true, true);
        setting.provider = Provider::Gives { id_token: true, rotates: true };
        prop_assert_eq!(call(&mut world), Ok(()));
    }
}
