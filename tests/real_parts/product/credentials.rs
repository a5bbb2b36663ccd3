use ccwb_tests::Output;
use serde_json::Value;

/// What the main path printed: exactly one line with the keys in the contract's order, which is checked here.
#[track_caller]
pub(crate) fn credentials(output: &Output) -> Value {
    assert_eq!(output.code, Some(0), "{output}");
    let line = output.stdout.strip_suffix('\n').filter(|line| !line.contains('\n'));
    let line = line.unwrap_or_else(|| panic!("stdout is not one line: {output}"));
    let keys = [
        "{\"Version\":1,\"AccessKeyId\":\"",
        "\",\"SecretAccessKey\":\"",
        "\",\"SessionToken\":\"",
        "\",\"Expiration\":\"",
    ];
    let mut rest = line;
    for key in keys {
        rest = rest.split_once(key).unwrap_or_else(|| panic!("no {key} in its place: {output}")).1;
    }
    let is_utc = rest.len() == "2026-01-01T00:00:00Z\"}".len() && rest.ends_with("Z\"}");
    assert!(line.starts_with(keys[0]) && is_utc, "{output}");
    output.json()
}

/// A failure as the contract has it: nothing on stdout, the stable code first on stderr, the hint last.
#[track_caller]
pub(crate) fn assert_failed(output: &Output, exit: i32, code: &str) {
    assert_eq!((output.code, &*output.stdout), (Some(exit), ""), "{output}");
    let errors: Vec<_> = output.stderr.lines().filter(|line| line.starts_with("error[")).collect();
    assert_eq!(errors.len(), 1, "{output}");
    assert!(errors[0].starts_with(&format!("error[{code}]: ")), "{output}");
    assert!(output.stderr.lines().last().is_some_and(|line| line.starts_with("hint: ")), "{output}");
}
