//! A world at the word of a script, in which the loops of callers and renewals run as they are.

use std::pin::pin;
use std::task::{Context as Poller, Poll, Waker};

use super::super::rungs::{self, Ground, Why};
use super::{Age, Deed, Failure, Provider, Setting};
use crate::renewal::{Means, Wanted, climb_quietly};

/// The machine, everybody on it, and everybody that they ask.
#[expect(clippy::struct_excessive_bools, reason = "each is so or not, apart from all others")]
pub(super) struct World {
    pub(super) setting: Setting,
    pub(super) script: std::vec::IntoIter<u8>,
    cached: bool,
    id_token: Option<Age>,
    pub(super) refresh_token: Option<u32>,
    /// The last refresh token that was given out: the only one that a provider that rotates them takes.
    newest: u32,
    pub(super) failure: Option<Failure>,
    pub(super) held_by: Option<Child>,
    sign_ins: i64,
    unfinished: Option<i64>,
    asked: bool,
    pub(super) deeds: Vec<Deed>,
    /// A process was killed, so that a rung may have been lost.
    pub(super) killed: bool,
    pub(super) others: bool,
    pub(super) waits: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    Renewal,
    SignIn,
}

impl World {
    /// `script` is what others do and who is killed; an empty one leaves a single caller undisturbed.
    pub(super) fn new(setting: &Setting, script: Vec<u8>) -> Self {
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
            asked: false,
            deeds: Vec::new(),
            killed: false,
            waits: 0,
        }
    }

    /// Whether something rare happens now.
    fn happens(&mut self) -> bool {
        self.script.next().is_some_and(|fate| fate < 40)
    }

    pub(super) fn prize(&self) -> Option<()> {
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
        self.asked = false;
        if self.happens() {
            self.killed = true;
            return;
        }
        self.asked = true;
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

    fn somebody_was_asked(&mut self) -> bool {
        self.world.asked
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

/// A call, from the cache up.
pub(super) fn call(world: &mut World) -> Result<(), Failure> {
    if !world.setting.force && world.prize().is_some() {
        return Ok(());
    }
    let force = world.setting.force;
    rungs::climb(&mut Caller { world, renewals: 0, windows: 0 }, force)
}
