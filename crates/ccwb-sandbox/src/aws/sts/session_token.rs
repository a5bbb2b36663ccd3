use super::xml::{self, ApiError};
use super::{caller, issued};
use crate::http::call::Call;
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::world::World;

/// `GetSessionToken`, for holders of a long-term key only: 15 minutes to 36 hours, 12 hours if not said.
pub(super) fn answer(world: &World, call: &Call, form: &Form) -> Result<Reply, ApiError> {
    let session = caller(world, call)?;
    if !session.session_token.is_empty() {
        return Err(ApiError::new(403, "AccessDenied", "Cannot call GetSessionToken with session credentials"));
    }
    let seconds = match form.get("DurationSeconds").map(str::parse::<i64>) {
        None => 43_200,
        Some(Ok(seconds @ 900..=129_600)) => seconds,
        Some(_) => {
            let value = form.get("DurationSeconds").unwrap_or_default();
            return Err(ApiError::constraint(value, "durationSeconds", "have value from 900 to 129600"));
        }
    };
    Ok(xml::response("GetSessionToken", &[issued(world, session.principal, seconds)]))
}
