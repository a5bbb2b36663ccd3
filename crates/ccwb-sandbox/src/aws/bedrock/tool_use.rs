use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::random;

/// A scripted answer of the "model": it wants its caller to use a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolUse {
    /// The name of the tool, such as Claude Code's `Bash`. A request that does not offer it is answered in words.
    pub tool: String,
    /// What the tool is given, such as `{"command": "env"}`.
    pub input: Value,
}

impl ToolUse {
    /// The content block of the Anthropic format.
    pub(super) fn block(&self, input: &Value) -> Value {
        let id = format!("toolu_bdrk_{}", random::text(random::ALPHANUMERIC, 24));
        json!({"type": "tool_use", "id": id, "name": self.tool, "input": input})
    }
}
