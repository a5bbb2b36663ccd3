//! Whether the credentials are those of the account and of the part of AWS that is meant.

use super::{Asked, Cause, Diagnosis, Trouble, describe};
use crate::Partition;

/// What is wrong with an identity that STS told, if anything is.
pub fn misfit(arn: &str, account: &str, asked: &Asked<'_>) -> Option<Diagnosis> {
    let asked = Asked { principal: Some(arn), ..*asked };
    let told = Trouble::refused("sts:GetCallerIdentity", 200, "", "");
    if arn.split(':').nth(1) != Some(Partition::of_region(asked.region).name()) {
        return Some(describe(Cause::PartitionWrong, &told, &asked));
    }
    (asked.account.is_some_and(|expected| expected != account)).then(|| describe(Cause::AccountWrong, &told, &asked))
}

/// Where else AWS may know credentials that it does not know in a region: at home in each partition, the region's own first.
///
/// STS knows an account in these regions without anybody enabling them.
pub fn home_regions(region: &str) -> Vec<&'static str> {
    let own = Partition::of_region(region);
    let mut partitions = vec![own];
    partitions.extend(Partition::ALL.into_iter().filter(|partition| *partition != own));
    let home = |partition: &Partition| match partition {
        Partition::Commercial => "us-east-1",
        Partition::GovCloud => "us-gov-west-1",
        Partition::China => "cn-north-1",
        Partition::EuropeanSovereign => "eusc-de-east-1",
    };
    partitions.iter().map(home).filter(|home| *home != region).collect()
}
