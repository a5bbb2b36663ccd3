//! Who used what, and what it cost: telemetry to figures.
//!
//! - [`Aggregate`] adds up rows as they come ([`read`], [`Aggregate::add`]): what it holds grows with people and days, not with
//!   rows.
//! - [`Report`] prices it ([`ccwb_bedrock::Prices`]), puts it in order and looks ahead ([`Forecast`]).
//! - [`render`] makes it a screen, a page, JSON or CSV.
//! - [`aws`] asks Athena, CloudWatch and Cost Explorer; [`sql`] are the queries.
//! - [`reconcile`] sets it beside the bill and names the difference.
//! - [`demo`] makes up a company.
//!
//! It prints nothing and reads neither clock nor environment.

mod aggregate;
pub mod aws;
mod counts;
pub mod demo;
mod forecast;
mod number;
mod random;
mod read;
pub mod reconcile;
pub mod render;
mod report;
mod row;
pub mod sql;

pub use aggregate::{Aggregate, Sample, Tally, TeamField, UNNAMED};
pub use counts::Counts;
pub use forecast::{Forecast, METHOD, forecast};
pub use read::read;
pub use report::{Cost, Dimension, Line, Question, Report, group};
