//! `[profile P]` in AWS's config file: there, and its `credential_process` one that every SDK can run.

use std::path::Path;

use ccwb_install::{System, credential_process};

use crate::aws_files;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;

pub(super) const NAME: &str = "aws-config";

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if !context.profile.auth.answers_sdks() {
        return vec![Finding::skipped(NAME, "AWS tools need not ask this program for this profile")];
    }
    let Some(path) = case.aws_file("AWS_CONFIG_FILE", "config") else {
        return vec![Finding::skipped(NAME, "there is no home folder")];
    };
    vec![look_at(case, context, &path)]
}

fn look_at(case: &Case<'_>, context: &Context<'_>, path: &Path) -> Finding {
    let (profile, shown) = (&context.profile.name, path.display());
    let fix = format!("put this under [profile {profile}] in {shown}:\n  {}", right_line(case, context));
    let ini = match aws_files::look_into(path) {
        Ok(Some(ini)) => ini,
        Ok(None) => {
            return Finding::failed(NAME, format!("{shown} does not exist, so no AWS tool finds this program"), fix);
        }
        Err(problem) => {
            return Finding::failed(
                NAME,
                format!("could not read {shown}: {problem}"),
                "make it readable for your user",
            );
        }
    };
    if !ini.profiles().contains(profile) {
        return Finding::failed(NAME, format!("{shown} has no [profile {profile}]"), fix);
    }
    if ini.value(profile, "aws_access_key_id").is_some() {
        let what = format!(
            "[profile {profile}] in {shown} holds static keys, which some AWS tools use instead of this program"
        );
        return Finding::failed(NAME, what, format!("remove the keys; {fix}"));
    }
    let Some(command) = ini.value(profile, "credential_process") else {
        return Finding::failed(NAME, format!("[profile {profile}] in {shown} has no credential_process"), fix);
    };
    match judge(case, context, command) {
        Verdict::Good => Finding::ok(NAME, format!("[profile {profile}] in {shown} runs this program")),
        Verdict::Doubtful(problem) => {
            Finding::warning(NAME, format!("credential_process of [profile {profile}] {problem}"), fix)
        }
        Verdict::Bad(problem) => {
            Finding::failed(NAME, format!("credential_process of [profile {profile}] {problem}"), fix)
        }
    }
}

/// The whole line. `~` would be safe to paste and wrong: AWS tools do not expand it.
fn right_line(case: &Case<'_>, context: &Context<'_>) -> String {
    let program = &case.world.executable;
    let below_home = case.home.as_ref().and_then(|home| program.strip_prefix(home).ok());
    let program =
        below_home.map_or_else(|| program.clone(), |below| Path::new("<your home folder, in full>").join(below));
    let program = program.display().to_string();
    let line = credential_process(System::HERE, &program, &["--profile", &context.profile.name]);
    format!("credential_process = {line}")
}

enum Verdict {
    Good,
    Doubtful(String),
    Bad(String),
}

/// SDKs start the program without a shell (botocore) or with one (JavaScript, Go): only what means the same to both is
/// good.
fn judge(case: &Case<'_>, context: &Context<'_>, command: &str) -> Verdict {
    let Some(words) = words(command) else { return Verdict::Bad("has an unbalanced quote".to_owned()) };
    let Some((program, arguments)) = words.split_first() else { return Verdict::Bad("is empty".to_owned()) };
    let path = Path::new(program);
    // A folder may be named so; in single quotes no shell takes it for a variable.
    let is_literal = path.is_file() && (command.starts_with('\'') || !program.contains('$'));
    if !is_literal && (program.starts_with('~') || program.contains(['$', '%'])) {
        return Verdict::Bad("has ~ or a variable in its path, which no AWS tool expands".to_owned());
    }
    if !path.is_file() && is_unquoted(command) {
        return Verdict::Bad("has a space in its path and no quotes around it".to_owned());
    }
    let Some(found) = case.find_program(path) else {
        return Verdict::Bad(format!("runs {program}, which is not there"));
    };
    if !is_executable(&found) {
        return Verdict::Bad(format!("runs {program}, which may not be executed"));
    }
    if !same_program(&found, &context.world.executable) {
        let name = found.file_name().unwrap_or_default().to_string_lossy();
        let other = format!("runs {}, but this is {}", found.display(), context.world.executable.display());
        return if name.starts_with("credential-process") { Verdict::Doubtful(other) } else { Verdict::Bad(other) };
    }
    match aws_files::profile_argument(arguments) {
        Some(profile) if profile != context.profile.name => {
            Verdict::Doubtful(format!("asks for the profile {profile}"))
        }
        None if context.config.default_profile().ok().as_deref() != Some(context.profile.name.as_str()) => {
            Verdict::Doubtful("does not say --profile, and config.json has several".to_owned())
        }
        _ if path.is_relative() => {
            Verdict::Doubtful(format!("runs {program} from the PATH, which differs between programs"))
        }
        _ => Verdict::Good,
    }
}

fn words(command: &str) -> Option<Vec<String>> {
    if cfg!(windows) {
        // A backslash is no escape there.
        return shlex::split(&command.replace('\\', "/"));
    }
    shlex::split(command)
}

/// Whether the words up to some argument are together the path of a file.
fn is_unquoted(command: &str) -> bool {
    let spaces = command.match_indices(' ').map(|(at, _)| at).chain([command.len()]);
    spaces.filter(|at| command[..*at].contains(' ')).any(|at| Path::new(&command[..at]).is_file())
}

/// The same file, or a copy of it.
fn same_program(found: &Path, this: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(found) == real(this) || same_content(found, this).unwrap_or(false)
}

fn same_content(found: &Path, this: &Path) -> std::io::Result<bool> {
    Ok(std::fs::metadata(found)?.len() == std::fs::metadata(this)?.len()
        && std::fs::read(found)? == std::fs::read(this)?)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}
