//! Amazon S3, as far as emptying a bucket goes. <https://docs.aws.amazon.com/AmazonS3/latest/API/>

use super::administrator;
use super::sts::xml::{element, text};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

pub(super) fn operation(call: &Call) -> Option<&'static str> {
    let is_s3 = call.header("authorization").is_some_and(|header| header.contains("/s3/aws4_request"));
    let query = call.query.as_deref().unwrap_or_default();
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    match call.method.as_str() {
        "GET" if is_s3 && has("versions") => Some("ListObjectVersions"),
        "POST" if is_s3 && has("delete") => Some("DeleteObjects"),
        _ if is_s3 => Some("Other"),
        _ => None,
    }
}

pub(super) fn handle(world: &World, call: &Call, operation: &str) -> Reply {
    if let Err(error) = administrator::authorize(world, call, "s3", operation) {
        return refuse(403, "AccessDenied", &error.message);
    }
    let bucket = call.path.trim_matches('/').to_owned();
    let mut aws = world.aws();
    let Some(objects) = aws.buckets.get_mut(&bucket) else {
        return refuse(404, "NoSuchBucket", "The specified bucket does not exist");
    };
    let body = match operation {
        "ListObjectVersions" => {
            let versions = objects
                .iter()
                .take(2)
                .map(|key| element("Version", &[text("Key", key), text("VersionId", "v1"), text("IsLatest", "true")]));
            let truncated = text("IsTruncated", if objects.len() > 2 { "true" } else { "false" });
            element("ListVersionsResult", &versions.chain([text("Name", &bucket), truncated]).collect::<Vec<_>>())
        }
        "DeleteObjects" => {
            let request = String::from_utf8_lossy(&call.body).into_owned();
            objects.retain(|key| !request.contains(&text("Key", key)));
            "<DeleteResult/>".to_owned()
        }
        _ => return refuse(405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
    };
    Reply::bytes(200, "application/xml", body.into_bytes()).note("bucket", bucket)
}

fn refuse(status: u16, code: &'static str, message: &str) -> Reply {
    let body = element("Error", &[text("Code", code), text("Message", message)]);
    Reply::bytes(status, "application/xml", body.into_bytes()).note("error", code)
}
