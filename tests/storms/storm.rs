//! Carries a scenario out: callers come, things go wrong, and each leaves a line in the report.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ccwb_tests::{Output, Overrun, Program, Running, start};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::json;

use crate::machine::Machine;
use crate::scenario::{Caller, Command, Disturbance, Profile, Scenario, Start, What};

/// What came of a storm.
pub(crate) struct Aftermath {
    pub(crate) callers: Vec<(Caller, Fate)>,
}

/// What became of a caller.
pub(crate) struct Fate {
    pub(crate) killed: bool,
    pub(crate) output: Result<Output, Overrun>,
}

/// What has happened so far, for whoever reads of a failure.
#[derive(Debug)]
pub(crate) struct Diary {
    began: Instant,
    text: Mutex<String>,
}

impl Diary {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), text: Mutex::default() }
    }

    pub(crate) fn note(&self, line: &str) {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(text, "  {:>6} ms  {line}", self.began.elapsed().as_millis());
    }

    pub(crate) fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How long something that goes wrong waits for its victim.
const PATIENCE: Duration = Duration::from_millis(1_500);

pub(crate) fn run(machine: &Machine, scenario: &Scenario, diary: &Diary) -> Aftermath {
    let held = (scenario.start == Start::LockHeld).then(|| hold_the_lock(machine));
    let storm = Storm { machine, scenario, diary, began: Instant::now(), victims: Mutex::default() };
    storm.slow_servers();
    let (before, meanwhile): (Vec<&Disturbance>, Vec<_>) = scenario
        .disturbances
        .iter()
        .partition(|disturbance| disturbance.at.is_zero() && is_of_the_machine(disturbance.what));
    for disturbance in before {
        storm.disturb(*disturbance);
    }
    let aftermath = thread::scope(|scope| {
        let storm = &storm;
        let disturbing = meanwhile.into_iter().map(|disturbance| scope.spawn(|| storm.disturb(*disturbance)));
        let mut meanwhile: Vec<_> = disturbing.collect();
        meanwhile.extend(held.map(|lock| scope.spawn(|| storm.free_the_lock(lock))));
        let running: Vec<_> = scenario.callers.iter().map(|caller| (*caller, storm.send(*caller))).collect();
        let aftermath = storm.wait(running);
        // The panic of a thread says more than that there was one.
        for thread in meanwhile {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        aftermath
    });
    storm.heal();
    aftermath
}

fn hold_the_lock(machine: &Machine) -> File {
    let lock = File::open(machine.lock_file()).expect("it was made");
    lock.try_lock().expect("nobody has it");
    lock
}

fn is_of_the_machine(what: What) -> bool {
    what.is_of_the_disk() || matches!(what, What::ClockJump { .. } | What::StateRemoved)
}

struct Storm<'a> {
    machine: &'a Machine,
    scenario: &'a Scenario,
    diary: &'a Diary,
    began: Instant,
    victims: Mutex<Victims>,
}

#[derive(Default)]
struct Victims {
    /// The callers that were started, in their order.
    started: Vec<Pid>,
    killed: Vec<Pid>,
}

impl Storm<'_> {
    fn send(&self, caller: Caller) -> Running {
        self.sleep_until(caller.at);
        let (program, arguments): (_, &[&str]) = match caller.command {
            Command::Default => (Program::CredentialProcess, &[]),
            Command::Silent => (Program::CredentialProcess, &["--no-browser"]),
            Command::Export => (Program::CredentialProcess, &["export"]),
            Command::Login => (Program::CredentialProcess, &["login"]),
            Command::Token => (Program::CredentialProcess, &["token"]),
            Command::Status => (Program::CredentialProcess, &["status", "--json"]),
            Command::Headers => (Program::OtelHelper, &[]),
        };
        let running = start(&mut self.machine.command(program, caller.profile, arguments));
        let id = Pid::from_raw(running.id().cast_signed()).expect("a process id");
        self.diary.note(&format!("{:?} {:?} started as {id:?}", caller.profile, caller.command));
        self.victims().started.push(id);
        running
    }

    fn wait(&self, running: Vec<(Caller, Running)>) -> Aftermath {
        let callers = running.into_iter().map(|(caller, running)| {
            let id = running.id().cast_signed();
            let output = running.wait(limit(caller.command));
            let killed = self.victims().killed.iter().any(|killed| killed.as_raw_nonzero().get() == id);
            self.diary.note(&format!("{id} ended: {}", summary(&output)));
            (caller, Fate { killed, output })
        });
        Aftermath { callers: callers.collect() }
    }

    fn disturb(&self, Disturbance { at, what }: Disturbance) {
        let done = match what {
            What::KillCaller { index } | What::KillGroup { index } => {
                let victim = self.caller(index);
                // Within the time that a call takes.
                thread::sleep(at / 4);
                victim.is_some_and(|victim| self.kill_caller(victim, matches!(what, What::KillGroup { .. })))
            }
            What::KillHolder { after } => {
                self.sleep_until(at);
                let holder = self.holder();
                thread::sleep(after);
                holder.is_some_and(|holder| kill_process(holder, Signal::KILL).is_ok())
            }
            What::StopHolder { after, length } => {
                self.sleep_until(at);
                let holder = self.holder();
                thread::sleep(after);
                let stopped = holder.is_some_and(|holder| kill_process(holder, Signal::STOP).is_ok());
                if let (true, Some(holder)) = (stopped, holder) {
                    thread::sleep(length);
                    // Somebody may have killed it.
                    let _ = kill_process(holder, Signal::CONT);
                }
                stopped
            }
            What::KillAll => {
                self.sleep_until(at);
                self.kill_all()
            }
            What::ClockJump { seconds } => {
                self.sleep_until(at);
                self.machine.jump(seconds);
                true
            }
            What::DiskFull { but_for } => {
                self.sleep_until(at);
                self.machine.disk.as_ref().is_some_and(|disk| {
                    disk.fill(but_for);
                    true
                })
            }
            What::DiskReadOnly => {
                self.sleep_until(at);
                self.machine.disk.as_ref().is_some_and(|disk| {
                    disk.make_read_only(&self.machine.home);
                    true
                })
            }
            What::StateRemoved => {
                self.sleep_until(at);
                self.remove_the_state()
            }
        };
        self.diary.note(&format!("{what:?}{}", if done { "" } else { ": there was nobody" }));
    }

    fn caller(&self, index: usize) -> Option<Pid> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(id) = self.victims().started.get(index) {
                return Some(*id);
            }
            thread::sleep(Duration::from_millis(1));
        }
        None
    }

    fn kill_caller(&self, victim: Pid, group: bool) -> bool {
        self.victims().killed.push(victim);
        let kill = if group { kill_process_group } else { kill_process };
        kill(victim, Signal::KILL).is_ok()
    }

    /// The next detached process of Alice's.
    fn holder(&self) -> Option<Pid> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(holder) = self.machine.holders(Profile::Alice).first() {
                return Some(*holder);
            }
            thread::sleep(Duration::from_millis(2));
        }
        None
    }

    fn kill_all(&self) -> bool {
        let all = self.machine.processes();
        self.victims().killed.extend(&all);
        let killed = all.into_iter().map(|process| kill_process(process, Signal::KILL).is_ok());
        killed.filter(|killed| *killed).count() > 0
    }

    /// While processes write into it, one attempt may not be enough.
    fn remove_the_state(&self) -> bool {
        let state = self.machine.state();
        (0..20).any(|_| fs::remove_dir_all(&state).is_ok())
    }

    fn free_the_lock(&self, lock: File) {
        self.sleep_until(Duration::from_millis(300 + self.scenario.seed % 1_500));
        drop(lock);
        self.diary.note("the lock is free");
    }

    fn slow_servers(&self) {
        if self.scenario.slow_servers > 0 {
            for endpoint in ["token", "cognito", "sts"] {
                let fault = json!({"endpoint": endpoint, "delay_ms": self.scenario.slow_servers});
                let fault = serde_json::from_value(fault).expect("it has a fault's form");
                self.machine.sandbox.control().add_fault(fault).expect("there is such an endpoint");
            }
        }
    }

    /// The storm is over: disk, provider and processes are well again.
    fn heal(&self) {
        let machine = self.machine;
        machine.sandbox.control().clear_faults();
        if let Some(disk) = &machine.disk {
            if self.scenario.has(|what| matches!(what, What::DiskFull { .. })) {
                disk.empty();
            }
            for _ in 0..self.scenario.count(|what| what == What::DiskReadOnly) {
                disk.make_writable(&machine.home);
            }
        }
        machine.quiet();
        self.diary.note("it is quiet");
    }

    fn victims(&self) -> std::sync::MutexGuard<'_, Victims> {
        self.victims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep_until(&self, at: Duration) {
        thread::sleep(at.saturating_sub(self.began.elapsed()));
    }
}

/// Each command's own, and what a busy machine adds.
fn limit(command: Command) -> Duration {
    const BUSY: u64 = 8;
    Duration::from_secs(
        BUSY + match command {
            // As long as the sign-in, and the person here is quick.
            Command::Default | Command::Login => 52,
            Command::Silent | Command::Export | Command::Token => 10,
            Command::Status | Command::Headers => 2,
        },
    )
}

fn summary(output: &Result<Output, Overrun>) -> String {
    match output {
        Ok(output) => {
            let said = output.stderr.lines().rev().find(|line| line.starts_with("error[")).unwrap_or_default();
            format!("{:?} after {} ms {said}", output.code, output.elapsed.as_millis())
        }
        Err(overrun) => format!("not at all ({})", if overrun.exited { "its pipes are held" } else { "it runs" }),
    }
}
