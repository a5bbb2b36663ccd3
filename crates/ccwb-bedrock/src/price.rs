//! What tokens cost, from `data/prices.json`. Every row there says where it comes from and of when it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::Usd;

/// The prices of this release. A model that is not in them has no price: never a guess, never zero.
#[derive(Debug)]
pub struct Prices {
    by_model: HashMap<&'static str, &'static Row>,
    table: &'static Table,
}

/// The price of a model at one kind of endpoint, in whole micro-dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// The model's name for people.
    pub name: &'static str,
    /// Input that neither came from the cache nor went into it.
    pub input: u64,
    /// Output.
    pub output: u64,
    /// Written to the cache for five minutes.
    pub cache_write_5m: u64,
    /// Written to the cache for an hour.
    pub cache_write_1h: u64,
    /// Read from the cache.
    pub cache_read: u64,
    /// Input of a batch job.
    pub batch_input: u64,
    /// Output of a batch job.
    pub batch_output: u64,
    /// Whether the premium of a regional or geographic endpoint is in it.
    pub is_regional: bool,
    /// Where it comes from.
    pub source: &'static str,
    /// The day of that source, `YYYY-MM-DD`.
    pub as_of: &'static str,
}

/// Tokens by what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCounts {
    /// Input that neither came from the cache nor went into it.
    pub input: u64,
    /// Output.
    pub output: u64,
    /// Written to the cache for five minutes; also those of which it is not known for how long.
    pub cache_write_5m: u64,
    /// Written to the cache for an hour.
    pub cache_write_1h: u64,
    /// Read from the cache.
    pub cache_read: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    unit: String,
    regional: PriceRule,
    batch: PriceRule,
    models: Vec<Row>,
}

/// A percentage that holds for several models.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRule {
    /// How much more or less.
    #[serde(alias = "percent_less")]
    pub percent: u64,
    /// What it is.
    pub meaning: String,
    /// Where it comes from.
    pub source: String,
    /// The day of that source, `YYYY-MM-DD`.
    pub as_of: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    name: String,
    #[serde(deserialize_with = "micro_dollars")]
    input: u64,
    #[serde(deserialize_with = "micro_dollars")]
    output: u64,
    #[serde(deserialize_with = "micro_dollars")]
    cache_write_5m: u64,
    #[serde(deserialize_with = "micro_dollars")]
    cache_write_1h: u64,
    #[serde(deserialize_with = "micro_dollars")]
    cache_read: u64,
    regional: bool,
    source: String,
    as_of: String,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/prices.json")).expect("the bundled prices are tested"));

static BUNDLED: LazyLock<Prices> = LazyLock::new(|| Prices {
    by_model: TABLE.models.iter().map(|row| (row.model.as_str(), row)).collect(),
    table: &TABLE,
});

impl Prices {
    /// The prices of this release.
    pub fn bundled() -> &'static Self {
        &BUNDLED
    }

    /// The price of what a caller names as the model: a model id, an inference profile or its ARN, with or without
    /// Claude Code's `[1m]`. `None` if there is no published price, or if the name does not tell which model it is.
    ///
    /// The prefix `global.` is the global endpoint, any other or none a regional one. For `us-gov.` no price is
    /// known: its price list is another one.
    pub fn of(&self, model: &str) -> Option<Price> {
        let (prefix, key) = family(model);
        let row = self.by_model.get(key).filter(|_| prefix != "us-gov.")?;
        Some(self.price(row, prefix == "global."))
    }

    /// The price of a model by the name that AWS has for it on a bill, such as `Claude Sonnet 4.5`.
    pub fn by_name(&self, name: &str, is_global: bool) -> Option<Price> {
        let row = self.table.models.iter().find(|row| row.name.eq_ignore_ascii_case(name))?;
        Some(self.price(row, is_global))
    }

    /// The price at the global endpoint of every model, in the order of the file.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, Price)> + '_ {
        self.table.models.iter().map(|row| (row.model.as_str(), self.price(row, true)))
    }

    /// The unit of the file's figures.
    pub fn unit(&self) -> &str {
        &self.table.unit
    }

    /// What a regional endpoint costs more.
    pub fn regional(&self) -> &PriceRule {
        &self.table.regional
    }

    /// What a batch job costs less.
    pub fn batch(&self) -> &PriceRule {
        &self.table.batch
    }

    /// The newest day that a price is of.
    pub fn as_of(&self) -> &str {
        self.table.models.iter().map(|row| row.as_of.as_str()).max().unwrap_or_default()
    }

    fn price(&self, row: &'static Row, is_global: bool) -> Price {
        let is_regional = row.regional && !is_global;
        let percent = 100 + if is_regional { self.table.regional.percent } else { 0 };
        let of = |price: u64| price * percent / 100;
        let in_batch = |price: u64| of(price) * (100 - self.table.batch.percent) / 100;
        Price {
            name: &row.name,
            input: of(row.input),
            output: of(row.output),
            cache_write_5m: of(row.cache_write_5m),
            cache_write_1h: of(row.cache_write_1h),
            cache_read: of(row.cache_read),
            batch_input: in_batch(row.input),
            batch_output: in_batch(row.output),
            is_regional,
            source: &row.source,
            as_of: &row.as_of,
        }
    }
}

impl Price {
    /// What these tokens cost on demand, to the picodollar.
    pub fn cost(&self, tokens: &TokenCounts) -> Usd {
        let parts = [
            (tokens.input, self.input),
            (tokens.output, self.output),
            (tokens.cache_write_5m, self.cache_write_5m),
            (tokens.cache_write_1h, self.cache_write_1h),
            (tokens.cache_read, self.cache_read),
        ];
        parts.into_iter().map(|(count, price)| of_tokens(count, price)).sum()
    }

    /// What the input of these tokens would cost if there were no cache.
    pub fn input_without_cache(&self, tokens: &TokenCounts) -> Usd {
        of_tokens(tokens.prompt(), self.input)
    }
}

/// Micro-dollars for a million tokens are picodollars for one.
fn of_tokens(count: u64, price: u64) -> Usd {
    Usd::from_pico(i128::from(count) * i128::from(price))
}

impl TokenCounts {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.prompt().saturating_add(self.output)
    }

    /// Everything but output.
    pub fn prompt(&self) -> u64 {
        [self.input, self.cache_write_5m, self.cache_write_1h, self.cache_read].into_iter().fold(0, u64::saturating_add)
    }

    /// Written to the cache, for however long.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
        self.cache_write_5m = self.cache_write_5m.saturating_add(other.cache_write_5m);
        self.cache_write_1h = self.cache_write_1h.saturating_add(other.cache_write_1h);
        self.cache_read = self.cache_read.saturating_add(other.cache_read);
    }
}

/// `us.anthropic.claude-opus-4-6-v1[1m]` is `us.` and `claude-opus-4-6`.
fn family(model: &str) -> (&str, &str) {
    // The last part of the ARN of an inference profile. An application's own profile has an id that says nothing.
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name.split('[').next().unwrap_or(name);
    let (prefix, name) = match name.split_once("anthropic.") {
        Some((prefix, name)) => (prefix, name),
        None => ("", name),
    };
    let name = match name.rsplit_once("-v") {
        Some((name, version)) if version.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') => name,
        _ => name,
    };
    let name = match name.rsplit_once('-') {
        Some((name, date)) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => name,
    };
    (prefix, name)
}

fn micro_dollars<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let pico = Usd::parse(&text).map(Usd::pico).filter(|pico| pico % 1_000_000 == 0);
    pico.and_then(|pico| u64::try_from(pico / 1_000_000).ok())
        .ok_or_else(|| serde::de::Error::custom(format!("not whole micro-dollars: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    #[test]
    fn every_figure_has_a_source_and_a_date_and_survives_the_percentages_whole() {
        let table = &*TABLE;
        assert_eq!(table.unit, "US dollars per million tokens");
        for rule in [&table.regional, &table.batch] {
            assert!(rule.source.contains("https://") && rule.as_of.len() == 10 && !rule.meaning.is_empty());
        }
        let mut models = std::collections::HashSet::new();
        for row in &table.models {
            assert!(models.insert(&row.model), "{} twice", row.model);
            assert!(row.source.contains("https://"), "{}", row.model);
            assert!(chrono_like(&row.as_of), "{}", row.as_of);
            for price in [row.input, row.output, row.cache_write_5m, row.cache_write_1h, row.cache_read] {
                assert!(price > 0 && price * 110 % 100 == 0 && price * 110 / 100 * 50 % 100 == 0, "{}", row.model);
            }
            assert!(row.cache_read < row.input && row.input < row.cache_write_5m && row.input < row.output);
        }
    }

    fn chrono_like(day: &str) -> bool {
        let parts: Vec<&str> = day.split('-').collect();
        parts.len() == 3 && parts[0].len() == 4 && parts.iter().all(|part| part.parse::<u16>().is_ok())
    }

    #[test]
    fn every_commercial_profile_of_the_catalogue_has_a_price() {
        for profile in &Catalogue::bundled().inference_profiles {
            let price = Prices::bundled().of(&profile.id);
            if profile.prefix == "us-gov" {
                assert_eq!(price, None, "no source for GovCloud");
                continue;
            }
            let price = price.unwrap_or_else(|| panic!("{} has no price", profile.id));
            let model = Catalogue::bundled().model(&profile.id).expect("a profile has a model");
            assert_eq!(price.name, model.name);
            assert!(!(price.is_regional && profile.prefix == "global"), "{}", profile.id);
        }
    }

    #[test]
    fn a_regional_endpoint_costs_a_tenth_more_since_sonnet_4_5() {
        let prices = Prices::bundled();
        let of = |model: &str| prices.of(model).unwrap().input;
        assert_eq!(of("global.anthropic.claude-sonnet-4-5-20250929-v1:0"), 3_000_000);
        assert_eq!(of("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), 3_300_000);
        assert_eq!(of("anthropic.claude-sonnet-4-6"), 3_300_000);
        assert_eq!(of("eu.anthropic.claude-sonnet-4-20250514-v1:0"), 3_000_000);
        assert_eq!(
            of("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1[1m]"),
            5_500_000
        );
    }

    #[test]
    fn what_is_not_known_has_no_price() {
        for model in [
            "",
            "us.anthropic.claude-opus-99",
            "us.anthropic.claude-opus-4-8-preview",
            "anthropic.claude-sonnet",
            "amazon.nova-pro-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
        ] {
            assert_eq!(Prices::bundled().of(model), None, "{model}");
        }
    }

    #[test]
    fn a_cost_is_exact() {
        let price = Prices::bundled().of("us.anthropic.claude-haiku-4-5-20251001-v1:0").unwrap();
        let tokens =
            TokenCounts { input: 1, output: 1, cache_write_5m: 1_000_000, cache_write_1h: 1_000_000, cache_read: 3 };
        // 1.10 + 5.50 + 3 x 0.11 dollars for a million of them, and 1.375 + 2.20 dollars.
        assert_eq!(price.cost(&tokens).exact(), "3.57500693");
        assert_eq!(price.batch_output, 2_750_000);
        assert_eq!(price.cost(&TokenCounts { input: u64::MAX, ..TokenCounts::default() }).pico() % 1_100_000, 0);
    }
}
