//! The redirect address on this machine (RFC 8252, section 7.3): a server that only the right answer can end.

mod connection;
mod judge;
mod page;
mod server;

pub use connection::parse_head;
pub use judge::{Expected, Request, Verdict, judge};
pub use page::{Page, Tone};
pub use server::{Answer, AskFirst, Browser, CallbackServer, Listening, Outcome};
