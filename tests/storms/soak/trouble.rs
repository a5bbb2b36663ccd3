//! What goes wrong at the provider and at AWS in the course of a day.

use ccwb_tests::part::Sandbox;
use fastrand::Rng;
use serde_json::{Value, json};

/// Of a kind, from one second of the day until another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    pub(crate) from: i64,
    until: i64,
    pub(crate) kind: Kind,
}

/// None of it makes the provider spend a refresh token and lose the answer: from that, with tokens that rotate, only a
/// sign-in helps, whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// HTTP 500 at the token endpoint.
    ProviderFails,
    /// HTTP 500 at AWS.
    AwsFails,
    /// The token endpoint closes its connections.
    ProviderCuts,
    /// AWS stops in the middle of its answers.
    AwsCuts,
    /// The token endpoint is silent, once.
    ProviderHangs,
    /// AWS is silent, once.
    AwsHangs,
    /// 429 for a minute to come.
    Throttled,
    /// 429 for a second to come, once: whoever waits is served.
    BrieflyThrottled,
    /// The provider signs with another key, and the old one is gone.
    KeysRotate,
    /// Nothing answers.
    Partition,
}

impl Kind {
    pub(crate) const ALL: [Self; 10] = [
        Self::ProviderFails,
        Self::AwsFails,
        Self::ProviderCuts,
        Self::AwsCuts,
        Self::ProviderHangs,
        Self::AwsHangs,
        Self::Throttled,
        Self::BrieflyThrottled,
        Self::KeysRotate,
        Self::Partition,
    ];

    /// Whether it happens to one request and is over then.
    fn is_once(self) -> bool {
        matches!(self, Self::ProviderHangs | Self::AwsHangs | Self::BrieflyThrottled | Self::KeysRotate)
    }

    /// Whether it leaves a renewal that works: who is patient is served.
    fn is_bearable(self) -> bool {
        matches!(self, Self::BrieflyThrottled | Self::KeysRotate)
    }

    fn faults(self) -> Vec<Value> {
        let at = |endpoints: &[&str], fault: &Value| {
            let with = |endpoint: &&str| {
                let mut fault = fault.clone();
                fault["endpoint"] = (*endpoint).into();
                fault
            };
            endpoints.iter().map(with).collect()
        };
        match self {
            Self::ProviderFails => at(&["token"], &json!({"status": 500})),
            Self::AwsFails => at(&["cognito", "sts"], &json!({"status": 500})),
            Self::ProviderCuts => at(&["token"], &json!({"drop": true})),
            Self::AwsCuts => at(&["cognito", "sts"], &json!({"truncate": 20})),
            Self::ProviderHangs => at(&["token"], &json!({"hang": true, "times": 1})),
            // Which of them is asked depends on the profile; the other one's is never used, and goes at the next change.
            Self::AwsHangs => at(&["cognito", "sts"], &json!({"hang": true, "times": 1})),
            Self::Throttled => at(&["token"], &json!({"status": 429, "headers": {"retry-after": "60"}})),
            Self::BrieflyThrottled => {
                at(&["token"], &json!({"status": 429, "headers": {"retry-after": "1"}, "times": 1}))
            }
            Self::KeysRotate => Vec::new(),
            Self::Partition => at(&["discovery", "jwks", "token", "cognito", "sts"], &json!({"drop": true})),
        }
    }
}

/// All the trouble of a day, and what of it there is now.
#[derive(Debug)]
pub(crate) struct Troubles {
    all: Vec<Trouble>,
    /// Those that have begun, in the order of the day.
    begun: usize,
    current: Vec<Trouble>,
}

impl Troubles {
    /// Every kind several times, in a random order, with quiet between.
    pub(crate) fn of_a_day(rng: &mut Rng, length: i64) -> Self {
        let mut kinds: Vec<Kind> = Kind::ALL.iter().chain(&Kind::ALL).copied().collect();
        // Those that only cost time have their real time: a request that hangs takes as long as the program waits for it.
        kinds.extend([Kind::Partition, Kind::Partition, Kind::ProviderFails, Kind::AwsFails]);
        rng.shuffle(&mut kinds);
        let pace = length / i64::try_from(kinds.len()).expect("a few");
        let all = (0..).step_by(usize::try_from(pace).expect("positive")).zip(kinds).map(|(slot, kind)| {
            let from = slot + rng.i64(60..pace / 3);
            // Some minutes; now and then longer than credentials are cached for at best.
            let longest = if kind == Kind::Partition { pace - pace / 3 } else { 400 };
            Trouble { from, until: from + rng.i64(100..longest), kind }
        });
        Self { all: all.collect(), begun: 0, current: Vec::new() }
    }

    /// Brings the sandbox to a time of the day. Each that begins is told.
    pub(crate) fn advance(&mut self, sandbox: &Sandbox, now: i64) -> Vec<Trouble> {
        let control = sandbox.control();
        let is_over = |trouble: &Trouble| match trouble.kind.is_once() {
            // With a second fault for the service that is not asked.
            true => control.faults().len() < trouble.kind.faults().len().max(1),
            false => trouble.until <= now,
        };
        let before = self.current.len();
        self.current.retain(|trouble| !is_over(trouble));
        let mut changed = self.current.len() != before;
        let begin: Vec<_> = self.all[self.begun..].iter().take_while(|trouble| trouble.from <= now).copied().collect();
        self.begun += begin.len();
        for trouble in &begin {
            changed = true;
            match trouble.kind {
                Kind::KeysRotate => control.rotate_keys(false),
                _ => self.current.push(*trouble),
            }
        }
        if changed {
            control.clear_faults();
            for fault in self.current.iter().flat_map(|trouble| trouble.kind.faults()) {
                let fault = serde_json::from_value(fault).expect("it has a fault's form");
                control.add_fault(fault).expect("there is such an endpoint");
            }
        }
        begin
    }

    /// Whether a renewal that begins now can work.
    pub(crate) fn allow_a_renewal(&self) -> bool {
        self.current.iter().all(|trouble| trouble.kind.is_bearable())
    }

    pub(crate) fn current(&self) -> Vec<Kind> {
        self.current.iter().map(|trouble| trouble.kind).collect()
    }
}
