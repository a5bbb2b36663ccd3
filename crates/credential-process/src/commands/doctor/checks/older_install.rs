//! What the AWS guidance's own programs left behind: tokens in clear text, and files that nothing reads any more.

use std::path::Path;

use ccwb_http::printable;

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;

pub(super) const NAME: &str = "older-install";

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(home) = &case.home else { return vec![Finding::skipped(NAME, "there is no home folder")] };
    let folder = home.join(".claude-code-session");
    vec![judge(&folder, &names(&folder))]
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| printable(&entry.file_name().to_string_lossy())).collect();
    names.sort();
    names
}

fn judge(folder: &Path, names: &[String]) -> Finding {
    let ending =
        |ending: &str| -> Vec<String> { names.iter().filter(|name| name.ends_with(ending)).cloned().collect() };
    let (refresh, monitoring) = (ending("-refresh.json"), ending("-monitoring.json"));
    let shown = folder.display();
    if !refresh.is_empty() {
        return Finding::failed(
            NAME,
            format!(
                "{shown} holds a refresh token in clear text, left by an older version: {}",
                super::listed(&refresh)
            ),
            format!("remove {shown}; this version does not read it. Ask your administrator to revoke the token"),
        );
    }
    if !monitoring.is_empty() {
        return Finding::warning(
            NAME,
            format!("{shown} holds ID tokens in clear text, left by an older version: {}", super::listed(&monitoring)),
            format!("remove {shown}; this version does not read it"),
        );
    }
    if names.is_empty() {
        return Finding::ok(NAME, "nothing is left of one");
    }
    Finding::warning(
        NAME,
        format!("{shown} is left of an older version: {}", super::listed(names)),
        format!("remove {shown}; this version does not read it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::State;

    #[test]
    fn a_refresh_token_in_clear_text_is_worse_than_other_remains() {
        for (names, expected) in [
            (&[][..], State::Ok),
            (&["P-otel-headers.json", "collector.pid"], State::Warning),
            (&["P-monitoring.json"], State::Warning),
            (&["P-monitoring.json", "P-refresh.json"], State::Failed),
        ] {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(judge(Path::new("/h/.claude-code-session"), &names).state, expected, "{names:?}");
        }
    }
}
