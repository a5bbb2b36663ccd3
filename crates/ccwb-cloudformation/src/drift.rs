//! Whether somebody changed what a stack made.

use aws_sdk_cloudformation::types;

use crate::{Cloud, CloudError, Stack};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// `IN_SYNC`, `DRIFTED`, `UNKNOWN` or `NOT_CHECKED`.
    pub status: String,
    /// What was changed or deleted.
    pub resources: Vec<DriftedResource>,
}

/// A resource that is not as its template says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftedResource {
    /// Its name in the template.
    pub resource: String,
    /// Its type.
    pub kind: String,
    /// `MODIFIED` or `DELETED`.
    pub status: String,
    /// Paths of properties that differ.
    pub properties: Vec<String>,
}

impl Cloud {
    /// Has AWS look at every resource of the stack.
    pub async fn drift(&self, stack: &Stack) -> Result<Drift, CloudError> {
        let stacks = self.stacks_in(&stack.region);
        let answer = stacks.detect_stack_drift().stack_name(&stack.id).send().await;
        let answer = answer.map_err(|error| CloudError::sdk("cloudformation:DetectStackDrift", error))?;
        let detection = answer.stack_drift_detection_id.unwrap_or_default();
        let status = loop {
            let request = stacks.describe_stack_drift_detection_status().stack_drift_detection_id(&detection);
            let answer = request.send().await;
            let answer =
                answer.map_err(|error| CloudError::sdk("cloudformation:DescribeStackDriftDetectionStatus", error))?;
            match answer.detection_status.as_ref().map(types::StackDriftDetectionStatus::as_str) {
                Some("DETECTION_IN_PROGRESS") => tokio::time::sleep(self.patience.pause.0).await,
                // A failed detection still tells about those resources that could be looked at.
                _ => break answer.stack_drift_status.map_or("UNKNOWN".to_owned(), |s| s.as_str().to_owned()),
            }
        };
        let mut resources = Vec::new();
        let mut page = None;
        loop {
            let request = stacks.describe_stack_resource_drifts().stack_name(&stack.id).set_next_token(page);
            let answer = request
                .stack_resource_drift_status_filters(types::StackResourceDriftStatus::Modified)
                .stack_resource_drift_status_filters(types::StackResourceDriftStatus::Deleted)
                .send()
                .await
                .map_err(|error| CloudError::sdk("cloudformation:DescribeStackResourceDrifts", error))?;
            resources.extend(answer.stack_resource_drifts.unwrap_or_default().into_iter().map(read));
            page = answer.next_token;
            if page.is_none() {
                return Ok(Drift { status, resources });
            }
        }
    }
}

fn read(drift: types::StackResourceDrift) -> DriftedResource {
    let paths = drift.property_differences.unwrap_or_default();
    DriftedResource {
        resource: drift.logical_resource_id.unwrap_or_default(),
        kind: drift.resource_type.unwrap_or_default(),
        status: drift.stack_resource_drift_status.map_or(String::new(), |status| status.as_str().to_owned()),
        properties: paths.into_iter().filter_map(|difference| difference.property_path).collect(),
    }
}
