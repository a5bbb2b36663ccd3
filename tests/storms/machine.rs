//! One machine of two people, and the sandbox that both are configured for.

use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use ccwb_sandbox::{Federation, Options, Rotation, SigningAlgorithm};
use ccwb_tests::part::{Clock, Disk, Sandbox, SecretService, SecretServiceMode};
use ccwb_tests::{Credentials, FakeBrowser, Home, LIMIT, Output, Program, SessionFile, free_port, processes_with, run};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::scenario::{Profile, Scenario, Start, Storage};

pub(crate) struct Machine {
    pub(crate) home: Home,
    pub(crate) sandbox: Sandbox,
    pub(crate) disk: Option<Disk>,
    clock: Option<Clock>,
    keyring: Option<SecretService>,
    /// Seconds by which the machine's clock is ahead of the true time.
    ahead: AtomicI64,
    people: [Person; 2],
}

/// A profile and what is known of it.
pub(crate) struct Person {
    /// A name that no other test has, on the command lines of all processes of this profile.
    pub(crate) profile: String,
    pub(crate) login: &'static str,
    pub(crate) role: &'static str,
    pub(crate) port: u16,
    federation: Federation,
}

const HOUR: i64 = 60 * 60;

impl Machine {
    /// A machine as the scenario begins. `None` where a part is missing.
    pub(crate) fn new(scenario: &Scenario, parts: bool) -> Option<Self> {
        let other = match scenario.federation {
            Federation::Cognito => Federation::Direct,
            Federation::Direct => Federation::Cognito,
        };
        let people = [Person::new("alice", scenario.federation), Person::new("bob", other)];
        let sandbox = Sandbox::start_with(Options {
            auto_approve: true,
            signing_algorithm: SigningAlgorithm::Es256,
            rotation: Some(Rotation::Always),
            redirect_uris: people.iter().map(|person| format!("http://localhost:{}/callback", person.port)).collect(),
            ..Options::default()
        });
        let mut home = Home::new();
        home.set_envs(sandbox.environment());
        let clock = if parts { Some(Clock::in_home(&home)?) } else { None };
        if let Some(clock) = &clock {
            home.set_envs(clock.environment());
        }
        let disk = match scenario.has(crate::scenario::What::is_of_the_disk) {
            true => Some(Disk::at(&home, &home.path().join(".local/state"))),
            false => None,
        };
        let mut machine = Self { home, sandbox, disk, clock, keyring: None, ahead: AtomicI64::new(0), people };
        if scenario.storage != Storage::Session {
            machine.start_keyring(SecretServiceMode::Unlocked)?;
        }
        machine.configure(scenario.storage);
        machine.prepare(scenario);
        if scenario.storage == Storage::LockedKeyring {
            machine.start_keyring(SecretServiceMode::Locked)?;
        }
        Some(machine)
    }

    pub(crate) fn person(&self, profile: Profile) -> &Person {
        match profile {
            Profile::Alice => &self.people[0],
            Profile::Bob => &self.people[1],
        }
    }

    /// A keyring of the home in another state; the same items are in it.
    pub(crate) fn start_keyring(&mut self, mode: SecretServiceMode) -> Option<()> {
        self.keyring = None;
        self.keyring = Some(SecretService::start(&mut self.home, mode)?);
        Some(())
    }

    pub(crate) fn command(&self, program: Program, profile: Profile, arguments: &[&str]) -> Command {
        let mut command = match &self.disk {
            Some(disk) => disk.command(&self.home, program.path()),
            None => self.home.program(program, &[]),
        };
        command.args(["--profile", &self.person(profile).profile]).args(arguments);
        command
    }

    /// `credential-process --profile PROFILE ARGUMENTS`, to its end.
    pub(crate) fn call(&self, profile: Profile, arguments: &[&str]) -> Output {
        let mut command = self.command(Program::CredentialProcess, profile, arguments);
        run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{arguments:?}: {overrun}"))
    }

    /// The state folder as the programs see it.
    pub(crate) fn state(&self) -> PathBuf {
        let path = self.home.path().join(".local/state/claude-code-with-bedrock");
        self.disk.as_ref().map_or(path.clone(), |disk| disk.seen_from_here(&path))
    }

    /// Sets the machine's clock, or that of all others: to the programs it is nearly the same.
    pub(crate) fn jump(&self, seconds: i64) {
        match &self.clock {
            Some(clock) => clock.set_seconds(self.ahead.fetch_add(seconds, Ordering::SeqCst) + seconds),
            None => self.sandbox.control().advance_clock(seconds),
        }
    }

    /// Time passes: all that a profile has expires, but its refresh token.
    pub(crate) fn expire_all_but_the_refresh_tokens(&self, profiles: &[Profile]) {
        match &self.clock {
            Some(_) => self.pass(2 * HOUR),
            None => profiles.iter().map(|profile| self.session_file(*profile)).for_each(|file| {
                file.expire_credentials();
                if file.stored("tokens").is_some() {
                    file.expire_id_token();
                }
            }),
        }
    }

    fn pass(&self, seconds: i64) {
        self.jump(seconds);
        self.sandbox.control().advance_clock(seconds);
    }

    /// How often a browser was opened for a profile.
    pub(crate) fn openings(&self, profile: Profile) -> usize {
        let port = self.person(profile).port;
        let marks = [format!("localhost%3A{port}%2F"), format!("localhost:{port}/")];
        self.home.openings().iter().filter(|url| marks.iter().any(|mark| url.contains(mark))).count()
    }

    /// The detached processes of a profile that run.
    pub(crate) fn holders(&self, profile: Profile) -> Vec<Pid> {
        let profile = &*self.person(profile).profile;
        ["__sign-in", "__renew"].into_iter().flat_map(|kind| processes_with(&[profile, kind])).collect()
    }

    /// Everything of the product that runs.
    pub(crate) fn processes(&self) -> Vec<Pid> {
        self.people.iter().flat_map(|person| processes_with(&[&person.profile])).collect()
    }

    /// Waits until nothing of the product runs any more.
    pub(crate) fn quiet(&self) {
        let deadline = Instant::now() + LIMIT;
        while let running = self.processes()
            && !running.is_empty()
        {
            assert!(Instant::now() < deadline, "these do not end: {running:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn configure(&self, storage: Storage) {
        let storage = match storage {
            Storage::Session => "session",
            Storage::Keyring => "keyring",
            Storage::LockedKeyring => "keyring-only",
        };
        let profiles = self.people.iter().map(|person| {
            let mut profile = self.sandbox.config(person.federation, storage)["ClaudeCode"].take();
            profile.as_object_mut().expect("an object").retain(|name, _| !OF_DISCOVERY.contains(&&**name));
            profile["redirect_port"] = person.port.into();
            profile["max_session_duration"] = HOUR.into();
            (person.profile.clone(), profile)
        });
        let profiles: serde_json::Map<_, _> = profiles.collect();
        self.home.write_config_value(&json!({"profiles": profiles}));
    }

    /// Signs in who has signed in before the storm, and lets the time pass that has passed since.
    fn prepare(&mut self, scenario: &Scenario) {
        let renews = |profile| profile == Profile::Bob || !scenario.start.needs_a_sign_in();
        for profile in [Profile::Alice, Profile::Bob].into_iter().filter(|profile| renews(*profile)) {
            let login = self.person(profile).login;
            self.call(profile, &["login", "--login-hint", login]).success();
            Credentials::of(&self.call(profile, &[]));
        }
        self.quiet();
        match (&self.clock, scenario.start) {
            (Some(_), Start::RenewalDue) => self.pass(HOUR - 500),
            (Some(_), Start::Rotating) => self.pass(2 * HOUR),
            (None, Start::RenewalDue) => {
                self.session_file(Profile::Alice).expire_id_token();
                self.session_file(Profile::Alice).age_credentials(HOUR - 500);
            }
            (None, Start::Rotating) => self.session_file(Profile::Alice).expire_all_but_the_refresh_token(),
            (_, Start::Cold | Start::LockHeld | Start::Cancelled | Start::Hit) => {}
        }
        if scenario.bob_renews && self.clock.is_none() {
            self.session_file(Profile::Bob).expire_all_but_the_refresh_token();
        }
        if scenario.slow_person {
            self.home.use_browser(FakeBrowser::SignsInAfter(1));
        }
        if scenario.start == Start::Cancelled {
            self.home.use_browser(FakeBrowser::Cancels);
        }
    }

    fn session_file(&self, profile: Profile) -> SessionFile {
        SessionFile(self.state().join(format!("{}.session.json", self.person(profile).profile)))
    }

    /// The lock of Alice's identity. Made by a first call, which does not get far.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.call(Profile::Alice, &["export"]);
        let name = &self.person(Profile::Alice).profile;
        let is_hers = |path: &Path| path.to_string_lossy().contains(name) && path.extension() == Some("lock".as_ref());
        let files = fs::read_dir(self.state()).expect("a state folder").flatten().map(|entry| entry.path());
        files.into_iter().find(|path| is_hers(path)).expect("a lock")
    }
}

/// Found by discovery.
const OF_DISCOVERY: &[&str] = &["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"];

impl Person {
    fn new(login: &'static str, federation: Federation) -> Self {
        static ORDINAL: AtomicUsize = AtomicUsize::new(0);
        let ordinal = ORDINAL.fetch_add(1, Ordering::Relaxed);
        let role = match federation {
            Federation::Cognito => "CcwbCognitoRole",
            Federation::Direct => "CcwbFederatedRole",
        };
        let profile = format!("{login}-{}-{ordinal}", process::id());
        Self { profile, login, role, port: free_port(), federation }
    }
}

/// Nothing outlives a storm, nor what it left in the user's own keyring of the kernel.
impl Drop for Machine {
    fn drop(&mut self) {
        for process in self.processes() {
            // It may have ended this moment.
            let _ = kill_process(process, Signal::KILL);
        }
        if self.keyring.is_some() {
            for profile in [Profile::Alice, Profile::Bob] {
                let _ = run(&mut self.command(Program::CredentialProcess, profile, &["logout"]), LIMIT);
            }
        }
    }
}
