//! The command line, with the flags of the guidance's program.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt as _};

pub(crate) const HELP: &str = "\
Who you are, as OTLP headers, for Claude Code's otelHeadersHelper.

Prints one JSON object of header names to values, from the file that credential-process
wrote at the last sign-in or renewal. No network, no keyring, no browser. Without a
sign-in it prints {}.

Usage: otel-helper [--profile NAME] [--test | --status | --version] [--verbose]

Options:
  -p, --profile NAME  The profile in config.json [default: CCWB_PROFILE, else AWS_PROFILE
                      if config.json has it, else the only one, else ClaudeCode]
      --test          Show what would be sent, which claim each value came from, and what
                      is missing
      --status        Show the state of the header file, as JSON
      --verbose       Say on standard error what is looked at
      --version       Print the version
      --help          Print this
";

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Headers,
    Test,
    Status,
    Version,
    Help,
}

/// The arguments as plain data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) profile: Option<String>,
    pub(crate) mode: Mode,
    pub(crate) verbose: bool,
    /// Shown by `--status`, as the guidance's program does.
    pub(crate) proxy_port: u16,
}

/// A command line that cannot be followed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    message: String,
    hint: &'static str,
}

impl Usage {
    pub(crate) fn report(&self) -> ExitCode {
        let _ = write!(std::io::stderr(), "error[usage]: {}\nhint: {}\n", self.message, self.hint);
        ExitCode::from(2)
    }
}

impl Arguments {
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, Usage> {
        let mut parsed = Self { profile: None, mode: Mode::Headers, verbose: false, proxy_port: 4318 };
        let arguments: Vec<OsString> = arguments.map(go_style).collect();
        parsed.read(&mut Parser::from_args(arguments))?;
        Ok(parsed)
    }

    fn read(&mut self, parser: &mut Parser) -> Result<(), Usage> {
        let wrong = |error: lexopt::Error| Usage { message: error.to_string(), hint: "run otel-helper --help" };
        while let Some(argument) = parser.next().map_err(wrong)? {
            match argument {
                Arg::Long("profile") | Arg::Short('p') => {
                    let name = parser.value().and_then(lexopt::ValueExt::string).map_err(wrong)?;
                    self.profile = Some(name).filter(|name| !name.is_empty());
                }
                Arg::Long("test") => self.mode = Mode::Test,
                Arg::Long("status") => self.mode = Mode::Status,
                Arg::Long("version") => self.mode = Mode::Version,
                Arg::Long("help") | Arg::Short('h') => self.mode = Mode::Help,
                Arg::Long("verbose") => self.verbose = true,
                Arg::Long("proxy-port") => {
                    self.proxy_port = parser.value().and_then(|value| value.parse()).map_err(wrong)?;
                }
                Arg::Long("proxy-region") => drop(parser.value().map_err(wrong)?),
                Arg::Long("proxy") => {
                    return Err(Usage {
                        message: "this program has no proxy that signs for CloudWatch".to_owned(),
                        hint: "send to a collector: set OTEL_EXPORTER_OTLP_ENDPOINT to its address (docs/guides/telemetry.md)",
                    });
                }
                other => return Err(wrong(other.unexpected())),
            }
        }
        Ok(())
    }
}

/// The guidance's program takes long flags with one hyphen too (`-profile X`).
fn go_style(argument: OsString) -> OsString {
    const FLAGS: &[&str] =
        &["profile", "test", "status", "version", "verbose", "help", "proxy", "proxy-port", "proxy-region"];
    let flag = argument.to_str().and_then(|text| text.strip_prefix('-'));
    match flag.filter(|flag| FLAGS.contains(&flag.split('=').next().unwrap_or_default())) {
        Some(flag) => format!("--{flag}").into(),
        None => argument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Arguments, Usage> {
        Arguments::parse(line.iter().map(OsString::from))
    }

    #[test]
    fn a_profile_is_named_in_every_form_that_settings_files_use() {
        for line in [
            &["--profile", "P q"] as &[&str],
            &["--profile=P q"],
            &["-profile", "P q"],
            &["-profile=P q"],
            &["-p", "P q"],
        ] {
            assert_eq!(parse(line).unwrap().profile.as_deref(), Some("P q"), "{line:?}");
        }
        assert_eq!(parse(&["--profile", ""]).unwrap().profile, None);
    }

    #[test]
    fn what_cannot_be_followed_is_an_error_that_names_it() {
        for (line, message) in [
            (&["--porfile", "P"] as &[&str], "'--porfile'"),
            (&["P"], "\"P\""),
            (&["--profile"], "'--profile'"),
            (&["--proxy"], "no proxy"),
            (&["--proxy-port", "x"], "\"x\""),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.message.contains(message), "{error:?}");
        }
    }
}
