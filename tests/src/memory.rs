//! The memory of a running process, as root sees it.

use std::fs::{self, File};
use std::io::{self, PipeReader};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::LIMIT;
use crate::leaks::{Secret, held};

/// A command whose answer nobody takes, since its pipe is full: it stands in its last write until this is dropped.
#[derive(Debug)]
pub struct Stuck {
    command: Child,
    _reader: PipeReader,
}

impl Stuck {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    pub fn start(mut command: Command) -> Self {
        let (reader, writer) = io::pipe().expect("a pipe can be made");
        rustix::io::ioctl_fionbio(&writer, true).expect("an own pipe");
        for piece in [&[b'x'; 4096][..], b"x"] {
            while rustix::io::write(&writer, piece).is_ok() {}
        }
        rustix::io::ioctl_fionbio(&writer, false).expect("an own pipe");
        let command = command.stdout(writer).stderr(Stdio::null()).spawn().expect("it starts");
        Self { command, _reader: reader }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.command.id()
    }

    /// Its memory in the last write, when it holds what it prints.
    ///
    /// # Panics
    ///
    /// If it never gets there.
    #[track_caller]
    pub fn dump(&self, printed: &Secret) -> Vec<u8> {
        let deadline = Instant::now() + LIMIT;
        loop {
            // write(2) to descriptor 1; the number is that of x86-64 or of 64-bit ARM.
            let call = fs::read_to_string(format!("/proc/{}/syscall", self.id())).unwrap_or_default();
            if ["1 0x1 ", "64 0x1 "].iter().any(|write| call.starts_with(write)) {
                let dump = dump(self.id()).expect("root may look");
                if !held(std::slice::from_ref(printed), &dump).is_empty() {
                    return dump;
                }
            }
            assert!(Instant::now() < deadline, "it never came to its last write");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        let _ = self.command.kill();
        let _ = self.command.wait();
    }
}

/// Everything that a process can write and so may have written: heap, stacks, globals. It is stopped meanwhile.
///
/// # Errors
///
/// If the process is gone, or may not be looked at.
pub fn dump(id: u32) -> io::Result<Vec<u8>> {
    stop(id)?;
    let memory = read(id);
    resume(id)?;
    memory
}

/// Stops a process, all its threads, and waits until they stand.
///
/// # Errors
///
/// If it is gone.
pub fn stop(id: u32) -> io::Result<()> {
    kill_process(pid(id)?, Signal::STOP)?;
    let deadline = Instant::now() + Duration::from_secs(10);
    while !fs::read_to_string(format!("/proc/{id}/status"))?.contains("State:\tT") {
        if Instant::now() > deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Lets it go on.
///
/// # Errors
///
/// If it is gone.
pub fn resume(id: u32) -> io::Result<()> {
    Ok(kill_process(pid(id)?, Signal::CONT)?)
}

/// The same as [`dump`] of a process that stands, or that nobody minds running on.
///
/// # Errors
///
/// If it is gone, or may not be looked at.
pub fn read(id: u32) -> io::Result<Vec<u8>> {
    let maps = fs::read_to_string(format!("/proc/{id}/maps"))?;
    let memory = File::open(format!("/proc/{id}/mem"))?;
    let mut all = Vec::new();
    for line in maps.lines() {
        // "55d0c0-55d0e0 rw-p 00000000 00:00 0 [heap]" (proc_pid_maps(5))
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        let Some((start, end)) = range.split_once('-') else { continue };
        let (Ok(start), Ok(end)) = (u64::from_str_radix(start, 16), u64::from_str_radix(end, 16)) else { continue };
        if rights.starts_with("rw") {
            let mut bytes = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
            // A page that was never touched, or that is a device's, cannot be read.
            if memory.read_exact_at(&mut bytes, start).is_ok() {
                all.append(&mut bytes);
            }
        }
    }
    Ok(all)
}

fn pid(id: u32) -> io::Result<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw).ok_or_else(|| io::ErrorKind::InvalidInput.into())
}
