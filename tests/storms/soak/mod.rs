//! A working day: 8 hours with credentials of 15 minutes, a refresh token that rotates with each use and must not be used
//! twice, several programs that ask, and a provider and an AWS that fail now and then. The clock of the machine is moved
//! (libfaketime), and the sandbox's with it.

mod callers;
mod model;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use ccwb_sandbox::{Federation, Options, Rotation, SigningAlgorithm};
use ccwb_tests::part::{Clock, Sandbox};
use ccwb_tests::{
    Credentials, Home, LIMIT, Output, each_case, eventually, now, number_from_environment, processes_with, run, start,
};
use fastrand::Rng;
use serde_json::json;

use callers::Caller;
use model::{LIFE, Model, Verdict};
use trouble::{Kind, Troubles};

/// Eight hours.
const DAY: i64 = 8 * 60 * 60;
/// Breaks in which all expires but the refresh token.
const BREAKS: [std::ops::Range<i64>; 3] = [5_000..6_500, 4 * 60 * 60..5 * 60 * 60 + 10 * 60, 25_000..26_200];

#[test]
#[ignore = "needs libfaketime"]
fn in_a_day_of_eight_hours_no_call_fails_that_could_be_served_and_no_window_opens() {
    let seed =
        number_from_environment("SOAK_SEED").unwrap_or_else(|| now().timestamp_micros().cast_unsigned() % 1_000_000);
    let federations = [Federation::Cognito, Federation::Direct];
    each_case(federations.map(|federation| (format!("SOAK_SEED={seed}, {federation:?}"), federation)), |federation| {
        if let Some(mut day) = Day::new(seed, federation) {
            day.pass();
            let _ = writeln!(std::io::stdout(), "SOAK_SEED={seed}, {federation:?}: {}", day.summary());
        }
    });
}

struct Day {
    home: Home,
    sandbox: Sandbox,
    clock: Clock,
    profile: String,
    rng: Rng,
    troubles: Troubles,
    model: Model,
    /// Seconds by which all clocks here are ahead of the true time.
    ahead: i64,
    /// Unix time at which the day began.
    began: i64,
    log: Vec<String>,
    /// Requests that are in the log.
    seen: usize,
    verdicts: BTreeMap<String, usize>,
    /// Kinds of trouble in which somebody asked.
    met: BTreeSet<Kind>,
}

impl Day {
    /// Somebody has just signed in. `None` where libfaketime is missing.
    fn new(seed: u64, federation: Federation) -> Option<Self> {
        let mut options = Options {
            auto_approve: true,
            signing_algorithm: SigningAlgorithm::Es256,
            rotation: Some(Rotation::Always),
            ..Options::default()
        };
        options.lifetimes.aws_credentials = Duration::from_secs(LIFE.cast_unsigned());
        // Shorter than the pause between two renewals: each needs the refresh token.
        options.lifetimes.id_token = Duration::from_mins(5);
        let sandbox = Sandbox::start_with(options);
        let mut home = Home::new();
        let clock = Clock::in_home(&home)?;
        home.set_envs(clock.environment());
        home.set_envs(sandbox.environment());
        let profile = format!("soak-{federation:?}-{}", std::process::id());
        let mut config = sandbox.config(federation, "session")["ClaudeCode"].take();
        config["max_session_duration"] = LIFE.into();
        home.write_config_value(&json!({"profiles": {&profile: config}}));
        let mut rng = Rng::with_seed(seed);
        let began = now().timestamp();
        let troubles = Troubles::of_a_day(&mut rng, DAY);
        let (log, verdicts, met) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        let model = Model::new(0);
        let day =
            Self { home, sandbox, clock, profile, rng, troubles, model, ahead: 0, began, log, seen: 0, verdicts, met };
        Credentials::of(&run(&mut day.command(&[]), LIMIT).expect("it ends"));
        day.settle();
        Some(day)
    }

    fn pass(&mut self) {
        let mut callers = Caller::all(&mut self.rng);
        while let Some(next) = callers.iter().map(|caller| caller.next).min().filter(|next| *next < DAY) {
            if let Some(pause) = BREAKS.iter().find(|pause| pause.contains(&next)) {
                for caller in &mut callers {
                    caller.next += pause.end - pause.start;
                }
                continue;
            }
            self.wait_until(next);
            let due: Vec<_> = callers.iter_mut().filter(|caller| caller.next <= next).collect();
            self.serve(due);
        }
        assert_eq!(self.home.openings().len(), 1, "a window opened{}", self.story());
        let refused = self.sandbox.control().requests().into_iter().filter(|request| request.status == 400);
        let refused: Vec<_> = refused.collect();
        assert!(refused.is_empty(), "{refused:?}{}", self.story());
        let missed: Vec<_> = Kind::ALL.iter().filter(|kind| !self.met.contains(kind)).collect();
        assert!(missed.is_empty(), "nobody asked during {missed:?}{}", self.story());
    }

    /// All who ask at this moment, at once.
    fn serve(&mut self, mut due: Vec<&mut Caller>) {
        let asked = self.now();
        let renewal_works = self.troubles.allow_a_renewal();
        let verdict = self.model.judge(asked, renewal_works);
        let running: Vec<_> = due
            .iter()
            .enumerate()
            .flat_map(|(caller, asks)| {
                let (count, arguments) = asks.asks(asked);
                std::iter::repeat_n((caller, arguments), count)
            })
            .map(|(caller, arguments)| (caller, arguments, start(&mut self.command(arguments))))
            .collect();
        let mut latest = None;
        let asked_at_all = !running.is_empty();
        for (caller, arguments, process) in running {
            let output = process.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}{}", self.story()));
            let until = self.judge(verdict, arguments, &output);
            if let Some(until) = until {
                due[caller].got(until);
                latest = latest.max(Some(until));
            }
        }
        if asked_at_all {
            self.settle();
            self.note_requests();
            self.met.extend(self.troubles.current());
            self.model.after(asked, renewal_works, latest);
        }
        for caller in due {
            caller.rest(asked, &mut self.rng);
        }
    }

    /// Checks how a call ended. Gives the end of what it printed.
    fn judge(&mut self, verdict: Verdict, arguments: &[&str], output: &Output) -> Option<i64> {
        let line = format!(
            "{:>5} s  {arguments:?} {verdict:?} {:?} in {:?}: {:?} after {} ms {}",
            self.now(),
            self.model,
            self.troubles.current(),
            output.code,
            output.elapsed.as_millis(),
            output.stderr.lines().next().unwrap_or_default()
        );
        self.log.push(line);
        *self.verdicts.entry(format!("{verdict:?} {:?}", output.code)).or_default() += 1;
        if output.code != Some(0) {
            assert_eq!(verdict, Verdict::MayFail, "this call could be served: {output}{}", self.story());
            // The provider, AWS, the network. Never that a person is needed.
            assert!(matches!(output.code, Some(6..=8)), "{output}{}", self.story());
            return None;
        }
        let credentials = if arguments.is_empty() { Credentials::of(output) } else { Credentials::of_export(output) };
        let issued = self.sandbox.control().issued(&credentials.access_key_id).expect("it was given out here");
        assert_eq!(issued.session_token, credentials.session_token);
        let left = (issued.expires - self.sandbox.control().now()).num_seconds();
        assert!(left > 20, "{left} s are left{}", self.story());
        Some(issued.expires.timestamp() - self.began)
    }

    /// Waits for what was started behind the callers' backs, and lets the mark of a renewal ahead of need have the time of
    /// this clock: files have the true one.
    fn settle(&self) {
        eventually("everything ends", || processes_with(&[&self.profile]).is_empty());
        let mark = self.mark();
        let written = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        let here = SystemTime::from(now()) + Duration::from_secs(self.ahead.cast_unsigned());
        let is_true_time =
            |at: SystemTime| here.duration_since(at).is_ok_and(|age| age.as_secs() + 60 > self.ahead.cast_unsigned());
        if self.ahead > 120 && written(&mark).is_some_and(is_true_time) {
            File::options().append(true).open(&mark).and_then(|file| file.set_modified(here)).expect("a file of ours");
        }
    }

    fn mark(&self) -> PathBuf {
        self.home.path().join(format!(".local/state/claude-code-with-bedrock/{}.renewal", self.profile))
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.home.credential_process(&["--profile", &self.profile]);
        command.args(arguments);
        command
    }

    /// Seconds of the day.
    fn now(&self) -> i64 {
        self.sandbox.control().now().timestamp() - self.began
    }

    fn wait_until(&mut self, time: i64) {
        let seconds = (time - self.now()).max(0);
        self.ahead += seconds;
        self.sandbox.control().advance_clock(seconds);
        self.clock.set_seconds(self.ahead);
        let now = self.now();
        for trouble in self.troubles.advance(&self.sandbox, now) {
            self.log.push(format!("{now:>5} s  {trouble:?}"));
            if trouble.kind == Kind::KeysRotate {
                self.met.insert(Kind::KeysRotate);
            }
        }
    }

    fn note_requests(&mut self) {
        let requests = self.sandbox.control().requests();
        let new = requests.iter().skip(self.seen).map(|request| format!("{} {}", request.endpoint, request.status));
        self.log
            .extend((requests.len() > self.seen).then(|| format!("         {}", new.collect::<Vec<_>>().join(", "))));
        self.seen = requests.len();
    }

    /// What led to a failure.
    fn story(&self) -> String {
        let last = self.log.len().saturating_sub(40);
        format!("\n{}\n{}", self.log[last..].join("\n"), self.summary())
    }

    fn summary(&self) -> String {
        format!("{:?}, {} redemptions", self.verdicts, self.sandbox.control().count("token:refresh_token"))
    }
}
