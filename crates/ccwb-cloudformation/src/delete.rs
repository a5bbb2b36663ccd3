//! Removing a stack.

use crate::follow::failure;
use crate::{Cloud, CloudError, Left, Phase, Progress, Resource, Stack, Watch};

impl Cloud {
    /// Deletes a stack, waits for as long as AWS works on it, and gives what outlives it. Buckets of the stack are emptied,
    /// except those named in `kept` (names in the template): what is to outlive the stack.
    ///
    /// A stack whose last deletion failed leaves those alone; in any other one the template has to say so (`DeletionPolicy`).
    pub async fn delete(&self, stack: &Stack, kept: &[String], watch: &mut Watch<'_>) -> Result<Vec<Left>, CloudError> {
        let resources = self.resources(stack).await?;
        self.empty_buckets(stack, &resources, kept, watch).await?;
        self.delete_as_it_is(stack, &resources, kept, watch).await
    }

    /// The same without emptying anything: nobody who deploys agreed to lose what is in a bucket.
    pub(crate) async fn delete_as_it_is(
        &self,
        stack: &Stack,
        resources: &[Resource],
        kept: &[String],
        watch: &mut Watch<'_>,
    ) -> Result<Vec<Left>, CloudError> {
        let last = self.newest_event(stack).await?;
        let mut request = self.stacks_in(&stack.region).delete_stack().stack_name(&stack.id);
        if stack.status.phase() == Phase::HalfDeleted {
            let there = kept.iter().filter(|kept| resources.iter().any(|resource| resource.resource == **kept));
            request = request.set_retain_resources(Some(there.cloned().collect()));
        }
        let request = request.client_request_token(self.token());
        request.send().await.map_err(|error| CloudError::sdk("cloudformation:DeleteStack", error))?;
        let followed = self.follow(&stack.region, &stack.id, last, watch).await?;
        match &followed.stack {
            Some(now) if now.status.phase() != Phase::Gone => Err(failure(now, followed.events)),
            _ => Ok(followed.left()),
        }
    }

    async fn empty_buckets(
        &self,
        stack: &Stack,
        resources: &[Resource],
        kept: &[String],
        watch: &mut Watch<'_>,
    ) -> Result<(), CloudError> {
        let is_ours = |resource: &&Resource| {
            resource.kind == "AWS::S3::Bucket"
                && !resource.physical.is_empty()
                && !["DELETE_COMPLETE", "DELETE_SKIPPED"].contains(&resource.status.name())
                && !kept.contains(&resource.resource)
        };
        for bucket in resources.iter().filter(is_ours) {
            let count = self.empty_bucket(&stack.region, &bucket.physical).await?;
            if count > 0 {
                watch(Progress::Emptied(&bucket.physical, count));
            }
        }
        Ok(())
    }
}
