//! What is shown while AWS works: on a terminal a spinner under a growing list, in a pipe one line for each change.

use std::io::Write as _;

use ccwb_cloudformation::{Progress, StackEvent};
use console::style;

use crate::screen::Spinner;

/// The view of one operation on one stack.
#[derive(Debug)]
pub(crate) struct Live {
    spinner: Spinner,
    stack: String,
    total: usize,
    done: usize,
    working: Vec<String>,
}

impl Live {
    /// `total`: how many resources will change, 0 if that is not known.
    pub(crate) fn start(stack: &str, what: &str, total: usize) -> Self {
        Self {
            spinner: Spinner::start(&format!("{stack}: {what}")),
            stack: stack.to_owned(),
            total,
            done: 0,
            working: Vec::new(),
        }
    }

    pub(crate) fn show(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Event(event) if event.is_of_stack => {
                if event.status.is_failure() && !event.is_cause() {
                    self.line(&style("·").yellow().to_string(), &self.stack.clone(), "AWS undoes what it did", "");
                }
            }
            Progress::Event(event) => self.event(event),
            Progress::Unreachable(error) => self.spinner.say(&format!("{}: asking again: {error}", self.stack)),
            Progress::Emptied(bucket, count) => {
                self.line(&style("✓").green().to_string(), bucket, &format!("emptied of {count} objects"), "");
            }
        }
    }

    fn event(&mut self, event: &StackEvent) {
        let Some((verb, kind)) = words(event.status.name()) else { return };
        self.working.retain(|name| *name != event.resource);
        match kind {
            Kind::Working => self.working.push(event.resource.clone()),
            Kind::Done => {
                self.done += 1;
                self.line(&style("✓").green().to_string(), &event.resource, verb, &event.kind);
            }
            Kind::Failed if event.is_cause() => {
                self.line(&style("✗").red().to_string(), &event.resource, verb, &event.kind);
            }
            Kind::Failed => {}
        }
        let count = if self.total >= self.done && self.total > 0 {
            format!("{} of {}", self.done, self.total)
        } else {
            format!("{} done", self.done)
        };
        self.spinner.say(&format!("{}: {count}; {}", self.stack, self.working.join(", ")));
    }

    fn line(&self, mark: &str, name: &str, verb: &str, kind: &str) {
        self.spinner.pause(|| {
            // Progress is worth less than the work: a reader that went away does not end it.
            let _ = writeln!(std::io::stderr(), "  {mark} {name:<24} {verb:<10} {}", style(kind).for_stderr().dim());
        });
    }
}

enum Kind {
    Working,
    Done,
    Failed,
}

fn words(status: &str) -> Option<(&'static str, Kind)> {
    Some(match status {
        "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "DELETE_IN_PROGRESS" => ("", Kind::Working),
        "CREATE_COMPLETE" => ("created", Kind::Done),
        "UPDATE_COMPLETE" => ("changed", Kind::Done),
        "DELETE_COMPLETE" => ("deleted", Kind::Done),
        "DELETE_SKIPPED" => ("kept", Kind::Done),
        "IMPORT_COMPLETE" => ("imported", Kind::Done),
        _ if status.ends_with("_FAILED") => ("failed", Kind::Failed),
        _ => return None,
    })
}
