//! What a line of a bill is about.

use ccwb_bedrock::{Price, Prices, TokenCounts};

use super::CauseKind;

/// A kind of token of one model at one kind of endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Item {
    pub(super) model: String,
    pub(super) is_global: bool,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Input,
    Output,
    CacheRead,
    CacheWrite,
}

impl Kind {
    pub(super) fn of(self, tokens: &TokenCounts) -> u64 {
        match self {
            Self::Input => tokens.input,
            Self::Output => tokens.output,
            Self::CacheRead => tokens.cache_read,
            Self::CacheWrite => tokens.cache_write(),
        }
    }

    /// Writes to the cache at the price of five minutes: what an hour costs more is a difference of price.
    pub(super) fn price(self, price: &Price) -> u64 {
        match self {
            Self::Input => price.input,
            Self::Output => price.output,
            Self::CacheRead => price.cache_read,
            Self::CacheWrite => price.cache_write_5m,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::CacheRead => "cache read",
            Self::CacheWrite => "cache write",
        }
    }
}

impl Item {
    pub(super) fn text(&self) -> String {
        let where_ = if self.is_global { "global" } else { "regional" };
        format!("{} {}, {where_}", self.model, self.kind.name())
    }
}

/// What a usage type says.
pub(super) enum Usage {
    Tokens(Item),
    Apart(CauseKind),
}

/// Names on bills (AWS, "Understanding your Amazon Bedrock Cost and Usage Report data", and usage types of the price list):
/// `InputTokenCount`, `input_tokens_standard`, `CacheReadInputTokenCount`, with `Global`, `batch`, `flex`, `priority` in them. The
/// model is the service, or in the usage type of Amazon Bedrock itself.
pub(super) fn usage(service: &str, usage_type: &str, prices: &Prices) -> Usage {
    let plain: String = usage_type.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let has = |word: &str| plain.contains(word);
    let model = match service.split(" (").next().unwrap_or(service).trim() {
        model if model.starts_with("Claude") => model,
        _ if !has("claude") => return Usage::Apart(CauseKind::OtherWorkloads),
        _ => match model_within(&plain, prices) {
            Some(model) => model,
            None => return Usage::Apart(CauseKind::Undivided),
        },
    };
    if has("batch") {
        return Usage::Apart(CauseKind::Batch);
    }
    if ["flex", "priority", "reserved", "provisioned", "latencyoptimized"].into_iter().any(has) {
        return Usage::Apart(CauseKind::OtherTiers);
    }
    let kind = match () {
        () if has("cacheread") => Kind::CacheRead,
        () if has("cachewrite") => Kind::CacheWrite,
        () if has("outputtoken") => Kind::Output,
        () if has("inputtoken") => Kind::Input,
        () => return Usage::Apart(CauseKind::OtherWorkloads),
    };
    Usage::Tokens(Item { model: model.to_owned(), is_global: has("global"), kind })
}

/// The model whose name is in a usage type, in either order of its words: `claude46sonnet`, `claudesonnet46`. A longer version
/// is another model.
fn model_within(plain: &str, prices: &Prices) -> Option<&'static str> {
    let ends_there = |form: &str| {
        plain.find(form).is_some_and(|at| !plain[at + form.len()..].starts_with(|next: char| next.is_ascii_digit()))
    };
    prices.all().map(|(_, price)| price.name).find(|name| {
        let words: Vec<String> = name.to_lowercase().split(' ').map(|word| word.replace('.', "")).collect();
        let mut turned = words.clone();
        turned.get_mut(1..).unwrap_or_default().reverse();
        ends_there(&words.concat()) || ends_there(&turned.concat())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usage_type_tells_model_endpoint_and_kind() {
        let tokens = |service: &str, usage_type: &str| match usage(service, usage_type, Prices::bundled()) {
            Usage::Tokens(item) => Ok((item.model, item.is_global, item.kind)),
            Usage::Apart(kind) => Err(kind),
        };
        let edition = "Claude Haiku 4.5 (Amazon Bedrock Edition)";
        let haiku = |is_global, kind| Ok(("Claude Haiku 4.5".to_owned(), is_global, kind));
        for (usage_type, expected) in [
            ("USE1-MP:USE1_InputTokenCount-Units", haiku(false, Kind::Input)),
            ("USW2-MP:USW2_OutputTokenCount_Global-Units", haiku(true, Kind::Output)),
            ("USW2-MP:USW2_input_tokens_global_standard-Units", haiku(true, Kind::Input)),
            ("EU-MP:EU_CacheReadInputTokenCount-Units", haiku(false, Kind::CacheRead)),
            ("EU-cache-write-input-token-count", haiku(false, Kind::CacheWrite)),
            ("EU-MP:EU_input_tokens_batch-Units", Err(CauseKind::Batch)),
            ("EU-MP:EU_output_tokens_priority-Units", Err(CauseKind::OtherTiers)),
            ("EU-MP:EU_something_new-Units", Err(CauseKind::OtherWorkloads)),
        ] {
            assert_eq!(tokens(edition, usage_type), expected, "{usage_type}");
        }
        let of_bedrock = |usage_type: &str| tokens("Amazon Bedrock", usage_type).map(|(model, ..)| model);
        assert_eq!(of_bedrock("USE1-Claude4.6Sonnet-input-tokens").as_deref(), Ok("Claude Sonnet 4.6"));
        assert_eq!(of_bedrock("USE1-claude-opus-4-8-output-tokens").as_deref(), Ok("Claude Opus 4.8"));
        assert_eq!(
            of_bedrock("USE1-claude-opus-4-99-output-tokens"),
            Err(CauseKind::Undivided),
            "never a model like it"
        );
        assert_eq!(of_bedrock("USE1-NovaPro-input-tokens"), Err(CauseKind::OtherWorkloads));
    }
}
