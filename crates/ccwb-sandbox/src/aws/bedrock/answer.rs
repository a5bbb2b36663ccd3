use serde_json::{Value, json};

use super::request::TokenLimit;
use super::tool_use::ToolUse;
use crate::http::reply::Reply;
use crate::random;

/// What the "model" says or does, in the formats of both APIs. A word counts as a token.
pub(super) struct Answer {
    id: String,
    model: String,
    pub(super) content: Content,
}

pub(super) enum Content {
    Words { words: Vec<String>, cut: bool },
    Tool(ToolUse),
}

/// Not measured: the sandbox doesn't count what it is asked.
const INPUT_TOKENS: usize = 25;

impl Answer {
    pub(super) fn in_words(model: &str, text: &str, limit: TokenLimit) -> Self {
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let all: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
        let cut = all.len() > limit;
        Self::new(model, Content::Words { words: all.into_iter().take(limit).collect(), cut })
    }

    pub(super) fn with_tool(model: &str, tool: ToolUse) -> Self {
        Self::new(model, Content::Tool(tool))
    }

    fn new(model: &str, content: Content) -> Self {
        Self { id: format!("msg_bdrk_{}", random::text(random::ALPHANUMERIC, 24)), model: model.to_owned(), content }
    }

    pub(super) fn stop_reason(&self) -> &'static str {
        match &self.content {
            Content::Words { cut: true, .. } => "max_tokens",
            Content::Words { cut: false, .. } => "end_turn",
            Content::Tool(_) => "tool_use",
        }
    }

    pub(super) fn output_tokens(&self) -> usize {
        match &self.content {
            Content::Words { words, .. } => words.len(),
            Content::Tool(_) => 1,
        }
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
        let content = match &self.content {
            Content::Words { words, .. } => json!({"type": "text", "text": words.concat()}),
            Content::Tool(tool) => tool.block(&tool.input),
        };
        Reply::json(200, &self.message(&[content], Some(self.stop_reason()), self.output_tokens()))
            .header("x-amzn-bedrock-input-token-count", &INPUT_TOKENS.to_string())
            .header("x-amzn-bedrock-output-token-count", &self.output_tokens().to_string())
            .header("x-amzn-bedrock-invocation-latency", "20")
    }

    pub(super) fn converse(&self) -> Reply {
        let message = json!({"role": "assistant", "content": [{"text": self.text()}]});
        let body = json!({
            "output": {"message": message}, "stopReason": self.stop_reason(),
            "usage": self.converse_usage(), "metrics": {"latencyMs": 20},
        });
        Reply::json(200, &body)
    }

    pub(super) fn converse_usage(&self) -> Value {
        let output = self.output_tokens();
        json!({"inputTokens": INPUT_TOKENS, "outputTokens": output, "totalTokens": INPUT_TOKENS + output})
    }

    pub(super) fn words(&self) -> &[String] {
        match &self.content {
            Content::Words { words, .. } => words,
            Content::Tool(_) => &[],
        }
    }

    pub(super) fn invocation_metrics(&self) -> Value {
        json!({
            "inputTokenCount": INPUT_TOKENS, "outputTokenCount": self.output_tokens(),
            "invocationLatency": 20, "firstByteLatency": 10,
        })
    }

    fn text(&self) -> String {
        self.words().concat()
    }
}
