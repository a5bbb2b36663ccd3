//! The command lines.

use clap::{Args, Subcommand};

/// `ccwb customer validate | rotate | health`.
#[derive(Debug, Subcommand)]
pub(crate) enum UpkeepCommand {
    /// Call AWS as a customer: identity, account, region, model, each with its milliseconds
    Validate(ValidateArguments),
    /// Exchange customers' credentials: the new one is tried first, the old one comes back if it fails
    ///
    /// A user's access keys are made and deleted through IAM, with the user's own permissions. A Bedrock API key comes from
    /// the customer, on standard input. For a role it is the external id: a new one is made, and comes into use when the
    /// customer's role takes it. A run that was killed is taken up by the next one; the credential in use always works.
    Rotate(RotateArguments),
    /// All customers side by side: validation, age of keys, what is due, what breaks their rules
    ///
    /// Reads no customer's data: it asks STS who we are and Bedrock which models it lists, and calls none.
    Health(HealthArguments),
}

/// One, or all.
#[derive(Args, Debug)]
pub(crate) struct Whom {
    /// A customer's id
    #[arg(required_unless_present = "all")]
    pub(crate) customer: Option<String>,

    /// Every customer
    #[arg(long, conflicts_with = "customer")]
    pub(crate) all: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ValidateArguments {
    #[command(flatten)]
    pub(crate) whom: Whom,

    /// Have the model say one token, too
    #[arg(long)]
    pub(crate) call: bool,

    #[command(flatten)]
    pub(crate) work: Work,
}

#[derive(Args, Debug)]
pub(crate) struct RotateArguments {
    #[command(flatten)]
    pub(crate) whom: Whom,

    /// Only credentials that are older, such as 90d
    #[arg(long, value_name = "AGE", value_parser = seconds)]
    pub(crate) older_than: Option<i64>,

    /// Leave the old key active so long, such as 24h, for containers that still have it; a later run deletes it
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "0h")]
    pub(crate) keep_old_for: i64,

    /// Take the customer's new Bedrock API key from standard input
    #[arg(long, conflicts_with = "all")]
    pub(crate) key_stdin: bool,

    /// Say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) work: Work,
}

#[derive(Args, Debug)]
pub(crate) struct HealthArguments {
    /// After which age a rotation is due
    #[arg(long, value_name = "AGE", value_parser = seconds, default_value = "90d")]
    pub(crate) due_after: i64,

    /// Ask nobody: what is known from the last time
    #[arg(long)]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) work: Work,
}

/// How it is done.
#[derive(Args, Debug)]
pub(crate) struct Work {
    /// How many customers at a time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,

    /// The AWS profile with your own credentials, for customers' roles [default: the AWS SDKs' usual chain]
    #[arg(long, value_name = "NAME")]
    pub(crate) aws_profile: Option<String>,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `90d`, `24h` or `30m`.
fn seconds(text: &str) -> Result<i64, String> {
    let unit = match text.as_bytes().last() {
        Some(b'd') => 86_400,
        Some(b'h') => 3_600,
        Some(b'm') => 60,
        _ => return Err("write days, hours or minutes: 90d, 24h, 30m".to_owned()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| "write a whole number, as in 90d".to_owned())?;
    Ok(i64::from(number) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!((seconds("90d"), seconds("24h"), seconds("0m")), (Ok(7_776_000), Ok(86_400), Ok(0)));
        for text in ["", "d", "90", "-1d", "1.5h", "9 d", "1ä"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
