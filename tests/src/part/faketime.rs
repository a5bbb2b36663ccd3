use std::env::consts::ARCH;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::presence::present;
use crate::Home;

/// A wall clock that a test moves for programs that are running (libfaketime of Debian), and for whatever they start. Their
/// timers go on as before: it is as if the machine had slept.
#[derive(Debug)]
pub struct Clock {
    library: PathBuf,
    offset: PathBuf,
}

impl Clock {
    /// One that shows the true time; `None` where libfaketime is not installed.
    ///
    /// # Panics
    ///
    /// If the home cannot be written.
    pub fn in_home(home: &Home) -> Option<Self> {
        let library = Path::new("/usr/lib").join(format!("{ARCH}-linux-gnu/faketime/libfaketimeMT.so.1"));
        if !present("libfaketime", library.is_file()) {
            return None;
        }
        let clock = Self { library, offset: home.root().join("clock") };
        clock.set(Duration::ZERO);
        Some(clock)
    }

    /// How far it is ahead of the true time from now on.
    ///
    /// # Panics
    ///
    /// If the home cannot be written.
    pub fn set(&self, ahead: Duration) {
        self.set_seconds(ahead.as_secs().cast_signed());
    }

    /// The same in seconds; negative is behind the true time.
    ///
    /// # Panics
    ///
    /// If the home cannot be written.
    pub fn set_seconds(&self, ahead: i64) {
        // Written beside and renamed: the programs read it at every look at the clock.
        let new = self.offset.with_extension("new");
        fs::write(&new, format!("{ahead:+}s")).expect("the home can be written");
        fs::rename(new, &self.offset).expect("the home can be written");
    }

    /// The environment of a program that lives by this clock.
    pub fn environment(&self) -> [(&'static str, OsString); 5] {
        [
            ("LD_PRELOAD", self.library.clone().into()),
            ("FAKETIME_TIMESTAMP_FILE", self.offset.clone().into()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            // Times of files would move along with the clock: nothing would ever grow old.
            ("NO_FAKE_STAT", "1".into()),
        ]
    }
}
