//! Addresses and moments of conditions.

use std::net::IpAddr;

/// An address, or all addresses with the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// `203.0.113.7`, `198.51.100.0/24`, `2001:db8::/32`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let length = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(length);
        (bits <= length).then_some(Self { address, bits })
    }

    pub(super) fn contains(&self, other: &Self) -> bool {
        let first = |address: u128, length: u32| address.checked_shr(length - self.bits).unwrap_or(0);
        let same = match (self.address, other.address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                first(ours.to_bits().into(), 32) == first(theirs.to_bits().into(), 32)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => first(ours.to_bits(), 128) == first(theirs.to_bits(), 128),
            _ => false,
        };
        same && other.bits >= self.bits
    }
}

/// Seconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i64);

impl Moment {
    /// The forms of ISO 8601 that IAM documents, in UTC: `2026-12-01T08:00:00Z`, `2026-12-01T08:00Z`, `2026-12-01`; or
    /// seconds since 1970.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() > 4 {
            return text.parse().ok().map(Self);
        }
        let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
        let [year, month, day] = numbers(day, '-')?;
        let [hour, minute, second] = match time.strip_suffix('Z')? {
            short if short.len() == 5 => numbers(&format!("{short}:00"), ':')?,
            long => numbers(long, ':')?,
        };
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let month = usize::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        let is_valid = (1970..10_000).contains(&year)
            && (1..=days[month - 1]).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        let before = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
        let days = (year - 1970) * 365 + before + days[..month - 1].iter().sum::<i64>() + day - 1;
        is_valid.then_some(Self(((days * 24 + hour) * 60 + minute) * 60 + second))
    }
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let parts: Vec<&str> = text.split(between).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers: Option<Vec<i64>> =
        parts.iter().map(|part| Some(part).filter(|part| is_number(part))?.parse().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_what_date_makes_of_them() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-26T09:13:21Z", 1_795_684_401),
            ("2100-03-01", 4_107_542_400),
            ("2026-11-26T09:13Z", 1_795_684_380),
            ("1764547200", 1_764_547_200),
        ] {
            assert_eq!(Moment::parse(text), Some(Moment(seconds)), "{text}");
        }
        for text in
            ["", "2026", "2026-02-30", "2026-11-26T24:00:00Z", "2026-11-26T09:13:21", "2026-11-26T09:13:21+01:00"]
        {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_network_holds_its_own_addresses() {
        let network = |text| Network::parse(text).unwrap();
        assert!(network("0.0.0.0/0").contains(&network("255.1.2.3")));
        assert!(network("::/0").contains(&network("2001:db8::1")));
        assert!(!network("10.0.0.0/16").contains(&network("10.0.0.0/8")), "a part does not hold the whole");
        for text in ["10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", ""] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
