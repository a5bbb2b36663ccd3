use serde_json::Value;

use super::{ApiError, validation};

/// How many tokens the caller allows in the answer; `None` leaves it to the model.
pub(super) type TokenLimit = Option<u64>;

/// A body of the Anthropic Messages format.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html>
pub(super) fn check_messages(body: &Value) -> Result<TokenLimit, ApiError> {
    for extraneous in ["model", "stream"] {
        if body.get(extraneous).is_some() {
            return Err(validation(format!("{extraneous}: Extra inputs are not permitted")));
        }
    }
    match body.get("anthropic_version").and_then(Value::as_str) {
        Some("bedrock-2023-05-31") => {}
        None => return Err(validation("anthropic_version: Field required")),
        Some(_) => return Err(validation("Invalid API version: anthropic_version must be 'bedrock-2023-05-31'")),
    }
    let limit = match body.get("max_tokens") {
        None => return Err(validation("max_tokens: Field required")),
        Some(limit) => limit.as_u64().filter(|limit| *limit > 0),
    };
    let limit = limit.ok_or_else(|| validation("max_tokens: Input should be greater than or equal to 1"))?;
    check_turns(body, |content| content.as_str().is_some_and(|text| !text.is_empty()) || is_filled_list(content))?;
    Ok(Some(limit))
}

/// Whether a body of the Anthropic Messages format offers a tool of that name.
pub(super) fn offers_tool(body: &Value, name: &str) -> bool {
    let tools = body.get("tools").and_then(Value::as_array);
    tools.into_iter().flatten().any(|tool| tool.get("name").and_then(Value::as_str) == Some(name))
}

/// A body of the Converse API.
pub(super) fn check_converse(body: &Value) -> Result<TokenLimit, ApiError> {
    check_turns(body, is_filled_list)?;
    Ok(body.pointer("/inferenceConfig/maxTokens").and_then(Value::as_u64))
}

fn check_turns(body: &Value, is_content: impl Fn(&Value) -> bool) -> Result<(), ApiError> {
    let messages = body.get("messages").and_then(Value::as_array);
    let messages = messages.ok_or_else(|| validation("messages: Field required"))?;
    if messages.is_empty() {
        return Err(validation("messages: at least one message is required"));
    }
    for (index, message) in messages.iter().enumerate() {
        let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
        if !["user", "assistant", "system"].contains(&role) {
            return Err(validation(format!("messages.{index}.role: Input should be 'user' or 'assistant'")));
        }
        if !message.get("content").is_some_and(&is_content) {
            return Err(validation(format!("messages.{index}: content must be non-empty")));
        }
    }
    if messages[0].get("role").and_then(Value::as_str) != Some("user") {
        return Err(validation("messages: first message must use the \"user\" role"));
    }
    Ok(())
}

fn is_filled_list(content: &Value) -> bool {
    content.as_array().is_some_and(|blocks| !blocks.is_empty() && blocks.iter().all(Value::is_object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nonsense_is_a_validation_exception() {
        let good = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1,
            "messages": [{"role": "user", "content": "hi"}]});
        assert_eq!(check_messages(&good), Ok(Some(1)));
        for (field, value) in [
            ("anthropic_version", json!("2023-06-01")),
            ("max_tokens", json!(0)),
            ("max_tokens", json!("many")),
            ("messages", json!([])),
            ("messages", json!([{"role": "user", "content": []}])),
            ("messages", json!([{"role": "assistant", "content": "hi"}])),
            ("messages", json!("hi")),
            ("model", json!("claude")),
        ] {
            let mut bad = good.clone();
            bad[field] = value.clone();
            let code = check_messages(&bad).map_err(|error| error.code);
            assert_eq!(code, Err("ValidationException"), "{field}: {value}");
        }
    }
}
