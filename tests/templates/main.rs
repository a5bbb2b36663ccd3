//! dist-templates as others see it: linters for CloudFormation and IAM, and the AWS CLI that deploys by hand.

mod agreed;
mod by_hand;
mod linted;
