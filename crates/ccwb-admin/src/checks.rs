//! Whether a text has the form that AWS asks for. Errors are clauses that follow the name of a key.

/// Whether AWS takes this tag; the error is a clause.
pub(crate) fn tag(key: &str, value: &str) -> Result<(), String> {
    let allowed = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c));
    if key.is_empty() || key.chars().count() > 128 {
        Err(format!("the name \"{key}\" must have 1 to 128 characters"))
    } else if key.to_ascii_lowercase().starts_with("aws:") {
        Err(format!("\"{key}\": names that begin with aws: belong to AWS"))
    } else if value.chars().count() > 256 {
        Err(format!("the value of \"{key}\" must have at most 256 characters"))
    } else if !allowed(key) || !allowed(value) {
        Err(format!("\"{key}\": only letters, digits, spaces and _ . : / = + - @ are allowed"))
    } else {
        Ok(())
    }
}

/// An AWS region, by its form: lists of regions grow old.
pub(crate) fn region(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let word =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() >= 3 && parts.iter().all(word) && parts.last().is_some_and(digits) {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{text}\" is not an AWS region"))
    }
}

pub(crate) fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{text}\" is not an AWS account: 12 digits"))
    }
}

/// `arn:<partition>:<service>:<region>:<account>:<resource...>`, in any partition.
pub(crate) fn arn_of(arn: &str, service: &str, resource: &str) -> Result<String, String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let owner = |account: &str| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) || account == "aws";
    let good = matches!(parts.as_slice(), ["arn", partition, found, _, account, rest]
        if partition.starts_with("aws") && *found == service && owner(account)
            && rest.strip_prefix(resource).is_some_and(|name| !name.is_empty()));
    let shown = resource.trim_end_matches('/');
    if good { Ok(arn.to_owned()) } else { Err(format!("\"{arn}\" is not an ARN of {service} {shown}")) }
}
