use aws_sdk_cloudformation::types;

use crate::{Cloud, CloudError, Stack, Status};

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the template.
    pub resource: String,
    /// Its type, such as `AWS::S3::Bucket`.
    pub kind: String,
    /// Its name or ARN; empty if it has none yet.
    pub physical: String,
    /// Its state.
    pub status: Status,
}

impl Cloud {
    /// The resources of a stack. A deleted one has some for 90 days, if it is named by its ARN.
    pub async fn resources(&self, stack: &Stack) -> Result<Vec<Resource>, CloudError> {
        let mut resources = Vec::new();
        let mut page = None;
        loop {
            let request = self.stacks_in(&stack.region).list_stack_resources().stack_name(&stack.id);
            let answer = request.set_next_token(page).send().await;
            let answer = answer.map_err(|error| CloudError::sdk("cloudformation:ListStackResources", error))?;
            resources.extend(answer.stack_resource_summaries.unwrap_or_default().into_iter().map(read));
            page = answer.next_token;
            if page.is_none() {
                return Ok(resources);
            }
        }
    }
}

fn read(resource: types::StackResourceSummary) -> Resource {
    Resource {
        resource: resource.logical_resource_id.unwrap_or_default(),
        kind: resource.resource_type.unwrap_or_default(),
        physical: resource.physical_resource_id.unwrap_or_default(),
        status: Status::new(resource.resource_status.as_ref().map_or("", types::ResourceStatus::as_str)),
    }
}
