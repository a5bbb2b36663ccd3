//! What the program left on disk, and the passing of time: the program has no clock that could be moved, so what it
//! stored is made older instead.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use ccwb_tests::SessionFile;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;

use super::Journey;

impl Journey {
    /// The state folder, where the platform has it.
    pub(crate) fn state(&self) -> PathBuf {
        let base = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/state" };
        self.home.path().join(base).join("claude-code-with-bedrock")
    }

    /// The names of the files in the state folder, sorted.
    pub(crate) fn state_files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.state()).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A stored item, `credentials` or `tokens`.
    pub(crate) fn stored(&self, item: &str) -> Option<Value> {
        self.session_file().stored(item)
    }

    /// Lets time pass for the stored AWS credentials.
    pub(crate) fn age_credentials(&self, seconds: i64) {
        self.session_file().age_credentials(seconds);
    }

    /// Lets the stored AWS credentials expire: the rung of the ID token is next.
    pub(crate) fn expire_credentials(&self) {
        self.session_file().expire_credentials();
    }

    /// Lets the pause after a sign-in that failed pass.
    pub(crate) fn end_the_pause(&self) {
        self.change_sign_ins(|record| {
            let mut record: Value = serde_json::from_slice(&record).expect("JSON");
            record["budget"]["cool_down_until"] = 1.into();
            record.to_string().into_bytes()
        });
    }

    /// Lets the stored ID token expire.
    pub(crate) fn expire_id_token(&self) {
        self.session_file().expire_id_token();
    }

    /// Lets all that a profile has expire but its refresh token.
    pub(crate) fn expire_all_but_the_refresh_token_of(&self, profile: &str) {
        self.session_file_of(profile).expire_all_but_the_refresh_token();
    }

    /// Takes the stored ID token away.
    pub(crate) fn lose_the_id_token(&self) {
        self.session_file().rewrite("tokens", |tokens| {
            tokens.as_object_mut().expect("tokens are an object").remove("id_token").expect("it is stored");
        });
    }

    /// Lets all expire but the refresh token, whose rung is next.
    pub(crate) fn expire_all_but_the_refresh_token(&self) {
        self.session_file().expire_all_but_the_refresh_token();
    }

    /// Whether a refresh token is stored.
    pub(crate) fn has_a_refresh_token(&self) -> bool {
        self.stored("tokens").is_some_and(|tokens| tokens.get("refresh_token").is_some())
    }

    /// Changes the records of sign-ins, as time or an accident would.
    pub(crate) fn change_sign_ins(&self, change: impl Fn(Vec<u8>) -> Vec<u8>) {
        for name in self.state_files().into_iter().filter(|name| name.ends_with(".sign-in.json")) {
            let path = self.state().join(name);
            fs::write(&path, change(fs::read(&path).expect("a record"))).expect("it can be written");
        }
    }

    /// The records of sign-ins, one for each identity.
    pub(crate) fn sign_ins(&self) -> Vec<Value> {
        let names = self.state_files().into_iter().filter(|name| name.ends_with(".sign-in.json"));
        names.filter_map(|name| serde_json::from_slice(&fs::read(self.state().join(name)).ok()?).ok()).collect()
    }

    /// The process ids of sign-ins that have not ended by themselves.
    pub(crate) fn running_sign_ins(&self) -> Vec<Pid> {
        let running = self.sign_ins().into_iter().filter(|record| record["finished"].is_null());
        let ids = running.filter_map(|record| i32::try_from(record["pid"].as_i64()?).ok());
        ids.filter(|id| is_sign_in(*id)).filter_map(Pid::from_raw).collect()
    }

    /// SIGKILL for the one sign-in that runs.
    #[track_caller]
    pub(crate) fn kill_the_sign_in(&self) {
        let running = self.running_sign_ins();
        let [id] = running.as_slice() else { panic!("not one sign-in: {:?}", self.sign_ins()) };
        kill_process(*id, Signal::KILL).expect("it runs");
    }

    fn session_file(&self) -> SessionFile {
        self.session_file_of("ClaudeCode")
    }

    fn session_file_of(&self, profile: &str) -> SessionFile {
        SessionFile(self.state().join(format!("{profile}.session.json")))
    }
}

/// A process id may belong to somebody else by now.
fn is_sign_in(id: i32) -> bool {
    if !cfg!(target_os = "linux") {
        return Pid::from_raw(id).is_some_and(|id| test_kill_process(id).is_ok());
    }
    fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.windows(9).any(|word| word == b"__sign-in"))
}

/// Nothing outlives its test: neither a sign-in that nobody finishes, nor a renewal that would write into a home that is
/// gone.
impl Drop for Journey {
    fn drop(&mut self) {
        for id in self.running_sign_ins() {
            // It may have ended this moment.
            let _ = kill_process(id, Signal::KILL);
        }
        let locks: Vec<_> = self.state_files().into_iter().filter(|name| is_lock(name)).collect();
        let deadline = Instant::now() + Duration::from_secs(10);
        while locks.iter().any(|name| is_held(&self.state().join(name))) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Whether a file of the state folder is a lock, which stays when all else is gone.
pub(crate) fn is_lock(name: &str) -> bool {
    name.rsplit('.').next() == Some("lock")
}

fn is_held(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}
