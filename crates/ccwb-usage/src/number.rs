//! Numbers as machines and people read them.

use ccwb_bedrock::Usd;
use serde::Serializer;
use serde::ser::{Error as _, Serialize as _};
use serde_json::value::RawValue;

/// An amount as a JSON number with all its digits, which a double would round.
pub(crate) fn exact<S: Serializer>(amount: &Usd, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(amount.exact()).map_err(S::Error::custom)?.serialize(serializer)
}

/// The same where there may be none.
pub(crate) fn exact_or_null<S: Serializer>(amount: &Option<Usd>, serializer: S) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => exact(amount, serializer),
        None => serializer.serialize_none(),
    }
}

/// `1234567` as `1.23M`: at most five characters.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(crate) fn short(number: u64) -> String {
    let (scaled, unit) = match number {
        0..=9_999 => return number.to_string(),
        10_000..=999_999 => (number as f64 / 1e3, "k"),
        1_000_000..=999_999_999 => (number as f64 / 1e6, "M"),
        1_000_000_000..=999_999_999_999 => (number as f64 / 1e9, "G"),
        _ => (number as f64 / 1e12, "T"),
    };
    match scaled {
        s if s < 9.995 => format!("{s:.2}{unit}"),
        s if s < 99.95 => format!("{s:.1}{unit}"),
        s => format!("{s:.0}{unit}"),
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share of 0 to 1 as `12 %`, or `12.3 %` where that tells more.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_short_and_right() {
        for (number, text) in [
            (0, "0"),
            (9_999, "9999"),
            (10_000, "10.0k"),
            (999_499, "999k"),
            (1_234_567, "1.23M"),
            (12_345_678_901, "12.3G"),
            (9_996_000, "10.0M"),
        ] {
            assert_eq!(short(number), text);
        }
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!((percent(0.004).as_str(), percent(0.95).as_str()), ("0.4 %", "95 %"));
    }
}
