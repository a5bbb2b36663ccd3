//! AWS, a disk and a process that can die, at the word of a script.

use std::future::pending;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::{Account, Change, Key, Listed, NotCreated, Note, Outcome, Record, RotationError, Step, TRIES, Verdict};

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Fine,
    KilledBefore,
    KilledAfter,
    /// An error, and nothing was done.
    Fails,
    /// An error, and it was done all the same.
    AnswerLost,
    /// Of a key that is tried: it is not taken, whichever it is.
    NotTaken,
}

pub(super) const FATES: [Fate; 5] =
    [Fate::KilledBefore, Fate::KilledAfter, Fate::Fails, Fate::AnswerLost, Fate::NotTaken];

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said(&'static str);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

pub(super) type Ended = Result<Outcome, RotationError<Said>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AtAws {
    pub(super) listed: Listed,
    pub(super) last_used: Option<i64>,
    pub(super) is_ours: bool,
    /// So many attempts until it is known everywhere.
    pub(super) lag: u32,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) keys: Vec<AtAws>,
    stored: String,
    script: std::vec::IntoIter<Fate>,
    /// Calls of the last run.
    pub(super) calls: usize,
    pub(super) now: i64,
    pub(super) lag: u32,
    /// Keys that are refused for good.
    pub(super) bad: Vec<String>,
    pub(super) keeps_previous: bool,
    made: u32,
    pub(super) changes: Vec<(Change, String)>,
}

impl World {
    pub(super) fn new() -> Self {
        let record = Record::new(key("AKIA0", 0));
        let mut world = Self {
            keys: Vec::new(),
            stored: serde_json::to_string(&record).expect("a record is JSON"),
            script: Vec::new().into_iter(),
            calls: 0,
            now: 1_000_000,
            lag: 0,
            bad: Vec::new(),
            keeps_previous: false,
            made: 0,
            changes: Vec::new(),
        };
        world.add("AKIA0", 0, Some(999_999), true);
        world
    }

    pub(super) fn add(&mut self, id: &str, created: i64, last_used: Option<i64>, is_ours: bool) {
        let listed = Listed { id: id.to_owned(), active: true, created };
        let lag = if is_ours && created > 0 { self.lag } else { 0 };
        self.keys.push(AtAws { listed, last_used, is_ours, lag });
    }

    pub(super) fn stored(&self) -> Record {
        serde_json::from_str(&self.stored).expect("it was written whole")
    }

    /// One process; `None` if it was killed.
    pub(super) fn run(&mut self, script: &[Fate]) -> Option<Ended> {
        (self.script, self.calls) = (Vec::from(script).into_iter(), 0);
        let record = self.stored();
        let ended = {
            let rotation = pin!(crate::rotate(self, record));
            rotation.poll(&mut Context::from_waker(Waker::noop()))
        };
        self.now += 10;
        match ended {
            Poll::Ready(ended) => Some(ended),
            Poll::Pending => None,
        }
    }

    /// What holds at every moment.
    pub(super) fn check(&self) {
        let stored = self.stored();
        let current = self.keys.iter().find(|key| key.listed.id == stored.current.id);
        assert!(current.is_some_and(|key| key.listed.active), "the stored key works: {self:#?}");
        assert!(self.keys.len() <= 2, "{self:#?}");
        let kept = [Some(&stored.current), stored.candidate.as_ref(), stored.previous.as_ref()];
        for key in self.keys.iter().filter(|key| key.is_ours) {
            let is_known = kept.into_iter().flatten().any(|kept| kept.id == key.listed.id);
            assert!(
                is_known || matches!(stored.step, Step::Creating { .. }),
                "nobody knows {}: {self:#?}",
                key.listed.id
            );
        }
    }

    /// Before a call: what its fate is. A dead process goes no further.
    async fn call(&mut self) -> Fate {
        self.calls += 1;
        let fate = self.script.next().unwrap_or(Fate::Fine);
        if fate == Fate::KilledBefore {
            pending::<()>().await;
        }
        fate
    }

    /// After a call that did what it had to.
    async fn done(&mut self, fate: Fate) -> Result<(), Said> {
        self.check();
        match fate {
            Fate::KilledAfter => pending().await,
            Fate::AnswerLost => Err(Said("the answer was lost")),
            _ => Ok(()),
        }
    }

    fn works(&self, key: &Key) -> bool {
        let there = self.keys.iter().find(|there| there.listed.id == key.id);
        there.is_some_and(|there| there.listed.active && there.lag == 0)
    }

    /// A call to IAM, and that the key it is signed with works.
    async fn iam(&mut self, with: &Key) -> Result<Fate, Said> {
        assert!(self.works(with), "signed with {}, which does not work: {self:#?}", with.id);
        match self.call().await {
            Fate::Fails => Err(Said("refused")),
            fate => Ok(fate),
        }
    }

    async fn set_active(&mut self, with: &Key, id: &str, active: bool) -> Result<(), Said> {
        let fate = self.iam(with).await?;
        if let Some(key) = self.keys.iter_mut().find(|key| key.listed.id == id) {
            assert!(key.is_ours);
            key.listed.active = active;
        }
        self.done(fate).await
    }
}

impl Account for World {
    type Error = Said;

    async fn save(&mut self, record: &Record) -> Result<(), Said> {
        let fate = self.call().await;
        if fate == Fate::Fails {
            return Err(Said("the disk is full"));
        }
        self.stored = serde_json::to_string(record).expect("a record is JSON");
        self.done(fate).await
    }

    async fn list(&mut self, with: &Key) -> Result<Vec<Listed>, Said> {
        let fate = self.iam(with).await?;
        self.done(fate).await?;
        Ok(self.keys.iter().map(|key| key.listed.clone()).collect())
    }

    async fn last_used(&mut self, with: &Key, id: &str) -> Result<Option<i64>, Said> {
        let fate = self.iam(with).await?;
        self.done(fate).await?;
        Ok(self.keys.iter().find(|key| key.listed.id == id).and_then(|key| key.last_used))
    }

    async fn create(&mut self, with: &Key) -> Result<Key, NotCreated<Said>> {
        let fate = self.iam(with).await.map_err(NotCreated::Refused)?;
        if self.keys.len() == 2 {
            return Err(NotCreated::Refused(Said("LimitExceeded")));
        }
        self.made += 1;
        let id = format!("AKIA{}", self.made);
        self.add(&id, self.now + 2, None, true);
        self.done(fate).await.map_err(NotCreated::Unknown)?;
        Ok(key(&id, self.now + 2))
    }

    async fn attempt(&mut self, key: &Key) -> Result<Verdict, Said> {
        let fate = self.call().await;
        if fate == Fate::Fails {
            return Err(Said("no network"));
        }
        let now = self.now;
        let known = match self.keys.iter_mut().find(|there| there.listed.id == key.id) {
            Some(there) if there.lag > 0 => {
                there.lag -= 1;
                false
            }
            Some(there) => {
                there.last_used = Some(now);
                there.listed.active
            }
            None => false,
        };
        self.done(fate).await?;
        Ok(match known {
            _ if fate == Fate::NotTaken || self.bad.contains(&key.id) => {
                Verdict::Refused("it is not allowed".to_owned())
            }
            true => Verdict::Works,
            false => Verdict::NotYet("it is not known".to_owned()),
        })
    }

    async fn activate(&mut self, with: &Key, id: &str) -> Result<(), Said> {
        self.set_active(with, id, true).await
    }

    async fn deactivate(&mut self, with: &Key, id: &str) -> Result<(), Said> {
        self.set_active(with, id, false).await
    }

    async fn delete(&mut self, with: &Key, id: &str) -> Result<(), Said> {
        let fate = self.iam(with).await?;
        self.keys.retain(|key| key.listed.id != id);
        self.done(fate).await
    }

    fn keeps_previous(&self, _: i64) -> bool {
        self.keeps_previous
    }

    async fn pause(&mut self, attempts: u32) {
        assert!(attempts < TRIES, "it is bounded");
        self.call().await;
    }

    fn now(&self) -> i64 {
        self.now
    }

    fn note(&mut self, note: &Note<'_>) {
        self.changes.push((note.change, note.key.to_owned()));
    }
}

fn key(id: &str, created: i64) -> Key {
    Key { id: id.to_owned(), secret: format!("secret-of-{id}").into(), created }
}
