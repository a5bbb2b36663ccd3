//! Buckets that have to be empty before their stack can delete them.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::{Cloud, CloudError};

/// S3 lists and deletes up to a thousand at a time; half of them keep the answers small.
const AT_ONCE: i32 = 500;

impl Cloud {
    /// Deletes every object, every version and every delete marker of a bucket, and says how many there were. A bucket that
    /// is not there has none.
    pub async fn empty_bucket(&self, region: &str, bucket: &str) -> Result<usize, CloudError> {
        let buckets = self.buckets_in(region);
        let mut count = 0;
        loop {
            let answer = buckets.list_object_versions().bucket(bucket).max_keys(AT_ONCE).send().await;
            let answer = match answer.map_err(|error| CloudError::sdk("s3:ListBucketVersions", error)) {
                Ok(answer) => answer,
                Err(CloudError::Refused(refusal)) if refusal.code == "NoSuchBucket" => return Ok(count),
                Err(error) => return Err(error),
            };
            let versions = answer.versions.unwrap_or_default().into_iter().map(|item| (item.key, item.version_id));
            let markers = answer.delete_markers.unwrap_or_default().into_iter().map(|item| (item.key, item.version_id));
            let objects: Vec<ObjectIdentifier> = versions
                .chain(markers)
                .filter_map(|(key, version)| ObjectIdentifier::builder().key(key?).set_version_id(version).build().ok())
                .collect();
            if objects.is_empty() {
                return Ok(count);
            }
            count += objects.len();
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|error| CloudError::Unexpected(error.to_string()))?;
            let answer = buckets.delete_objects().bucket(bucket).delete(delete).send().await;
            let answer = answer.map_err(|error| CloudError::sdk("s3:DeleteObjects", error))?;
            // Whoever may list and not delete would go round for ever.
            if let Some(error) = answer.errors.unwrap_or_default().into_iter().next() {
                let (code, message) = (error.code.unwrap_or_default(), error.message.unwrap_or_default());
                return Err(CloudError::refused("s3:DeleteObject", &code, &message));
            }
        }
    }
}
