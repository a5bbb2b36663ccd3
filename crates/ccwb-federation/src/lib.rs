//! From an ID token to AWS credentials: Cognito identity pools, STS, and a second role in another account; and from a sign-in
//! at IAM Identity Center to a role's.
//!
//! The AWS SDKs do the calls, over the one HTTP client of `ccwb-http` and without any credentials but those that the
//! calls themselves give: the default credential chain and instance metadata are never asked, so the program cannot
//! call itself.

mod cognito;
mod credentials;
mod error;
mod federate;
mod holder;
mod iam;
pub mod identity_center;
mod region;
mod sdk;
mod session_name;
mod signed;
mod sts;
mod workload;

pub use credentials::{Credentials, MachineCredentials, Signer, TOLERATED_SKEW};
pub use error::{AwsRefusal, FederationError};
pub use federate::{Federated, Federator, Person};
pub use holder::Holder;
pub use iam::{Iam, ListedKey};
pub use region::{BedrockEndpoint, RegionState, ask_region};
pub use sdk::AwsSettings;
pub use workload::WorkloadRole;
