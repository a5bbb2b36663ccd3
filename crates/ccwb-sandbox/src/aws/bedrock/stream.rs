//! `application/vnd.amazon.eventstream` answers.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use base64::Engine as _;
use serde_json::{Value, json};

use super::answer::{Answer, Content};
use crate::http::reply::Reply;

/// `InvokeModelWithResponseStream`: each event of the Anthropic stream as a base64 `chunk`.
pub(super) fn invoke(answer: &Answer) -> Reply {
    let (block, deltas) = match &answer.content {
        Content::Words { words, .. } => {
            let deltas = words.iter().map(|word| json!({"type": "text_delta", "text": word})).collect();
            (json!({"type": "text", "text": ""}), deltas)
        }
        Content::Tool(tool) => {
            let input = json!({"type": "input_json_delta", "partial_json": tool.input.to_string()});
            (tool.block(&json!({})), vec![input])
        }
    };
    let mut events = vec![
        json!({"type": "message_start", "message": answer.message(&[], None, 1)}),
        json!({"type": "content_block_start", "index": 0, "content_block": block}),
    ];
    events.extend(deltas.into_iter().map(|delta| json!({"type": "content_block_delta", "index": 0, "delta": delta})));
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events.push(json!({
        "type": "message_delta", "delta": {"stop_reason": answer.stop_reason(), "stop_sequence": null},
        "usage": {"output_tokens": answer.output_tokens()},
    }));
    events.push(json!({"type": "message_stop", "amazon-bedrock-invocationMetrics": answer.invocation_metrics()}));
    let chunks = events.iter().map(|event| {
        let bytes = base64::engine::general_purpose::STANDARD.encode(event.to_string());
        ("chunk", json!({"bytes": bytes}))
    });
    event_stream(chunks).header("x-amzn-bedrock-content-type", "application/json")
}

/// `ConverseStream`.
pub(super) fn converse(answer: &Answer) -> Reply {
    let mut events = vec![("messageStart", json!({"role": "assistant"}))];
    events.extend(
        answer
            .words()
            .iter()
            .map(|word| ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": word}}))),
    );
    events.push(("contentBlockStop", json!({"contentBlockIndex": 0})));
    events.push(("messageStop", json!({"stopReason": answer.stop_reason()})));
    events.push(("metadata", json!({"usage": answer.converse_usage(), "metrics": {"latencyMs": 20}})));
    event_stream(events.into_iter())
}

fn event_stream(events: impl Iterator<Item = (&'static str, Value)>) -> Reply {
    let mut frames = Vec::new();
    for (name, payload) in events {
        let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
        let message = Message::new(payload.to_string())
            .add_header(header(":event-type", name))
            .add_header(header(":content-type", "application/json"))
            .add_header(header(":message-type", "event"));
        write_message_to(&message, &mut frames).expect("a small frame fits its length fields");
    }
    Reply::bytes(200, "application/vnd.amazon.eventstream", frames)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::bedrock::ToolUse;
    use aws_smithy_eventstream::frame::read_message_from;

    /// What the SDK's reader finds in an answer.
    fn events(reply: Reply) -> Vec<Value> {
        let mut bytes = axum::body::Bytes::from(reply.body);
        let mut events = Vec::new();
        while !bytes.is_empty() {
            let message = read_message_from(&mut bytes).expect("a frame");
            let payload: Value = serde_json::from_slice(message.payload()).expect("JSON");
            let chunk = base64::engine::general_purpose::STANDARD.decode(payload["bytes"].as_str().unwrap_or_default());
            events.push(serde_json::from_slice(&chunk.expect("base64")).expect("JSON"));
        }
        events
    }

    #[test]
    fn the_sdks_reader_finds_the_anthropic_events_in_order() {
        let events = events(invoke(&Answer::in_words("m", "two words", None)));
        let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap_or_default()).collect();
        let expected = [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn the_input_of_a_tool_comes_as_text_behind_its_name() {
        let tool = ToolUse { tool: "Bash".to_owned(), input: json!({"command": "env"}) };
        let events = events(invoke(&Answer::with_tool("m", tool)));
        assert_eq!(events[1]["content_block"]["name"], "Bash");
        assert_eq!(events[2]["delta"]["partial_json"], r#"{"command":"env"}"#);
        assert_eq!(events[4]["delta"]["stop_reason"], "tool_use");
    }

    #[test]
    fn an_answer_is_cut_at_max_tokens() {
        let answer = Answer::in_words("m", "two words", Some(1));
        assert_eq!((answer.words().len(), answer.stop_reason()), (1, "max_tokens"));
    }
}
