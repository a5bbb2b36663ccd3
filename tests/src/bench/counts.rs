/// The instructions of a run, from what `valgrind --tool=callgrind` writes to standard error.
pub fn instructions_of_callgrind(stderr: &str) -> Option<f64> {
    let (_, count) = stderr.lines().find_map(|line| line.split_once("Collected : "))?;
    count.trim().parse().ok()
}

/// What a program asked of the kernel, itself and whatever it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelCalls {
    /// All calls.
    pub all: u32,
    /// Threads that were started.
    pub threads: u32,
    /// Processes that were started.
    pub children: u32,
    /// Sockets that were opened.
    pub sockets: u32,
    /// Connections that were made over TCP or UDP.
    pub connections: u32,
}

impl KernelCalls {
    /// From the log of `strace -f -o LOG`.
    pub fn from_strace(log: &str) -> Self {
        let mut calls = Self::default();
        // The first word is the process.
        for call in log.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start())) {
            // A call that another process interrupts takes two lines, the second begins with "<...".
            let Some((name, arguments)) =
                call.split_once('(').filter(|_| call.starts_with(|c: char| c.is_alphabetic()))
            else {
                continue;
            };
            calls.all += 1;
            match name {
                "clone" | "clone3" if arguments.contains("CLONE_THREAD") => calls.threads += 1,
                "clone" | "clone3" | "fork" | "vfork" => calls.children += 1,
                "socket" | "socketpair" => calls.sockets += 1,
                "connect" if arguments.contains("AF_INET") => calls.connections += 1,
                _ => {}
            }
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callgrinds_total_is_found() {
        let stderr =
            "==7== Callgrind, a call-graph generating cache profiler\n==7== Events    : Ir\n==7== Collected : 125176\n";
        assert_eq!(instructions_of_callgrind(stderr), Some(125_176.0));
        assert_eq!(instructions_of_callgrind("valgrind: no such program"), None);
    }

    #[test]
    fn threads_are_told_from_processes_and_an_interrupted_call_counts_once() {
        let log = "\
7 execve(\"/bin/x\", [\"x\"], 0x7ffd /* 4 vars */) = 0
7 clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD|CLONE_SYSVSEM, stack=0x7f}, 88) = 8
7 vfork( <unfinished ...>
9 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3
9 connect(3, {sa_family=AF_INET, sin_port=htons(80)}, 16) = -1 EINPROGRESS
9 connect(4, {sa_family=AF_UNIX, sun_path=\"/run/bus\"}, 11) = 0
7 <... vfork resumed>) = 9
9 --- SIGCHLD {si_signo=SIGCHLD} ---
7 exit_group(0) = ?
7 +++ exited with 0 +++
";
        let expected = KernelCalls { all: 7, threads: 1, children: 1, sockets: 1, connections: 1 };
        assert_eq!(KernelCalls::from_strace(log), expected);
    }
}
