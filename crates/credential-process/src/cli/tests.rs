use clap::CommandFactory;

use super::*;

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn what_is_known_by_heart_is_what_the_parser_reads() {
    let words = |line: &str| -> Vec<OsString> { line.split(' ').map(OsString::from).collect() };
    for line in [
        "cp",
        "cp --profile P",
        "cp -p José-東京",
        "cp --profile P export",
        "cp export --profile P",
        "cp statusline",
        "cp -p P status",
        "cp explain",
        "cp --version",
        "cp -v",
    ] {
        let known = known_by_heart(&words(line)).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(format!("{known:?}"), format!("{:?}", Cli::try_parse_from(words(line)).unwrap()), "{line}");
    }
    for other in [
        "cp --profile",
        "cp --profile -v",
        "cp -p ",
        "cp --profile P --profile Q",
        "cp export export",
        "cp status --json",
        "cp export -h",
        "cp --profile P --version",
        "cp login",
        "cp status P",
    ] {
        assert!(known_by_heart(&words(other)).is_none(), "{other}");
    }
}

#[test]
fn long_flags_with_one_hyphen_are_understood_as_the_guidance_does() {
    for (given, expected) in [
        ("-profile", "--profile"),
        ("-profile=X", "--profile=X"),
        ("-get-monitoring-token", "--get-monitoring-token"),
        ("-p", "-p"),
        ("-v", "-v"),
        ("--profile", "--profile"),
        ("-pClaudeCode", "-pClaudeCode"),
    ] {
        assert_eq!(go_style(&given.into()), expected);
    }
}
