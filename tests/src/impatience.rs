//! Callers that give up on a `credential_process` and start another, as they were measured.

use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::{Output, start};

/// How a caller loses its patience.
#[derive(Clone, Copy, Debug)]
pub enum Impatience {
    /// Kills the process and starts another, as the AWS SDK for Rust does after 20 s and Claude Code's `awsAuthRefresh` after
    /// 180 s.
    Kills(Duration),
    /// Leaves the process alone and starts another beside it, as Claude Code does after 60 s and again after 120 s.
    StartsAnother(Duration),
}

impl Impatience {
    /// Everything that was printed by processes that came to an end, in the order of their ends. The caller is content with
    /// the first; the others are waited for too.
    ///
    /// # Panics
    ///
    /// If none has ended after `limit`, or one that ends did not succeed.
    pub fn call(self, command: impl Fn() -> Command, limit: Duration) -> Vec<Output> {
        match self {
            Self::Kills(patience) => {
                for _ in 0..=limit.as_millis() / patience.as_millis() {
                    // Dropped inside, its process group gets SIGKILL.
                    if let Ok(output) = start(&mut command()).wait(patience) {
                        return vec![output.success()];
                    }
                }
                panic!("no answer within {limit:?}");
            }
            Self::StartsAnother(patience) => {
                let (sender, ended) = mpsc::channel();
                for begun in 1.. {
                    let (sender, process) = (sender.clone(), start(&mut command()));
                    thread::spawn(move || sender.send(process.wait(limit)));
                    let Ok(first) = ended.recv_timeout(patience) else {
                        assert!(patience * begun < limit, "no answer within {limit:?}");
                        continue;
                    };
                    let rest = (1..begun).map(|_| ended.recv().expect("every process is waited for"));
                    let outputs = std::iter::once(first).chain(rest);
                    return outputs.map(|output| output.unwrap_or_else(|over| panic!("{over}")).success()).collect();
                }
                unreachable!("it counts for ever")
            }
        }
    }
}
