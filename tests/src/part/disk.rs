use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::server::Server;
use crate::{Home, LIMIT, run};

/// A small disk of a home's own that can become full and read-only, for all programs that are started with
/// [`Disk::command`]: a tmpfs in a mount namespace, gone when this is dropped and the last of them has ended.
///
/// Needs root, or a system that lets everybody have namespaces.
#[derive(Debug)]
pub struct Disk {
    _server: Server,
    pid: String,
    folder: PathBuf,
}

/// 512 kB.
const SIZE: &str = "512k";

impl Disk {
    /// Whether this user may mount: some systems give a user namespace that may not do anything.
    pub fn can_be_had() -> bool {
        let mut probe = Home::new().command("unshare");
        probe.args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
        probe.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// One that is mounted at a folder of the home, which is made.
    ///
    /// # Panics
    ///
    /// If it cannot be had.
    pub fn at(home: &Home, folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("HOME can be written");
        let script = "mount -t tmpfs -o size=\"$1\",mode=0700 tmpfs \"$2\"\necho $$\nexec sleep infinity";
        let mut command = home.command("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-euc", script, "sh", SIZE]).arg(folder);
        let (server, pid) = Server::start_with_line(&command);
        Self { _server: server, pid, folder: folder.to_owned() }
    }

    /// A command in this home that finds the disk there.
    pub fn command(&self, home: &Home, program: impl AsRef<OsStr>) -> Command {
        let mut command = home.command("nsenter");
        command.args(["--target", &self.pid, "--user", "--mount", "--preserve-credentials"]);
        command.arg(format!("--wdns={}", home.path().display())).arg("--").arg(program);
        command
    }

    /// Where this process finds what the programs see below `path`.
    ///
    /// # Panics
    ///
    /// If the path is not absolute.
    pub fn seen_from_here(&self, path: &Path) -> PathBuf {
        let below = path.strip_prefix("/").expect("an absolute path");
        Path::new("/proc").join(&self.pid).join("root").join(below)
    }

    /// Fills it but for so many kilobytes, to the next four.
    ///
    /// # Panics
    ///
    /// If it cannot be written at all.
    pub fn fill(&self, but_for: u64) {
        let mut file = self.filling();
        let length = |file: &File| file.metadata().expect("an open file").len();
        // An error is the end of the disk.
        while file.write_all(&[0; 4096]).is_ok() {}
        file.set_len(length(&file).saturating_sub(but_for * 1024)).expect("an own file can be cut");
    }

    /// There is room again.
    ///
    /// # Panics
    ///
    /// If it cannot be written at all.
    pub fn empty(&self) {
        self.filling().set_len(0).expect("an own file can be cut");
    }

    /// Makes it read-only, as a system does that finds its disk damaged: whatever is open for writing stays so.
    pub fn make_read_only(&self, home: &Home) {
        // While somebody opens a file in the new place it cannot be changed any more: then another one is laid over it.
        let script =
            "for i in $(seq 50); do mount --bind \"$0\" \"$0\"; mount -o remount,ro,bind \"$0\" && exit; done; exit 1";
        self.mount(home, script);
    }

    /// Undoes [`Disk::make_read_only`].
    pub fn make_writable(&self, home: &Home) {
        self.mount(home, "while ! touch \"$0/writable\"; do umount --lazy \"$0\"; done; rm \"$0/writable\"");
    }

    fn mount(&self, home: &Home, script: &str) {
        let output = run(self.command(home, "sh").args(["-euc", script]).arg(&self.folder), LIMIT);
        output.unwrap_or_else(|overrun| panic!("{overrun}")).success();
    }

    fn filling(&self) -> File {
        let path = self.seen_from_here(&self.folder).join("filling");
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}
