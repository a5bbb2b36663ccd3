//! Who asks for credentials in the course of a day, and when: as it was measured.

use fastrand::Rng;

/// A program that needs credentials.
#[derive(Debug)]
pub(crate) struct Caller {
    kind: Kind,
    /// When it needs them next.
    pub(crate) next: i64,
    /// Until when those live that it has.
    has_until: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The AWS CLI and boto3: asks on every request below 15 minutes.
    Botocore,
    /// Claude Code from 2.1.208 on, and the AWS SDK for JavaScript: asks below 5 minutes.
    ClaudeCode,
    /// Claude Code before that: asks for every request, three at a time.
    OldClaudeCode,
    /// Claude Code's `awsCredentialExport`: asks when AWS refuses what it has.
    Export,
}

impl Caller {
    pub(crate) fn all(rng: &mut Rng) -> Vec<Self> {
        [Kind::Botocore, Kind::ClaudeCode, Kind::OldClaudeCode, Kind::Export]
            .map(|kind| Self { kind, next: rng.i64(1..120), has_until: 0 })
            .into()
    }

    /// How many processes it starts now, and with which arguments.
    pub(crate) fn asks(&self, now: i64) -> (usize, &'static [&'static str]) {
        let left = self.has_until - now;
        match self.kind {
            Kind::Botocore => (usize::from(left < 15 * 60), &[]),
            Kind::ClaudeCode => (usize::from(left < 5 * 60), &[]),
            Kind::OldClaudeCode => (3, &[]),
            Kind::Export => (usize::from(left <= 0), &["export"]),
        }
    }

    pub(crate) fn got(&mut self, until: i64) {
        self.has_until = until;
    }

    /// It works with what it has, until it needs credentials again.
    pub(crate) fn rest(&mut self, now: i64, rng: &mut Rng) {
        let pause = match self.kind {
            Kind::Botocore => rng.i64(60..200),
            Kind::ClaudeCode | Kind::Export => rng.i64(30..90),
            Kind::OldClaudeCode => rng.i64(150..400),
        };
        self.next = now + pause;
    }
}
