//! What the whole-program tests stand on.
//!
//! A test makes a [`Home`], runs the built programs in it and reads their [`Output`]:
//!
//! ```no_run
//! use ccwb_tests::{Home, LIMIT};
//!
//! let home = Home::new();
//! home.write_config(r#"{"profiles": {}}"#);
//! let output = ccwb_tests::run(&mut home.credential_process(&["status"]), LIMIT).expect("it answers in time");
//! assert_eq!(output.code, Some(3));
//! ```
//!
//! Real third-party programs are [`part`]s: each `start` gives `None` where the part is not installed, and the test returns.
//! Such a test is marked `#[ignore = "needs <part>"]`, and `tests/run` installs the parts and runs it.

mod answer;
pub mod bench;
mod browsing;
pub mod free_port;
mod gateway;
mod home;
pub mod http;
mod impatience;
pub mod leaks;
pub mod local_server;
#[cfg(target_os = "linux")]
pub mod memory;
mod office;
mod output;
pub mod part;
mod process_group;
#[cfg(target_os = "linux")]
mod processes;
mod program;
mod session_file;
mod surroundings;
pub mod targets;
mod terminal;
mod wait;

pub use answer::{Credentials, ErrorReport, device_code};
pub use browsing::FakeBrowser;
pub use free_port::free_port;
pub use gateway::Gateway;
pub use home::Home;
pub use impatience::Impatience;
pub use office::Office;
pub use output::{LIMIT, Output, Overrun, Running, run, start};
#[cfg(target_os = "linux")]
pub use processes::processes_with;
pub use program::Program;
pub use session_file::SessionFile;
pub use surroundings::number as number_from_environment;
pub use terminal::Terminal;
pub use wait::{alone_on_the_machine, each_case, eventually, now};
