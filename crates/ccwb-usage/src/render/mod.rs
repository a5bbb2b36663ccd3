//! A report as a page, as a screen, as data.

mod csv;
mod html;
mod json;
mod plot;
mod reconciliation;
mod terminal;

pub use csv::csv;
pub use html::html;
pub use json::{json, lines_json};
pub use reconciliation::{reconciliation_csv, reconciliation_json, reconciliation_terminal};
pub use terminal::{Look, overview, table};
