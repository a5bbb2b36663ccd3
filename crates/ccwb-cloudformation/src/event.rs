use aws_sdk_cloudformation::types;
use aws_smithy_types::date_time::Format;

use crate::{Cloud, CloudError, Status};

/// Something that happened to a stack or to a resource in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackEvent {
    /// Unique.
    pub id: String,
    /// When, RFC 3339.
    pub time: String,
    /// The resource's name in the template; the stack's name for the stack itself.
    pub resource: String,
    /// Its type, such as `AWS::IAM::Role`.
    pub kind: String,
    /// Its name or ARN, once it has one.
    pub physical: String,
    /// The state that it came into.
    pub status: Status,
    /// Why.
    pub reason: Option<String>,
    /// Whether it is about the stack itself.
    pub is_of_stack: bool,
}

/// Words that AWS puts on what it gave up because something else had failed.
const CONSEQUENCES: &[&str] = &[
    "Resource creation cancelled",
    "Resource creation Initiated",
    "Resource update cancelled",
    "The following resource(s) failed to",
];

impl StackEvent {
    /// Whether this is a failure of its own, and no consequence of another one.
    pub fn is_cause(&self) -> bool {
        let reason = self.reason.as_deref().unwrap_or_default();
        self.status.name().ends_with("_FAILED") && !CONSEQUENCES.iter().any(|words| reason.starts_with(words))
    }

    /// Whether an operation on the whole stack starts with this.
    pub(crate) fn starts_operation(&self) -> bool {
        let starts = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS"];
        self.is_of_stack && starts.contains(&self.status.name())
    }
}

impl Cloud {
    /// Events of a stack, oldest first: those after the event `after`; without it those of its last operation.
    pub(crate) async fn events(
        &self,
        region: &str,
        stack: &str,
        after: Option<&str>,
    ) -> Result<Vec<StackEvent>, CloudError> {
        let mut events = Vec::new();
        let mut page = None;
        'pages: loop {
            let request = self.stacks_in(region).describe_stack_events().stack_name(stack).set_next_token(page);
            let answer =
                request.send().await.map_err(|error| CloudError::sdk("cloudformation:DescribeStackEvents", error))?;
            // Newest first.
            for event in answer.stack_events.unwrap_or_default() {
                let event = read(event);
                if after == Some(event.id.as_str()) {
                    break 'pages;
                }
                let first_of_operation = after.is_none() && event.starts_operation();
                events.push(event);
                if first_of_operation {
                    break 'pages;
                }
            }
            page = answer.next_token;
            if page.is_none() {
                break;
            }
        }
        events.reverse();
        Ok(events)
    }
}

fn read(event: types::StackEvent) -> StackEvent {
    let physical = event.physical_resource_id.unwrap_or_default();
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        time: event.timestamp.and_then(|time| time.fmt(Format::DateTime).ok()).unwrap_or_default(),
        resource: event.logical_resource_id.unwrap_or_default(),
        kind: event.resource_type.unwrap_or_default(),
        is_of_stack: event.stack_id.is_some_and(|stack| stack == physical),
        physical,
        status: Status::new(event.resource_status.as_ref().map_or("", types::ResourceStatus::as_str)),
        reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
    }
}
