use std::net::Ipv4Addr;

use crate::{ChoiceError, Parameters, Stack};

/// A network for the collector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkingChoices {
    /// Its addresses, such as `10.0.0.0/16`, which is also the default.
    pub vpc_cidr: Option<String>,
    /// Those of its two public subnets, where they are chosen.
    pub public_cidrs: [Option<String>; 2],
    /// A way out for each availability zone instead of one for both.
    pub nat_for_each_zone: bool,
}

impl NetworkingChoices {
    /// The parameters of the stack. Subnets that are not chosen get addresses that no other one has.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        let vpc = match &self.vpc_cidr {
            Some(text) => Range::parse("vpc_cidr", text)?,
            None => Range { address: u32::from(Ipv4Addr::new(10, 0, 0, 0)), bits: 16 },
        };
        if !(16..=24).contains(&vpc.bits) {
            return Err(ChoiceError::new("vpc_cidr", "must be between /16 and /24"));
        }
        let mut taken = Vec::new();
        for (choice, cidr) in ["subnet1_cidr", "subnet2_cidr"].into_iter().zip(&self.public_cidrs) {
            let Some(cidr) = cidr else { continue };
            let range = Range::parse(choice, cidr)?;
            if !vpc.contains(range) {
                return Err(ChoiceError::new(choice, format!("{cidr} is not in {vpc}", vpc = vpc.text())));
            }
            if taken.iter().any(|other: &Range| other.overlaps(range)) {
                return Err(ChoiceError::new(choice, format!("{cidr} is in the other subnet, too")));
            }
            taken.push(range);
        }
        let mut parameters = Parameters::default();
        parameters.set("VpcCidr", vpc.text());
        let chosen = [self.public_cidrs[0].as_ref(), self.public_cidrs[1].as_ref(), None, None];
        let names = ["PublicSubnet1Cidr", "PublicSubnet2Cidr", "PrivateSubnet1Cidr", "PrivateSubnet2Cidr"];
        for (name, chosen) in names.into_iter().zip(chosen) {
            let cidr = match chosen {
                Some(cidr) => cidr.clone(),
                None => {
                    let free = vpc.parts().find(|part| !taken.iter().any(|other| other.overlaps(*part)));
                    let free = free.ok_or_else(|| ChoiceError::new("vpc_cidr", "has no room for four subnets"))?;
                    taken.push(free);
                    free.text()
                }
            };
            parameters.set(name, cidr);
        }
        parameters.set("NatGateways", if self.nat_for_each_zone { "2" } else { "1" });
        parameters.checked_for(Stack::Networking)
    }
}

/// IPv4 addresses with the same first bits.
#[derive(Clone, Copy, Debug)]
struct Range {
    address: u32,
    bits: u32,
}

impl Range {
    fn parse(choice: &str, text: &str) -> Result<Self, ChoiceError> {
        let bad = || ChoiceError::new(choice, format!("\"{text}\" is not an address range such as 10.0.0.0/16"));
        let (address, bits) = text.split_once('/').ok_or_else(bad)?;
        let address: Ipv4Addr = address.parse().map_err(|_| bad())?;
        let bits: u32 = bits.parse().ok().filter(|bits| (8..=28).contains(bits)).ok_or_else(bad)?;
        let range = Self { address: u32::from(address), bits };
        if range.first() != range.address {
            let exact = Self { address: range.first(), bits };
            return Err(ChoiceError::new(choice, format!("\"{text}\" begins within a range: {}", exact.text())));
        }
        Ok(range)
    }

    fn text(self) -> String {
        format!("{}/{}", Ipv4Addr::from(self.address), self.bits)
    }

    fn first(self) -> u32 {
        self.address & (u32::MAX << (32 - self.bits))
    }

    fn contains(self, other: Self) -> bool {
        other.bits >= self.bits && Self { bits: self.bits, ..other }.first() == self.address
    }

    fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Sixteen equal parts, or more of 256 addresses each.
    fn parts(self) -> impl Iterator<Item = Self> {
        let bits = (self.bits + 4).clamp(24, 28);
        (0..1_u32 << (bits - self.bits)).map(move |index| Self { address: self.address + (index << (32 - bits)), bits })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SUBNETS: [&str; 4] = ["PublicSubnet1Cidr", "PublicSubnet2Cidr", "PrivateSubnet1Cidr", "PrivateSubnet2Cidr"];

    proptest! {
        #[test]
        fn subnets_lie_in_the_network_and_never_overlap(bits in 16_u32..=24, second in 0_u32..200, own in any::<bool>()) {
            let vpc = Range { address: (10 << 24) + (second << 16), bits };
            let first = vpc.parts().nth(2).unwrap().text();
            let choices = NetworkingChoices {
                vpc_cidr: Some(vpc.text()),
                public_cidrs: [own.then_some(first), None],
                nat_for_each_zone: own,
            };
            let parameters = choices.parameters().unwrap();
            let subnets = SUBNETS.map(|name| Range::parse(name, parameters.get(name).unwrap()).unwrap());
            for (index, subnet) in subnets.iter().enumerate() {
                prop_assert!(vpc.contains(*subnet));
                prop_assert!(!subnets[index + 1..].iter().any(|other| other.overlaps(*subnet)), "{:?}", parameters);
            }
        }
    }

    #[test]
    fn ranges_that_cannot_be_are_named() {
        let named = |vpc: &str, subnet: &str| {
            let public_cidrs = [Some(subnet.to_owned()), Some("10.0.1.0/24".to_owned())];
            let choices = NetworkingChoices { vpc_cidr: Some(vpc.to_owned()), public_cidrs, ..Default::default() };
            choices.parameters().err().map(|error| error.choice)
        };
        for (vpc, subnet, choice) in [
            ("10.0.0.0/16", "10.0.2.0/24", None),
            ("10.0.0.1/16", "10.0.2.0/24", Some("vpc_cidr")),
            ("10.0.0.0/8", "10.0.2.0/24", Some("vpc_cidr")),
            ("everything", "10.0.2.0/24", Some("vpc_cidr")),
            ("10.0.0.0/16", "10.1.2.0/24", Some("subnet1_cidr")),
            ("10.0.0.0/16", "10.0.0.0/20", Some("subnet2_cidr")),
        ] {
            assert_eq!(named(vpc, subnet).as_deref(), choice, "{vpc} {subnet}");
        }
    }
}
