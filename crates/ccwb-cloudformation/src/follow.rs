//! Watching an operation until AWS has done with it.

use std::time::Duration;

use tokio::time::Instant;

use crate::{Cloud, CloudError, Left, Phase, Stack, StackEvent, StackFailure};

/// What happens meanwhile.
#[derive(Clone, Debug)]
pub enum Progress<'a> {
    /// Something happened to the stack or to a resource.
    Event(&'a StackEvent),
    /// AWS does not answer; it is asked again.
    Unreachable(&'a CloudError),
    /// A bucket was emptied of so many objects.
    Emptied(&'a str, usize),
}

/// Who wants to know.
pub type Watch<'a> = dyn FnMut(Progress<'_>) + 'a;

impl Cloud {
    /// Watches the operation that is running on a stack, whoever started it, until it has ended. `after` is the last event
    /// that is known already. What the operation was and whether it succeeded, the stack's state says.
    pub async fn follow(
        &self,
        region: &str,
        stack: &str,
        after: Option<String>,
        watch: &mut Watch<'_>,
    ) -> Result<Followed, CloudError> {
        let mut followed = Followed { stack: None, events: Vec::new() };
        let mut last = after;
        let mut pause = self.patience.pause.0;
        let mut unreachable_since: Option<Instant> = None;
        loop {
            // The state first: what happened before it was read is then certainly among the events.
            match self.look(region, stack, last.as_deref()).await {
                Ok((found, events)) => {
                    unreachable_since = None;
                    pause = if events.is_empty() { self.longer(pause) } else { self.patience.pause.0 };
                    for event in &events {
                        watch(Progress::Event(event));
                    }
                    last = events.last().map(|event| event.id.clone()).or(last);
                    followed.events.extend(events);
                    if found.as_ref().is_none_or(|stack| !stack.status.is_working()) {
                        followed.stack = found;
                        return Ok(followed);
                    }
                }
                Err(error) if error.is_passing() => {
                    let since = *unreachable_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.patience.unreachable {
                        return Err(error);
                    }
                    watch(Progress::Unreachable(&error));
                    pause = self.longer(pause);
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn look(
        &self,
        region: &str,
        stack: &str,
        after: Option<&str>,
    ) -> Result<(Option<Stack>, Vec<StackEvent>), CloudError> {
        let Some(found) = self.stack(region, stack).await? else { return Ok((None, Vec::new())) };
        let events = self.events(region, stack, after).await?;
        Ok((Some(found), events))
    }

    fn longer(&self, pause: Duration) -> Duration {
        pause.mul_f64(1.5).min(self.patience.pause.1)
    }

    /// The newest event of a stack: what comes after it is new.
    pub(crate) async fn newest_event(&self, stack: &Stack) -> Result<Option<String>, CloudError> {
        let events = self.events(&stack.region, &stack.id, None).await?;
        Ok(events.last().map(|event| event.id.clone()))
    }
}

/// An operation that ended.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The stack as it is now; `None` if it is gone without a trace.
    pub stack: Option<Stack>,
    /// What happened, oldest first.
    pub events: Vec<StackEvent>,
}

impl Followed {
    /// What a deletion left alone: AWS says `DELETE_SKIPPED` of it.
    pub fn left(&self) -> Vec<Left> {
        let Some(stack) = &self.stack else { return Vec::new() };
        let skipped = |event: &&StackEvent| event.status.name() == "DELETE_SKIPPED" && !event.physical.is_empty();
        let left = |event: &StackEvent| Left::new(stack, &event.resource, &event.kind, &event.physical);
        self.events.iter().filter(skipped).map(left).collect()
    }

    /// The stack, if what was wanted was done to it; else why not.
    pub fn succeeded(self) -> Result<Stack, CloudError> {
        match self.stack {
            Some(stack) if stack.status.is_success() || stack.status.phase() == Phase::Gone => Ok(stack),
            Some(stack) => Err(failure(&stack, self.events)),
            None => Err(CloudError::Unexpected("the stack is gone".to_owned())),
        }
    }
}

/// Why a stack is in its state: the first failure that is no consequence of another one.
pub(crate) fn failure(stack: &Stack, events: Vec<StackEvent>) -> CloudError {
    let mut causes = events.into_iter().filter(StackEvent::is_cause);
    let cause = causes.next().or_else(|| {
        let reason = stack.status_reason.clone()?;
        Some(StackEvent {
            id: String::new(),
            time: stack.changed.clone().unwrap_or_default(),
            resource: stack.name.clone(),
            kind: "AWS::CloudFormation::Stack".to_owned(),
            physical: stack.id.clone(),
            status: stack.status.clone(),
            reason: Some(reason),
            is_of_stack: true,
        })
    });
    let others = causes.filter(|event| !event.is_of_stack).collect();
    CloudError::Failed(Box::new(StackFailure {
        stack: stack.name.clone(),
        status: stack.status.clone(),
        cause,
        others,
    }))
}
