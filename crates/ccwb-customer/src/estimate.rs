//! What a month of a customer costs.

use ccwb_bedrock::{Price, Prices, TokenCounts, Usd};

use crate::record::Customer;

/// A month of the expected tokens, without a cache: what the customer's bill is at most, if the expectation holds.
#[derive(Clone, Copy, Debug)]
pub struct MonthEstimate {
    /// The profile's price; `None` if no source is known.
    pub price: Option<Price>,
    /// Of the input.
    pub input: Option<Usd>,
    /// Of the output.
    pub output: Option<Usd>,
    /// Of both.
    pub month: Option<Usd>,
}

/// The expected tokens at the price of the profile that is called.
pub fn estimate(customer: &Customer, prices: &Prices) -> MonthEstimate {
    let price = prices.of(&customer.model.profile);
    let cost = |counts: TokenCounts| price.map(|price| price.cost(&counts));
    let input = cost(TokenCounts { input: customer.tokens.input, ..TokenCounts::default() });
    let output = cost(TokenCounts { output: customer.tokens.output, ..TokenCounts::default() });
    MonthEstimate { price, input, output, month: input.zip(output).map(|(input, output)| input + output) }
}
