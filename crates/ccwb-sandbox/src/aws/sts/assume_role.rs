use super::xml::{self, ApiError};
use super::{assumed, caller, duration, session_name};
use crate::aws::principal::Principal;
use crate::aws::roles::{Trust, name_in};
use crate::http::call::Call;
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::world::World;

/// A session that came from a session lives for an hour at most ("role chaining").
const CHAINED_MAXIMUM: i64 = 3600;

/// `AssumeRole`. All callers here hold temporary credentials, so it is always chaining.
pub(super) fn answer(world: &World, call: &Call, form: &Form) -> Result<Reply, ApiError> {
    let caller = caller(world, call)?;
    let arn = form.get("RoleArn").unwrap_or_default();
    let session_name = session_name::read(form)?;
    let account_id = &world.options.account_id;
    let role = name_in(arn, &world.options).and_then(|name| world.aws().role(name).cloned());
    let trusted = role.filter(|role| {
        role.trust == Trust::Roles
            && role.external_id.as_deref().is_none_or(|required| form.get("ExternalId") == Some(required))
    });
    let role = trusted.ok_or_else(|| {
        let caller = caller.principal.arn();
        let message = format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        ApiError::new(403, "AccessDenied", message)
    })?;
    let seconds = duration::read(form, role.max_session_duration, CHAINED_MAXIMUM)?;
    if seconds > CHAINED_MAXIMUM {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
        return Err(ApiError::new(400, "ValidationError", message));
    }
    let principal = Principal {
        partition: world.options.partition(),
        account_id: account_id.clone(),
        role: role.name,
        session_name: session_name.to_owned(),
        person: caller.principal.person,
    };
    Ok(xml::response("AssumeRole", &[assumed(world, principal, seconds)]))
}
