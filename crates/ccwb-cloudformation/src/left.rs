//! What is left of a stack, and how to get rid of it.

use crate::{Cloud, CloudError, Resource, Stack};

/// A resource that outlives its stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name in the template.
    pub resource: String,
    /// Its type.
    pub kind: String,
    /// Its ARN where one can be made, else its name.
    pub arn: String,
    /// Commands that delete it; none where that takes more than a command.
    pub commands: Vec<String>,
}

impl Left {
    pub(crate) fn new(stack: &Stack, resource: &str, kind: &str, physical: &str) -> Self {
        let mut parts = stack.id.split(':').skip(1);
        let partition = parts.next().unwrap_or("aws");
        let account = parts.nth(2).unwrap_or_default();
        let region = &stack.region;
        let arn = match kind {
            _ if physical.starts_with("arn:") => physical.to_owned(),
            "AWS::S3::Bucket" => format!("arn:{partition}:s3:::{physical}"),
            "AWS::KMS::Key" => format!("arn:{partition}:kms:{region}:{account}:key/{physical}"),
            "AWS::IAM::Role" => format!("arn:{partition}:iam::{account}:role/{physical}"),
            "AWS::Logs::LogGroup" => format!("arn:{partition}:logs:{region}:{account}:log-group:{physical}"),
            "AWS::DynamoDB::Table" => format!("arn:{partition}:dynamodb:{region}:{account}:table/{physical}"),
            "AWS::Cognito::IdentityPool" => {
                format!("arn:{partition}:cognito-identity:{region}:{account}:identitypool/{physical}")
            }
            _ => physical.to_owned(),
        };
        let commands = commands(kind, physical, region);
        Self { resource: resource.to_owned(), kind: kind.to_owned(), arn, commands }
    }
}

impl Cloud {
    /// What is still there of a stack whose deletion failed.
    pub async fn left_of(&self, stack: &Stack) -> Result<Vec<Left>, CloudError> {
        let there = |resource: &Resource| {
            !resource.physical.is_empty() && !["DELETE_COMPLETE", "DELETE_SKIPPED"].contains(&resource.status.name())
        };
        let resources = self.resources(stack).await?;
        let left = |resource: &Resource| Left::new(stack, &resource.resource, &resource.kind, &resource.physical);
        Ok(resources.iter().filter(|resource| there(resource)).map(left).collect())
    }
}

fn commands(kind: &str, name: &str, region: &str) -> Vec<String> {
    match kind {
        "AWS::S3::Bucket" => vec![
            format!(
                "aws s3api delete-objects --bucket {name} --delete \"$(aws s3api list-object-versions --bucket {name} \
                 --max-items 1000 --output json --query '{{Objects: [Versions, DeleteMarkers][][].{{Key: Key, VersionId: VersionId}}}}')\""
            ),
            format!("aws s3api delete-bucket --bucket {name} --region {region}"),
        ],
        "AWS::KMS::Key" => {
            vec![format!("aws kms schedule-key-deletion --key-id {name} --pending-window-in-days 7 --region {region}")]
        }
        "AWS::Logs::LogGroup" => vec![format!("aws logs delete-log-group --log-group-name {name} --region {region}")],
        "AWS::DynamoDB::Table" => vec![format!("aws dynamodb delete-table --table-name {name} --region {region}")],
        "AWS::IAM::OIDCProvider" => {
            vec![format!("aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {name}")]
        }
        "AWS::IAM::ManagedPolicy" => vec![format!("aws iam delete-policy --policy-arn {name}")],
        "AWS::Cognito::IdentityPool" => {
            vec![format!("aws cognito-identity delete-identity-pool --identity-pool-id {name} --region {region}")]
        }
        // A bucket's policy goes with the bucket; of the others AWS has no single command.
        _ => Vec::new(),
    }
}
