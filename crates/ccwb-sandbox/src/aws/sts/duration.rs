use super::xml::ApiError;
use crate::http::form::Form;

/// `DurationSeconds` from 900 to the role's maximum, `default` if absent.
pub(super) fn read(form: &Form, role_maximum: u32, default: i64) -> Result<i64, ApiError> {
    let Some(text) = form.get("DurationSeconds") else {
        return Ok(default);
    };
    let refuse = |constraint: &str| Err(ApiError::constraint(text, "durationSeconds", constraint));
    match text.parse::<i64>() {
        Err(_) => Err(ApiError::new(400, "MalformedInput", "DurationSeconds is not a number")),
        Ok(..900) => refuse("have value greater than or equal to 900"),
        Ok(43201..) => refuse("have value less than or equal to 43200"),
        Ok(seconds) if seconds > i64::from(role_maximum) => Err(ApiError::new(
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )),
        Ok(seconds) => Ok(seconds),
    }
}
