use super::xml::ApiError;
use crate::http::form::Form;

/// `RoleSessionName`: 2 to 64 characters of `[\w+=,.@-]`, ASCII only.
pub(super) fn read(form: &Form) -> Result<&str, ApiError> {
    let name = form.get("RoleSessionName").unwrap_or_default();
    let refuse = |constraint: &str| Err(ApiError::constraint(name, "roleSessionName", constraint));
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if name.chars().count() < 2 {
        refuse("have length greater than or equal to 2")
    } else if name.chars().count() > 64 {
        refuse("have length less than or equal to 64")
    } else if !name.chars().all(allowed) {
        refuse("satisfy regular expression pattern: [\\w+=,.@-]*")
    } else {
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_word_characters_and_a_few_signs_make_a_session_name() {
        for (query, ok) in [
            ("RoleSessionName=alice@example.com", true),
            ("RoleSessionName=a", false),
            ("RoleSessionName=jos%C3%A9", false),
            ("RoleSessionName=a%20b", false),
            ("", false),
        ] {
            assert_eq!(read(&Form::parse(query.as_bytes())).is_ok(), ok, "{query}");
        }
    }
}
