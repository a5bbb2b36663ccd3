use std::fmt;

/// A part of AWS with accounts and ARNs of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Partition {
    /// The commercial regions, `aws`.
    Commercial,
    /// `aws-us-gov`, for the government of the United States.
    GovCloud,
    /// The regions in China, `aws-cn`.
    China,
    /// The European Sovereign Cloud, `aws-eusc`.
    EuropeanSovereign,
}

impl Partition {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Commercial, Self::GovCloud, Self::China, Self::EuropeanSovereign];

    /// The partition that a region belongs to, by its prefix.
    pub fn of_region(region: &str) -> Self {
        match region.split_once('-').map(|(prefix, _)| prefix) {
            Some("us") if region.starts_with("us-gov-") => Self::GovCloud,
            Some("cn") => Self::China,
            Some("eusc") => Self::EuropeanSovereign,
            _ => Self::Commercial,
        }
    }

    /// `AWS::Partition`: the second part of an ARN.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::GovCloud => "aws-us-gov",
            Self::China => "aws-cn",
            Self::EuropeanSovereign => "aws-eusc",
        }
    }

    /// `AWS::URLSuffix`: the domain of its endpoints.
    pub fn url_suffix(self) -> &'static str {
        match self {
            Self::Commercial | Self::GovCloud => "amazonaws.com",
            Self::China => "amazonaws.com.cn",
            Self::EuropeanSovereign => "amazonaws.eu",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_belongs_to_one_partition() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-northwest-1", "aws-cn"),
            ("eusc-de-east-1", "aws-eusc"),
            ("eu-central-1", "aws"),
            ("mx-central-1", "aws"),
        ] {
            assert_eq!(Partition::of_region(region).name(), partition, "{region}");
        }
    }
}
