//! Money without rounding: whole picodollars.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An amount in US dollars, exact: a price of whole micro-dollars for a million tokens makes whole picodollars for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i128);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount in picodollars (10⁻¹² US dollars).
    pub const fn from_pico(pico: i128) -> Self {
        Self(pico)
    }

    /// The amount in picodollars.
    pub const fn pico(self) -> i128 {
        self.0
    }

    /// An amount as AWS and telemetry write it: `12.3450000000`, `-0.5`, `1.2E-7`. Digits beyond a picodollar are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (digits, negative) = match mantissa.strip_prefix('-') {
            Some(digits) => (digits, true),
            None => (mantissa.strip_prefix('+').unwrap_or(mantissa), false),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || whole.len() + fraction.len() > 60 || exponent.abs() > 24 {
            return None;
        }
        // The digits as a whole number, of 10^(exponent - fraction) dollars.
        let mut scale = 12 + exponent - i32::try_from(fraction.len()).ok()?;
        let mut value: i128 = 0;
        let all = whole.bytes().chain(fraction.bytes());
        let dropped = usize::try_from(scale.min(0).unsigned_abs()).ok()?;
        let kept = (whole.len() + fraction.len()).saturating_sub(dropped);
        for (index, digit) in all.enumerate() {
            let digit = digit.is_ascii_digit().then(|| i128::from(digit - b'0'))?;
            if index < kept {
                value = value.checked_mul(10)?.checked_add(digit)?;
            }
        }
        while scale > 0 {
            value = value.checked_mul(10)?;
            scale -= 1;
        }
        Some(Self(if negative { -value } else { value }))
    }

    /// For charts and statistics; never to be added up.
    #[expect(clippy::cast_precision_loss, reason = "a chart has no picodollars")]
    pub fn approximate(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// The whole amount as a decimal number, without trailing zeros: what a machine reads.
    pub fn exact(self) -> String {
        let (sign, pico) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (dollars, fraction) = (pico / 1_000_000_000_000, pico % 1_000_000_000_000);
        let fraction = format!("{fraction:012}");
        match fraction.trim_end_matches('0') {
            "" => format!("{sign}{dollars}"),
            fraction => format!("{sign}{dollars}.{fraction}"),
        }
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// That many times as much, `None` if it is beyond all reason.
    pub fn times(self, count: u64) -> Option<Self> {
        self.0.checked_mul(i128::from(count)).map(Self)
    }
}

/// Dollars and cents, rounded half away from zero: what a person reads. `{:.4}` shows more digits.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2).min(12);
        let unit = 10_u128.pow(12 - u32::try_from(digits).unwrap_or(12));
        let rounded = (self.0.unsigned_abs() + unit / 2) / unit;
        let scale = 10_u128.pow(u32::try_from(digits).unwrap_or(12));
        let sign = if self.0 < 0 && rounded > 0 { "-" } else { "" };
        let text = match digits {
            0 => format!("{sign}${}", grouped(rounded)),
            _ => format!("{sign}${}.{:0digits$}", grouped(rounded / scale), rounded % scale),
        };
        f.pad_integral(true, "", &text)
    }
}

fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_as_aws_and_telemetry_write_them() {
        for (text, pico) in [
            ("12.3450000000", 12_345_000_000_000),
            ("-0.5", -500_000_000_000),
            ("0", 0),
            (".25", 250_000_000_000),
            ("1.2E-7", 120_000),
            ("1e2", 100_000_000_000_000),
            ("0.0000000000019", 1),
        ] {
            assert_eq!(Usd::parse(text), Some(Usd(pico)), "{text}");
        }
        for text in ["", "-", ".", "12,5", "1e99", "NaN", "$1", "1 "] {
            assert_eq!(Usd::parse(text), None, "{text}");
        }
    }

    #[test]
    fn people_read_cents_and_machines_read_everything() {
        let amount = Usd::parse("1234567.8951").unwrap();
        assert_eq!(amount.to_string(), "$1,234,567.90");
        assert_eq!(format!("{amount:.0}"), "$1,234,568");
        assert_eq!(amount.exact(), "1234567.8951");
        assert_eq!((-amount).to_string(), "-$1,234,567.90");
        assert_eq!(Usd(-1).to_string(), "$0.00");
    }

    proptest! {
        #[test]
        fn what_is_written_exactly_is_read_exactly(pico in -(10_i128.pow(24))..10_i128.pow(24)) {
            prop_assert_eq!(Usd::parse(&Usd(pico).exact()), Some(Usd(pico)));
        }
    }
}
