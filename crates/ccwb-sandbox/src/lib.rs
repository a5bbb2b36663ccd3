//! A strict local `OpenID` provider, the AWS endpoints that the product uses and a receiver of telemetry, in one process, on
//! 127.0.0.1.
//!
//! ```no_run
//! # async fn demo() -> Result<(), ccwb_sandbox::SandboxError> {
//! use ccwb_sandbox::{Federation, Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default()).await?;
//! let config = sandbox.config_json(Federation::Cognito, "session");
//! let environment = sandbox.environment(); // AWS_ENDPOINT_URL and ANTHROPIC_BEDROCK_BASE_URL
//! # drop((config, environment));
//! sandbox.shutdown().await;
//! # Ok(()) }
//! ```
//!
//! "Strict" means that whatever a real provider or AWS refuses is refused here, with the same format and error code, so that
//! a client which passes here has not been let off. Everything lives in memory and ends with the process. It is a stand-in
//! for tests and for `ccwb demo`, never a server for others: it listens on loopback only and lets anybody there sign in.

mod aws;
mod clock;
mod control;
mod error;
mod http;
mod idp;
mod options;
mod otlp;
mod random;
mod sandbox;
mod world;

pub use aws::bedrock::ToolUse;
pub use aws::cloudformation::stack::{StackFault, StackSummary};
pub use aws::iam_user::AccessKeyState;
pub use aws::roles::{Role, Trust};
pub use control::Control;
pub use control::behaviour::{AutoApprove, Behaviour};
pub use control::faults::{Fault, UnknownEndpoint};
pub use control::issued::IssuedCredentials;
pub use control::mutation::{Forgery, TokenMutation};
pub use control::requests::LoggedRequest;
pub use error::SandboxError;
pub use idp::client::{Client, ClientAuthentication};
pub use idp::shape::ProviderShape;
pub use idp::user::User;
pub use options::{Lifetimes, Options, Rotation, SigningAlgorithm};
pub use otlp::received::{Export, Signal, Telemetry};
pub use sandbox::{Federation, Sandbox};
