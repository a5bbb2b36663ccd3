use serde_json::{Value, json};

use super::request::TokenLimit;
use crate::http::reply::Reply;
use crate::random;

/// What the "model" says, in the formats of both APIs. A word counts as a token.
pub(super) struct Answer {
    id: String,
    model: String,
    pub(super) words: Vec<String>,
    pub(super) cut: bool,
}

/// Not measured: the sandbox doesn't count what it is asked.
const INPUT_TOKENS: usize = 25;

impl Answer {
    pub(super) fn new(model: &str, text: &str, limit: TokenLimit) -> Self {
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let all: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
        Self {
            id: format!("msg_bdrk_{}", random::text(random::ALPHANUMERIC, 24)),
            model: model.to_owned(),
            cut: all.len() > limit,
            words: all.into_iter().take(limit).collect(),
        }
    }

    pub(super) fn stop_reason(&self) -> &'static str {
        if self.cut { "max_tokens" } else { "end_turn" }
    }

    /// The message of the Anthropic format, with this content and end.
    pub(super) fn message(&self, content: &[Value], stop_reason: Option<&str>, output_tokens: usize) -> Value {
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": stop_reason, "stop_sequence": null,
            "usage": {
                "input_tokens": INPUT_TOKENS, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
                "output_tokens": output_tokens,
            },
        })
    }

    pub(super) fn invoke(&self) -> Reply {
        let content = [json!({"type": "text", "text": self.words.concat()})];
        let count = self.words.len();
        Reply::json(200, &self.message(&content, Some(self.stop_reason()), count))
            .header("x-amzn-bedrock-input-token-count", &INPUT_TOKENS.to_string())
            .header("x-amzn-bedrock-output-token-count", &count.to_string())
            .header("x-amzn-bedrock-invocation-latency", "20")
    }

    pub(super) fn converse(&self) -> Reply {
        let message = json!({"role": "assistant", "content": [{"text": self.words.concat()}]});
        let body = json!({
            "output": {"message": message}, "stopReason": self.stop_reason(),
            "usage": self.converse_usage(), "metrics": {"latencyMs": 20},
        });
        Reply::json(200, &body)
    }

    pub(super) fn converse_usage(&self) -> Value {
        let output = self.words.len();
        json!({"inputTokens": INPUT_TOKENS, "outputTokens": output, "totalTokens": INPUT_TOKENS + output})
    }

    pub(super) fn invocation_metrics(&self) -> Value {
        json!({
            "inputTokenCount": INPUT_TOKENS, "outputTokenCount": self.words.len(),
            "invocationLatency": 20, "firstByteLatency": 10,
        })
    }
}
