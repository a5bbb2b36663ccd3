use std::collections::BTreeMap;

use aws_sdk_cloudformation::types;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::{Cloud, CloudError, Status};

/// A stack as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Its ARN, which also finds it after it was deleted.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its state.
    pub status: Status,
    /// Why it is in that state, if AWS says so.
    pub status_reason: Option<String>,
    /// When it was created or changed last, RFC 3339.
    pub changed: Option<String>,
    /// Values of its parameters.
    pub parameters: BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether it is protected against deletion.
    pub protected: bool,
}

impl Cloud {
    /// The stack of that name or ARN, if there is one. One that was deleted is found by its ARN only.
    pub async fn stack(&self, region: &str, name: &str) -> Result<Option<Stack>, CloudError> {
        let answer = self.stacks_in(region).describe_stacks().stack_name(name).send().await;
        match answer.map_err(|error| CloudError::sdk("cloudformation:DescribeStacks", error)) {
            Ok(answer) => Ok(answer.stacks.unwrap_or_default().into_iter().next().map(|stack| read(region, stack))),
            Err(error) if error.is_missing_stack() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The template of a stack, as it was sent.
    pub async fn template(&self, stack: &Stack) -> Result<String, CloudError> {
        let request = self.stacks_in(&stack.region).get_template().stack_name(&stack.id);
        let answer = request.send().await.map_err(|error| CloudError::sdk("cloudformation:GetTemplate", error))?;
        Ok(answer.template_body.unwrap_or_default())
    }

    /// Switches the protection against deletion on or off.
    pub async fn protect(&self, stack: &Stack, protected: bool) -> Result<(), CloudError> {
        let request = self.stacks_in(&stack.region).update_termination_protection().stack_name(&stack.name);
        let answer = request.enable_termination_protection(protected).send().await;
        answer.map_err(|error| CloudError::sdk("cloudformation:UpdateTerminationProtection", error))?;
        Ok(())
    }
}

fn read(region: &str, stack: types::Stack) -> Stack {
    let time = |time: DateTime| time.fmt(Format::DateTime).ok();
    let changed = [stack.deletion_time, stack.last_updated_time, stack.creation_time].into_iter().flatten().next();
    Stack {
        id: stack.stack_id.clone().or_else(|| stack.stack_name.clone()).unwrap_or_default(),
        name: stack.stack_name.unwrap_or_default(),
        region: region.to_owned(),
        status: Status::new(stack.stack_status.as_ref().map_or("", types::StackStatus::as_str)),
        status_reason: stack.stack_status_reason,
        changed: changed.and_then(time),
        parameters: pairs(stack.parameters.unwrap_or_default(), |p| (p.parameter_key, p.parameter_value)),
        outputs: pairs(stack.outputs.unwrap_or_default(), |o| (o.output_key, o.output_value)),
        tags: pairs(stack.tags.unwrap_or_default(), |tag| (tag.key, tag.value)),
        protected: stack.enable_termination_protection.unwrap_or_default(),
    }
}

pub(crate) fn pairs<T>(
    items: Vec<T>,
    pair: impl Fn(T) -> (Option<String>, Option<String>),
) -> BTreeMap<String, String> {
    items.into_iter().map(pair).filter_map(|(key, value)| Some((key?, value.unwrap_or_default()))).collect()
}
