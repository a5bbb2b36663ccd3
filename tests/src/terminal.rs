use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::{Home, LIMIT};

/// A real terminal: a tmux server of its own, in the home, killed when dropped.
#[derive(Debug)]
pub struct Terminal<'a> {
    home: &'a Home,
}

impl<'a> Terminal<'a> {
    /// Runs a command line in a terminal of that width and 24 lines, and keeps the screen after it.
    ///
    /// # Panics
    ///
    /// If tmux is not there.
    pub fn open(home: &'a Home, command: &str, width: u32) -> Self {
        Self::open_sized(home, command, width, 24)
    }

    /// Runs a command line in a terminal of that size.
    ///
    /// # Panics
    ///
    /// If tmux is not there.
    pub fn open_sized(home: &'a Home, command: &str, width: u32, height: u32) -> Self {
        let terminal = Self { home };
        home.write("tmux.conf", "set -g remain-on-exit on\nset -g status off\nset -sg escape-time 20\n");
        let (width, height) = (width.to_string(), height.to_string());
        terminal.tmux(&["-f", "tmux.conf", "new-session", "-d", "-x", &width, "-y", &height, command]);
        terminal
    }

    /// What is on the screen, wrapped lines joined.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J"])
    }

    /// What is on the screen and what scrolled away above it.
    pub fn everything(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])
    }

    /// The screen as soon as it holds this text.
    ///
    /// # Panics
    ///
    /// If it never does.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_for_within(text, LIMIT)
    }

    /// The screen as soon as it holds this text.
    ///
    /// # Panics
    ///
    /// If it does not within the limit.
    #[track_caller]
    pub fn wait_for_within(&self, text: &str, limit: Duration) -> String {
        let deadline = Instant::now() + limit;
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            assert!(Instant::now() < deadline, "no {text:?} on the screen:\n{screen}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses keys, by tmux's names: `Enter`, `Escape`, `C-c`, `Down`.
    pub fn keys(&self, keys: &[&str]) {
        for key in keys {
            self.tmux(&["send-keys", key]);
        }
    }

    /// Types a text.
    pub fn types(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let mut tmux = self.home.command("tmux");
        tmux.arg("-S").arg(self.home.run().join("tmux")).args(arguments).env("TERM", "xterm-256color");
        let output = crate::run(&mut tmux, LIMIT).expect("tmux answers in time");
        assert_eq!(output.code, Some(0), "tmux {arguments:?}: {}", output.stderr);
        output.stdout
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let socket = self.home.run().join("tmux");
        let mut tmux = self.home.command("tmux");
        tmux.arg("-S").arg(&socket).arg("kill-server");
        let _ = crate::run(&mut tmux, LIMIT);
        let _ = fs::remove_file(socket);
    }
}
