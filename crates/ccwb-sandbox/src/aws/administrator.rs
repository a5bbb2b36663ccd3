//! Who may change the sandbox's account: CloudFormation, IAM, S3.

use super::principal::Principal;
use super::query_xml::QueryError;
use super::session::Session;
use super::sigv4::{self, Refusal};
use crate::http::call::Call;
use crate::world::World;

const ROLE: &str = "SandboxAdministrator";
const LIFETIME_HOURS: i64 = 12;

/// Credentials of somebody who may do everything.
pub(crate) fn issue(world: &World) -> Session {
    let principal = Principal {
        partition: "aws",
        account_id: world.options.account_id.clone(),
        role: ROLE.to_owned(),
        session_name: "administrator".to_owned(),
        person: "administrator".to_owned(),
    };
    world.aws().sessions.issue(principal, world.clock.now(), chrono::Duration::hours(LIFETIME_HOURS))
}

/// The caller's region, if the caller is an administrator. Everybody else is a signed-in person, who may call models only.
pub(super) fn authorize(world: &World, call: &Call, service: &str, operation: &str) -> Result<String, QueryError> {
    let session = sigv4::verify(world, call, service).map_err(refused)?;
    if session.principal.role != ROLE {
        let message = format!(
            "User: {} is not authorized to perform: {service}:{operation} because no identity-based policy allows the \
             {service}:{operation} action",
            session.principal.arn()
        );
        return Err(QueryError::new(403, "AccessDenied", message));
    }
    let scope = call.header("authorization").unwrap_or_default();
    Ok(scope.split('/').nth(2).unwrap_or("us-east-1").to_owned())
}

/// A refusal in the words of the query protocol.
pub(super) fn refused(refusal: Refusal) -> QueryError {
    match refusal {
        Refusal::Missing => {
            QueryError::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        }
        Refusal::Incomplete(message) => QueryError::new(400, "IncompleteSignature", message),
        Refusal::UnknownToken => {
            QueryError::new(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        }
        Refusal::ExpiredToken => {
            QueryError::new(403, "ExpiredToken", "The security token included in the request is expired")
        }
        Refusal::Mismatch(message) => QueryError::new(403, "SignatureDoesNotMatch", message),
    }
}
