//! Claude models on Amazon Bedrock: what they are called, through which inference profiles and in which regions they can
//! be called, what they cost, and which IAM policies allow it.
//!
//! [`Catalogue`] and [`Prices`] are data with their source and date (`data/models.json`, `data/prices.json`). [`policy`] makes
//! IAM policies for exactly the calls that are asked for and tells in words what any policy does; [`iam`] is the documented
//! evaluation logic, so that one can be tried before it is deployed. [`recommend`] and [`Plan`] are for whoever has to choose.
//!
//! ```
//! use ccwb_bedrock::{Catalogue, Partition};
//!
//! let catalogue = Catalogue::bundled();
//! let sonnet = catalogue.model("sonnet-4-5").expect("it is in the catalogue");
//! assert_eq!(sonnet.id, "anthropic.claude-sonnet-4-5-20250929-v1:0");
//!
//! let profile = catalogue.inference_profile("eu", &sonnet.id).expect("there is one for Europe");
//! let arns = profile.arns(Partition::of_region("eu-west-1"), "123456789012", "eu-west-1");
//! assert_eq!(arns.inference_profile, format!("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/{}", profile.id));
//! assert_eq!(arns.foundation_models.len(), 8);
//! ```

mod arn;
mod catalogue;
mod cost;
mod facts;
pub mod iam;
mod partition;
pub mod policy;
mod price;
mod reach;
mod recommend;
mod token_count;
mod usd;

pub use arn::{ProfileArns, foundation_model_arn, inference_profile_arn};
pub use catalogue::{Catalogue, InferenceProfile, Model, Tier};
pub use cost::{Estimate, Line, Plan, PlanError, TeamPlan};
pub use facts::{Lifecycle, Limits, State};
pub use partition::Partition;
pub use price::{Price, PriceRule, Prices, TokenCounts};
pub use reach::Reach;
pub use recommend::{Proposal, Task, Wish, recommend};
pub use token_count::token_count;
pub use usd::Usd;
