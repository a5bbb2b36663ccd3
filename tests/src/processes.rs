//! The processes of a run, found by a word of their command line: by a profile that no other test has.

use std::fs;

use rustix::process::Pid;

/// Processes of this machine that somebody started with all of these words as arguments, in no order. A command that is
/// about to become another one (`nsenter`, `env`) counts too.
pub fn processes_with(words: &[&str]) -> Vec<Pid> {
    let ids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| has_words(*id, words)).filter_map(Pid::from_raw).collect()
}

fn has_words(id: i32, words: &[&str]) -> bool {
    let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let arguments = line.split(|byte| *byte == 0);
    // An empty line is a kernel thread's or a dead process's.
    !line.is_empty() && words.iter().all(|word| arguments.clone().any(|argument| argument == word.as_bytes()))
}
