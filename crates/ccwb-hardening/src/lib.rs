//! What a process of ours does before it holds a secret. Why, and what it does not do: docs/decisions/0060.
//!
//! ```
//! use ccwb_hardening::{FORGETFUL_HEAP, ForgetfulHeap};
//!
//! #[global_allocator]
//! static HEAP: ForgetfulHeap = FORGETFUL_HEAP;
//!
//! fn main() {
//!     ccwb_hardening::keep_memory_private();
//!     // ... and only now arguments, environment and files.
//! }
//! ```

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// The system's heap, which overwrites whatever is freed, and what grew into another place.
///
/// Types that wipe themselves cover what is ours. HTTP, TLS, JSON and the AWS SDKs hold copies of their own, in buffers that
/// grow: those are gone too.
pub type ForgetfulHeap = ZeroAlloc<System>;

/// The one value of its type.
pub const FORGETFUL_HEAP: ForgetfulHeap = ZeroAlloc(System);

/// Turns core dumps off, and on Linux closes this process's memory, environment and open files to every other process but
/// root's.
///
/// Without a way to fail: where the kernel refuses, the process is as open as any other, and still of use. There is no
/// switch to leave it out: whoever could set it could read the memory.
pub fn keep_memory_private() {
    // Not by the limit alone: the kernel hands a core to a collector (`core_pattern(5)`, a pipe) whatever the limit is.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Core);
        // The hard limit stays: a browser that is started from here may want its own dumps.
        if limit.current != Some(0) {
            let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: limit.maximum });
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[global_allocator]
    static HEAP: ForgetfulHeap = FORGETFUL_HEAP;

    #[test]
    fn a_process_that_keeps_its_memory_private_is_not_dumpable_and_has_no_core() {
        keep_memory_private();
        let limits = std::fs::read_to_string("/proc/self/limits").expect("Linux has it");
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("it is a limit");
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
        let behavior = rustix::process::dumpable_behavior().expect("Linux tells");
        assert_eq!(behavior, rustix::process::DumpableBehavior::NotDumpable);
    }
}
