//! What happens in one storm, all of it made from a seed.

use std::fmt;
use std::time::Duration;

use ccwb_sandbox::Federation;
use fastrand::Rng;

/// Where secrets rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    Session,
    /// The real keyring, open.
    Keyring,
    /// `keyring-only`, and the keyring is locked.
    LockedKeyring,
}

/// What the profile in the middle of the storm has at its start. The other profile has what `Hit` or `Rotating` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Nothing. The browser signs in.
    Cold,
    /// Nothing, and somebody else holds the lock for a while.
    LockHeld,
    /// Nothing. The person closes the window.
    Cancelled,
    /// Good credentials.
    Hit,
    /// Credentials with little life left, and an ID token that has expired.
    RenewalDue,
    /// A refresh token that rotates, and all else has expired.
    Rotating,
}

impl Start {
    pub(crate) fn needs_a_sign_in(self) -> bool {
        matches!(self, Self::Cold | Self::LockHeld | Self::Cancelled)
    }
}

/// One of the two profiles of the home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The one that the storm is about.
    Alice,
    /// Another person's, in another role: its credentials must never be hers.
    Bob,
}

/// Somebody who starts a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) at: Duration,
    pub(crate) profile: Profile,
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Default,
    Silent,
    Export,
    Login,
    Token,
    Status,
    Headers,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disturbance {
    pub(crate) at: Duration,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// SIGKILL for a caller, as an SDK does.
    KillCaller {
        index: usize,
    },
    /// The same for its process group, as a closed terminal does. A child that has not left it yet goes too.
    KillGroup {
        index: usize,
    },
    /// SIGKILL for the next detached child, so long after it appears.
    KillHolder {
        after: Duration,
    },
    /// SIGSTOP for the next detached child, SIGCONT later.
    StopHolder {
        after: Duration,
        length: Duration,
    },
    /// SIGKILL for everything of the product at once, as when the power fails.
    KillAll,
    /// The machine's clock is set, or the provider's and AWS's: seconds.
    ClockJump {
        seconds: i64,
    },
    /// The disk fills up but for so many kilobytes.
    DiskFull {
        but_for: u64,
    },
    DiskReadOnly,
    /// Somebody removes the state folder.
    StateRemoved,
}

impl What {
    /// Nobody but the victim may notice.
    pub(crate) fn is_harmless(self) -> bool {
        matches!(self, Self::KillCaller { .. } | Self::StopHolder { .. })
    }

    pub(crate) fn is_of_the_disk(self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::DiskReadOnly)
    }
}

/// One storm.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    /// Of Alice; Bob's is the other one.
    pub(crate) federation: Federation,
    pub(crate) storage: Storage,
    pub(crate) start: Start,
    /// Bob's refresh token is due too.
    pub(crate) bob_renews: bool,
    /// The person takes a second to sign in.
    pub(crate) slow_person: bool,
    /// How long token endpoint and AWS think, in milliseconds.
    pub(crate) slow_servers: u64,
    pub(crate) callers: Vec<Caller>,
    pub(crate) disturbances: Vec<Disturbance>,
}

/// What a machine can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Climate {
    /// A disk of its own, to be filled.
    pub(crate) disk: bool,
    /// A real keyring, and a machine's clock that can be set.
    pub(crate) parts: bool,
}

impl Scenario {
    pub(crate) fn new(seed: u64, climate: Climate) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut start = pick(
            &mut rng,
            &[Start::Cold, Start::LockHeld, Start::Cancelled, Start::Hit, Start::RenewalDue, Start::Rotating],
            &[4, 1, 2, 1, 3, 5],
        );
        let storage = match climate.parts {
            true => pick(&mut rng, &[Storage::Session, Storage::Keyring, Storage::LockedKeyring], &[2, 5, 1]),
            false => Storage::Session,
        };
        if storage == Storage::LockedKeyring {
            start = Start::Cold;
        }
        let callers = callers(&mut rng);
        // The bus of the keyring takes nobody from another namespace.
        let climate = Climate { disk: climate.disk && storage == Storage::Session && !climate.parts, ..climate };
        let count = pick(&mut rng, &[0, 1, 2, 3], &[2, 8, 5, 2]);
        let mut disturbances: Vec<Disturbance> = Vec::new();
        for _ in 0..count {
            let next = disturbance(&mut rng, callers.len(), climate);
            let twice = next.what.is_of_the_disk() && disturbances.iter().any(|other| other.what.is_of_the_disk());
            disturbances.extend((!twice).then_some(next));
        }
        disturbances.sort_by_key(|disturbance| disturbance.at);
        Self {
            seed,
            federation: if rng.bool() { Federation::Cognito } else { Federation::Direct },
            storage,
            start,
            bob_renews: rng.u8(..3) == 0,
            slow_person: rng.u8(..4) == 0,
            slow_servers: if rng.bool() { rng.u64(20..400) } else { 0 },
            callers,
            disturbances,
        }
    }

    pub(crate) fn has(&self, what: impl Fn(What) -> bool) -> bool {
        self.disturbances.iter().any(|disturbance| what(disturbance.what))
    }

    pub(crate) fn count(&self, what: impl Fn(What) -> bool) -> usize {
        self.disturbances.iter().filter(|disturbance| what(disturbance.what)).count()
    }

    /// Whether everybody who was not killed must get what it came for.
    pub(crate) fn is_harmless(&self) -> bool {
        !self.has(|what| !what.is_harmless())
    }
}

/// For the report of a failure, which tells of the callers too.
impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { federation, storage, start, bob_renews, slow_person, slow_servers, callers, .. } = self;
        writeln!(
            formatter,
            "  Alice: {start:?}, {federation:?}, {storage:?}; bob_renews: {bob_renews}, slow_person: {slow_person}, \
             slow_servers: {slow_servers} ms; {} callers",
            callers.len()
        )?;
        self.disturbances.iter().try_for_each(|Disturbance { at, what }| writeln!(formatter, "  at {at:?}: {what:?}"))
    }
}

fn callers(rng: &mut Rng) -> Vec<Caller> {
    const COMMANDS: &[(Command, u32)] = &[
        (Command::Default, 20),
        (Command::Export, 8),
        (Command::Silent, 3),
        (Command::Login, 2),
        (Command::Token, 2),
        (Command::Status, 1),
        (Command::Headers, 1),
    ];
    let (commands, weights): (Vec<_>, Vec<_>) = COMMANDS.iter().copied().unzip();
    let count = if rng.u8(..20) == 0 { rng.usize(20..40) } else { rng.usize(2..=12) };
    let spread = pick(rng, &[1, 100, 800], &[3, 2, 3]);
    let mut callers: Vec<_> = (0..count)
        .map(|_| Caller {
            at: Duration::from_millis(rng.u64(..spread)),
            profile: if rng.u8(..4) == 0 { Profile::Bob } else { Profile::Alice },
            command: pick(rng, &commands, &weights),
        })
        .collect();
    callers.sort_by_key(|caller| caller.at);
    callers
}

fn disturbance(rng: &mut Rng, callers: usize, climate: Climate) -> Disturbance {
    const HOUR: i64 = 60 * 60;
    let after = Duration::from_millis(rng.u64(..250));
    // Mostly a pause that nobody but the one who waits for it notices, and sometimes one that is longer than `export` waits.
    let length = if rng.u8(..30) == 0 { Duration::from_secs(12) } else { Duration::from_millis(rng.u64(100..3_000)) };
    let index = rng.usize(..callers);
    let seconds = pick(rng, &[2, 5 * 60, 50 * 60, 3 * HOUR, 26 * HOUR], &[1, 2, 2, 2, 1]);
    let seconds = if rng.bool() { seconds } else { -seconds };
    let disk = if climate.disk { 3 } else { 0 };
    let what = pick(
        rng,
        &[
            What::KillCaller { index },
            What::KillGroup { index },
            What::KillHolder { after },
            What::StopHolder { after, length },
            What::KillAll,
            What::ClockJump { seconds },
            What::StateRemoved,
            What::DiskFull { but_for: 0 },
            What::DiskReadOnly,
        ],
        &[5, 2, 6, 3, 2, 3, 3, disk, disk],
    );
    let what = match what {
        What::DiskFull { .. } => What::DiskFull { but_for: 4 * rng.u64(..30) },
        other => other,
    };
    // One in three is there before anybody comes.
    let at = if rng.u8(..3) == 0 { Duration::ZERO } else { Duration::from_millis(rng.u64(..900)) };
    Disturbance { at, what }
}

/// One of several, each with its weight.
fn pick<T: Copy>(rng: &mut Rng, choices: &[T], weights: &[u32]) -> T {
    let mut left = rng.u32(..weights.iter().sum::<u32>());
    for (choice, weight) in choices.iter().zip(weights) {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return *choice,
        }
    }
    unreachable!("what is left is less than the sum")
}
