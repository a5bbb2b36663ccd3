//! Keys for the same profile in AWS's credentials file: SDKs take them and never ask us (field report R-21).

use ccwb_install::aws_profile::StaticKeys;

use crate::aws_files;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;

pub(super) const NAME: &str = "static-keys";

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    if !context.profile.auth.answers_sdks() {
        return vec![Finding::skipped(NAME, "AWS tools need not ask this program for this profile")];
    }
    let Some(path) = case.aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials") else {
        return vec![Finding::skipped(NAME, "there is no home folder")];
    };
    let (name, shown) = (&context.profile.name, path.display());
    let fix = format!("remove the section [{name}] from {shown} (keep a copy)");
    let found = match aws_files::look_into(&path) {
        Ok(None) => Finding::ok(NAME, "there is no credentials file"),
        Err(problem) => {
            Finding::warning(NAME, format!("could not read {shown}: {problem}"), "make it readable for your user")
        }
        Ok(Some(ini)) => match StaticKeys::of(&ini, name) {
            StaticKeys::Expired => Finding::failed(
                NAME,
                format!(
                    "{shown} holds the placeholder that an older version left in [{name}] (EXPIRED): every AWS call with it fails"
                ),
                fix,
            ),
            StaticKeys::OfOlderVersion => Finding::failed(
                NAME,
                format!(
                    "{shown} holds credentials of an older version in [{name}]: AWS tools use them and never ask this program"
                ),
                fix,
            ),
            StaticKeys::Foreign => Finding::failed(
                NAME,
                format!("{shown} holds static keys in [{name}]: AWS tools use them and never ask this program"),
                fix,
            ),
            StaticKeys::None => Finding::ok(NAME, format!("none for {name} in {shown}")),
        },
    };
    vec![found]
}
