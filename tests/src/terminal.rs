use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Home, LIMIT, run};

/// A terminal of 24 or more lines in which a command runs: a tmux server of its own, killed when dropped.
#[derive(Debug)]
pub struct Terminal<'a> {
    home: &'a Home,
    socket: std::path::PathBuf,
}

impl<'a> Terminal<'a> {
    /// Runs a command in its environment and keeps the screen after it. `home` is where tmux has its files.
    ///
    /// # Panics
    ///
    /// If tmux does not start.
    pub fn open(home: &'a Home, command: &Command, (columns, lines): (u32, u32)) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let socket = home.run().join(format!("tmux-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let terminal = Self { home, socket };
        home.write("tmux.conf", "set -g remain-on-exit on\nset -g status off\nset -sg escape-time 20\n");
        let mut tmux = terminal.tmux();
        tmux.args(["-f", "tmux.conf", "new-session", "-d", "-x", &columns.to_string(), "-y", &lines.to_string(), "--"]);
        tmux.arg(command.get_program()).args(command.get_args());
        tmux.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        end(&mut tmux);
        terminal
    }

    /// What is on the screen, wrapped lines joined.
    pub fn screen(&self) -> String {
        self.send(&["capture-pane", "-p", "-J"])
    }

    /// The same with its colours, as a terminal is told them.
    pub fn coloured_screen(&self) -> String {
        self.send(&["capture-pane", "-p", "-e"])
    }

    /// The screen and what has scrolled out of it, each line as it was shown.
    pub fn with_what_scrolled_away(&self) -> String {
        self.send(&["capture-pane", "-p", "-S", "-"])
    }

    /// The screen when it shows this text.
    ///
    /// # Panics
    ///
    /// If it does not in a minute.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_for_within(text, LIMIT)
    }

    /// The screen when it shows this text.
    ///
    /// # Panics
    ///
    /// If it does not in time.
    #[track_caller]
    pub fn wait_for_within(&self, text: &str, limit: Duration) -> String {
        self.wait_until(&format!("{text:?}"), limit, |screen| screen.contains(text))
    }

    /// The screen when it looks as wanted.
    ///
    /// # Panics
    ///
    /// If it does not in time.
    #[track_caller]
    pub fn wait_until(&self, wanted: &str, limit: Duration, is_as_wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + limit;
        loop {
            let screen = self.screen();
            if is_as_wanted(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "no {wanted} on the screen:\n{screen}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Types text.
    pub fn type_text(&self, text: &str) {
        self.send(&["send-keys", "-l", text]);
    }

    /// Presses a key, by tmux's name for it: `Enter`, `Escape`, `C-c`.
    pub fn press(&self, key: &str) {
        self.send(&["send-keys", key]);
    }

    fn send(&self, arguments: &[&str]) -> String {
        end(self.tmux().args(arguments))
    }

    fn tmux(&self) -> Command {
        let mut tmux = self.home.command("tmux");
        tmux.arg("-S").arg(&self.socket).env("TERM", "xterm-256color");
        tmux
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let _ = run(self.tmux().arg("kill-server"), LIMIT);
    }
}

fn end(command: &mut Command) -> String {
    run(command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success().stdout
}
