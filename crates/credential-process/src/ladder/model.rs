//! The ladder against a model: the loop of the callers and the one of the renewal run in a world in which everything that can
//! happen does, at the word of a script.

use std::pin::pin;
use std::task::{Context as Poller, Poll, Waker};

use proptest::collection::vec;
use proptest::prelude::*;

use super::rungs::{self, Ground, Why};
use crate::renewal::{Means, Wanted, climb_quietly};

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

/// The machine, everybody on it, and everybody that they ask.
#[expect(clippy::struct_excessive_bools, reason = "each is so or not, apart from all others")]
struct World {
    setting: Setting,
    script: std::vec::IntoIter<u8>,
    cached: bool,
    id_token: Option<Age>,
    refresh_token: Option<u32>,
    /// The last refresh token that was given out: the only one that a provider that rotates them takes.
    newest: u32,
    failure: Option<Failure>,
    held_by: Option<Child>,
    sign_ins: i64,
    unfinished: Option<i64>,
    deeds: Vec<Deed>,
    /// A process was killed, so that a rung may have been lost.
    killed: bool,
    others: bool,
    waits: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Child {
    Renewal,
    SignIn,
}

impl World {
    /// `script` is what others do and who is killed; an empty one leaves a single caller undisturbed.
    fn new(setting: &Setting, script: Vec<u8>) -> Self {
        Self {
            setting: setting.clone(),
            others: !script.is_empty(),
            script: script.into_iter(),
            cached: setting.cached,
            id_token: setting.id_token.then_some(Age::Stored),
            refresh_token: setting.refresh_token.then_some(1),
            newest: 1,
            failure: None,
            held_by: None,
            sign_ins: 0,
            unfinished: None,
            deeds: Vec::new(),
            killed: false,
            waits: 0,
        }
    }

    /// Whether something rare happens now.
    fn happens(&mut self) -> bool {
        self.script.next().is_some_and(|fate| fate < 40)
    }

    fn prize(&self) -> Option<()> {
        let there = match self.setting.wanted {
            Wanted::Credentials => self.cached,
            Wanted::IdToken => self.id_token.is_some(),
        };
        there.then_some(())
    }

    fn can_renew(&self) -> bool {
        self.refresh_token.is_some() || self.id_token.is_some()
    }

    fn exchange(&mut self, age: Age) -> Result<(), Failure> {
        self.deeds.push(Deed::Exchanges(age));
        let taken = if age == Age::New { self.setting.aws_takes_new } else { self.setting.aws_takes_stored };
        if !taken {
            return Err(Failure::Refused);
        }
        self.cached = true;
        Ok(())
    }

    /// The process that holds the lock lives its life, or is killed somewhere in it.
    fn run_the_holder(&mut self) {
        match self.held_by.take() {
            Some(Child::Renewal) => {
                let outcome = {
                    let mut renewal = Renewal { world: self };
                    let run = pin!(climb_quietly(&mut renewal));
                    run.poll(&mut Poller::from_waker(Waker::noop()))
                };
                match outcome {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(failure)) => self.failure = Some(failure),
                    Poll::Pending => self.killed = true,
                }
            }
            Some(Child::SignIn) => self.sign_in(),
            None => {}
        }
    }

    fn sign_in(&mut self) {
        self.deeds.push(Deed::OpensAWindow);
        if self.happens() {
            self.killed = true;
            return;
        }
        self.unfinished = None;
        let result = if self.setting.person_signs_in {
            self.newest += 1;
            (self.id_token, self.refresh_token) = (Some(Age::New), Some(self.newest));
            self.exchange(Age::New)
        } else {
            Err(Failure::Cancelled)
        };
        self.failure = result.err();
    }

    fn start(&mut self, child: Child) {
        if child == Child::SignIn {
            self.sign_ins += 1;
            self.unfinished = Some(self.sign_ins);
        }
        self.held_by = Some(child);
    }
}

/// One caller in it.
struct Caller<'w> {
    world: &'w mut World,
    renewals: u32,
    windows: u32,
}

impl Ground for Caller<'_> {
    type Prize = ();
    type Guard = ();
    type Error = Failure;

    fn try_lock(&mut self) -> Result<Option<()>, Failure> {
        let world = &mut *self.world;
        // Somebody else was faster, and climbs by the same rules.
        if world.others && world.failure.is_none() && world.prize().is_none() && world.happens() {
            world.start(if world.can_renew() { Child::Renewal } else { Child::SignIn });
            return Ok(None);
        }
        Ok(Some(()))
    }

    fn cached(&mut self) -> Result<Option<()>, Failure> {
        Ok(self.world.prize())
    }

    fn failure(&mut self) -> Option<Failure> {
        self.world.failure
    }

    fn can_renew(&mut self) -> bool {
        self.world.can_renew()
    }

    fn may_ask(&mut self) -> bool {
        self.world.setting.may_ask
    }

    fn renew(&mut self, (): ()) -> Result<(), Failure> {
        assert!(self.world.prize().is_none(), "a renewal while there is what is wanted");
        assert!(self.world.failure.is_none(), "a renewal after a failure that was everybody's");
        assert!(!self.world.setting.force, "a renewal where a sign-in was asked for");
        assert_eq!(self.renewals, 0, "a second renewal by the same caller");
        self.renewals += 1;
        self.world.start(Child::Renewal);
        Ok(())
    }

    fn sign_in(&mut self, (): ()) -> Result<(), Failure> {
        let forced = self.world.setting.force;
        assert!(forced || self.world.prize().is_none(), "a window while there is what is wanted");
        assert!(self.world.setting.may_ask, "a window where nobody may be asked");
        assert!(self.world.failure.is_none(), "a window after a failure that was everybody's");
        assert!(forced || self.renewals > 0 || !self.world.can_renew(), "a window while a renewal was not tried");
        assert_eq!(self.windows, 0, "a second window by the same caller");
        self.windows += 1;
        self.world.start(Child::SignIn);
        Ok(())
    }

    fn unfinished_sign_in(&mut self) -> Option<i64> {
        self.world.unfinished
    }

    fn wait(&mut self) -> Result<(), Failure> {
        self.world.waits += 1;
        assert!(self.world.waits < 1_000, "no end");
        // This caller's time is over; the holder goes on.
        if self.world.others && self.world.waits > 20 {
            return Err(Failure::TimeIsOver);
        }
        self.world.run_the_holder();
        Ok(())
    }

    fn arrived(&mut self) {
        assert!(self.world.prize().is_some());
    }

    fn refusal(&mut self, why: Why) -> Failure {
        Failure::Why(why)
    }
}

/// The renewal in it. Each thing that takes time may be its last.
struct Renewal<'w> {
    world: &'w mut World,
}

impl Renewal<'_> {
    async fn may_be_killed(&mut self) {
        if self.world.happens() {
            std::future::pending::<()>().await;
        }
    }
}

impl Means for Renewal<'_> {
    type IdToken = Age;
    type Error = Failure;

    fn stored_id_token(&self) -> Option<Age> {
        self.world.id_token
    }

    fn is_too_old(&self, _: &Age) -> bool {
        self.world.setting.too_old && self.has_refresh_token()
    }

    fn keeps_to(&mut self, _: &Age) {}

    fn has_refresh_token(&self) -> bool {
        self.world.refresh_token.is_some()
    }

    async fn refresh(&mut self) -> Result<Option<Age>, Failure> {
        let Some(token) = self.world.refresh_token else { return Ok(None) };
        self.may_be_killed().await;
        self.world.deeds.push(Deed::Redeems(token));
        match self.world.setting.provider {
            Provider::Unreachable => Err(Failure::Unreachable),
            Provider::InvalidGrant => {
                self.world.refresh_token = None;
                Ok(None)
            }
            Provider::Gives { id_token, rotates } => {
                if rotates {
                    self.world.newest += 1;
                    self.may_be_killed().await;
                    self.world.refresh_token = Some(self.world.newest);
                }
                if id_token {
                    self.world.id_token = Some(Age::New);
                }
                Ok(id_token.then_some(Age::New))
            }
        }
    }

    async fn finish(&mut self, id_token: &Age) -> Result<(), Failure> {
        self.may_be_killed().await;
        match self.world.setting.wanted {
            Wanted::IdToken => Ok(()),
            Wanted::Credentials => self.world.exchange(*id_token),
        }
    }

    fn is_about_the_token(&self, error: &Failure) -> bool {
        *error == Failure::Refused
    }
}

fn call(world: &mut World) -> Result<(), Failure> {
    if !world.setting.force && world.prize().is_some() {
        return Ok(());
    }
    let force = world.setting.force;
    rungs::climb(&mut Caller { world, renewals: 0, windows: 0 }, force)
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
