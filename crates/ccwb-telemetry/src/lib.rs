//! Who a user is, as OTLP headers.
//!
//! - [`Headers::from_claims`]: a verified ID token's claims become headers, by a table and the administrator's rules. Each
//!   [`Row`] says where its value came from and what was done to it.
//! - [`HeaderFile`]: the file that `credential-process` writes at each new ID token and that `otel-helper` reads. It is
//!   bound to the configuration that it was made under, and says itself until when it holds.
//! - [`bearer`]: whether the ID token may go along, and where it is taken from.
//!
//! What is shown to a person and what is sent are the same rows.

pub mod bearer;
mod claims;
mod hash;
mod header_file;
mod headers;
mod sent;
mod table;
mod value;

pub use claims::principal_tags;
pub use header_file::{HeaderFile, OUTLIVES_TOKEN, Refusal, WrittenUnder};
pub use headers::{Headers, Row};
pub use sent::to_json;
