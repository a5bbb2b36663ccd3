//! The parts of a difference, and their names.

use std::collections::BTreeMap;

use ccwb_bedrock::Usd;

/// A part of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which.
    pub kind: CauseKind,
    /// Positive: billed, and not in telemetry.
    pub amount: Usd,
    /// For people.
    pub detail: String,
}

/// What makes bill and telemetry differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseKind {
    /// Tokens that were billed and that no telemetry tells of.
    TokensWithoutTelemetry,
    /// Tokens that telemetry tells of and that were not billed here.
    TelemetryWithoutBill,
    /// Days that AWS has not billed yet.
    NotBilledYet,
    /// Another price than that of the table.
    PriceDifference,
    /// Batch jobs.
    Batch,
    /// Tiers with prices of their own.
    OtherTiers,
    /// Everything that is not a call of a Claude model.
    OtherWorkloads,
    /// Models that the table has no price for.
    UnpricedModels,
    /// Usage whose quantity or unit the bill does not tell: tokens and price cannot be told apart.
    Undivided,
}

impl CauseKind {
    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::TokensWithoutTelemetry => "Tokens without telemetry",
            Self::TelemetryWithoutBill => "Telemetry without a bill",
            Self::NotBilledYet => "Not billed yet",
            Self::PriceDifference => "Another price",
            Self::Batch => "Batch jobs",
            Self::OtherTiers => "Other service tiers",
            Self::OtherWorkloads => "Other workloads on Bedrock",
            Self::UnpricedModels => "Models without a price",
            Self::Undivided => "Not to be divided",
        }
    }

    /// For machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::TokensWithoutTelemetry => "tokens_without_telemetry",
            Self::TelemetryWithoutBill => "telemetry_without_bill",
            Self::NotBilledYet => "not_billed_yet",
            Self::PriceDifference => "price_difference",
            Self::Batch => "batch",
            Self::OtherTiers => "other_tiers",
            Self::OtherWorkloads => "other_workloads",
            Self::UnpricedModels => "unpriced_models",
            Self::Undivided => "undivided",
        }
    }
}

/// Parts as they are found.
#[derive(Default)]
pub(super) struct Causes(BTreeMap<CauseKind, (Usd, Vec<(Usd, String)>)>);

impl Causes {
    pub(super) fn add(&mut self, kind: CauseKind, amount: Usd, what: String) {
        if amount == Usd::ZERO {
            return;
        }
        let (sum, parts) = self.0.entry(kind).or_default();
        *sum += amount;
        match parts.iter_mut().find(|(_, known)| *known == what) {
            Some((part, _)) => *part += amount,
            None => parts.push((amount, what)),
        }
    }

    pub(super) fn finish(self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self
            .0
            .into_iter()
            .map(|(kind, (amount, mut parts))| {
                parts.sort_by_key(|(amount, _)| std::cmp::Reverse(amount.abs()));
                let first: Vec<String> =
                    parts.iter().take(3).map(|(amount, what)| format!("{what} ({amount})")).collect();
                let rest = parts.len().saturating_sub(3);
                let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
                Cause { kind, amount, detail: format!("{}{more}", first.join(", ")) }
            })
            .collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.amount.abs()));
        causes
    }
}
