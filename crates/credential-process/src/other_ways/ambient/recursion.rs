//! Who hands on what the machine has must not take itself for a part of the machine.

use std::path::Path;

use ccwb_install::AwsIni;

use super::chain;
use crate::aws_files;
use crate::context::Context;
use crate::error::Error;

/// The profiles of config.json that are being handed on, one a line, for the programs that a profile of AWS's may run.
const MARK: &str = "CCWB_HANDING_ON";
/// No sensible `source_profile` goes further.
const LONGEST_CHAIN: usize = 8;

/// The profile of `~/.aws/config` that the chain asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selected {
    pub(super) name: Option<String>,
    /// The one that would have been asked and runs this program.
    pub(super) left_out: Option<String>,
}

/// Tells every program that is started from here that it must not ask this profile again; an error if somebody has told us.
#[expect(unsafe_code, reason = "aws-config runs a profile's credential_process and lets nobody set its environment")]
pub(super) fn mark(context: &Context<'_>) -> Result<(), Error> {
    let (name, before) = (&context.profile.name, context.world.var(MARK).unwrap_or_default());
    if before.lines().any(|known| known == name) {
        return Err(chain::recursive("a profile of the machine"));
    }
    // SAFETY: this process has one thread. Callers do this before they make a client or a runtime.
    unsafe { std::env::set_var(MARK, format!("{before}\n{name}").trim_start()) };
    Ok(())
}

/// The profile that AWS SDKs would take; `default` in the place of one that runs this program.
pub(super) fn profile(context: &Context<'_>) -> Selected {
    let home = context.world.places().home();
    let config = aws_files::place(context.world, home.as_deref(), "AWS_CONFIG_FILE", "config");
    let ini = config.and_then(|path| aws_files::look_into(&path).ok().flatten()).unwrap_or_default();
    let runs_us = |name: &str| runs_us(&ini, name, |command| is_us(context, command));
    select(context.world.var("AWS_PROFILE").unwrap_or("default"), runs_us)
}

fn select(wanted: &str, runs_us: impl Fn(&str) -> bool) -> Selected {
    if !runs_us(wanted) {
        return Selected { name: Some(wanted.to_owned()), left_out: None };
    }
    let name = Some("default".to_owned()).filter(|default| wanted != default && !runs_us(default));
    Selected { name, left_out: Some(wanted.to_owned()) }
}

/// Whether a profile, or one that it builds on, has a `credential_process` that is us.
fn runs_us(ini: &AwsIni, profile: &str, is_us: impl Fn(&str) -> bool) -> bool {
    let mut name = profile;
    for _ in 0..LONGEST_CHAIN {
        if ini.value(name, "credential_process").is_some_and(&is_us) {
            return true;
        }
        match ini.value(name, "source_profile") {
            Some(source) if source != name => name = source,
            _ => return false,
        }
    }
    false
}

/// This program, asked for this profile. For another profile it may well be: that one signs in.
fn is_us(context: &Context<'_>, command: &str) -> bool {
    let command = if cfg!(windows) { command.replace('\\', "/") } else { command.to_owned() };
    let words = shlex::split(&command).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else { return false };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(Path::new(program)) == real(&context.world.executable)
        && aws_files::profile_argument(arguments).is_none_or(|profile| profile == context.profile.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_runs_this_program_gives_way_to_the_default_one() {
        let text = "[default]\nregion = x\n[profile ours]\ncredential_process = us\n[profile on-ours]\nrole_arn = \
                    r\nsource_profile = ours\n[profile other]\ncredential_process = them\n[profile loop]\nsource_profile = \
                    loop\n";
        let ini = aws_files::parse(text).unwrap();
        let selected = |wanted: &str| select(wanted, |name| runs_us(&ini, name, |command| command == "us"));
        let asked = |name: &str| Selected { name: Some(name.to_owned()), left_out: None };
        for name in ["default", "other", "loop", "missing"] {
            assert_eq!(selected(name), asked(name));
        }
        for name in ["ours", "on-ours"] {
            assert_eq!(selected(name), Selected { name: Some("default".to_owned()), left_out: Some(name.to_owned()) });
        }
        assert_eq!(select("default", |_| true), Selected { name: None, left_out: Some("default".to_owned()) });
    }
}
