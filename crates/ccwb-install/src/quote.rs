//! A command line that its readers split into the same words (field report R-44).
//!
//! Who reads one: `sh -c` and `cmd /c` (Claude Code, the JavaScript, Go and Rust SDKs), Python's `shlex` (the AWS CLI and
//! boto3 on Unix), and the rules of a Windows program's arguments (the same on Windows).

/// The shell and the rules of an operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// `/bin/sh`.
    Unix,
    /// `cmd`.
    Windows,
}

impl System {
    /// The one that this program was built for.
    pub const HERE: Self = if cfg!(windows) { Self::Windows } else { Self::Unix };
}

/// The words as one command line for Claude Code. The program is a path.
pub fn command_line(system: System, program: &str, arguments: &[&str]) -> String {
    match system {
        System::Unix => join(unix_quoted(program), arguments, unix),
        System::Windows => {
            // Claude Code may be told to use another shell there: slashes mean the same to all, but in a network path.
            let program = if program.starts_with(r"\\") { program.to_owned() } else { program.replace('\\', "/") };
            join(format!("\"{program}\""), arguments, windows)
        }
    }
}

/// The words as a `credential_process` for `~/.aws/config`.
pub fn credential_process(system: System, program: &str, arguments: &[&str]) -> String {
    match system {
        System::Unix => without_comments(&join(unix_quoted(program), arguments, unix)),
        // Some SDKs for Go and .NET cannot run a program in quotes (aws-sdk-go-v2#3208): none where none are needed.
        System::Windows => join(windows(program), arguments, windows),
    }
}

fn join(program: String, arguments: &[&str], quote: fn(&str) -> String) -> String {
    arguments.iter().fold(program, |line, argument| format!("{line} {}", quote(argument)))
}

fn unix(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@+,%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { unix_quoted(word) }
}

/// In double quotes, unless the word holds what a shell reads as its own in there. (`shlex` does not agree with shells on
/// what a backslash does there, so single quotes it is.)
fn unix_quoted(word: &str) -> String {
    if word.contains(['"', '\\', '$', '`']) {
        format!("'{}'", word.replace('\'', r#"'"'"'"#))
    } else {
        format!("\"{word}\"")
    }
}

/// For some SDKs a space and `#` or `;` begin a comment, also between quotes: the quotes are ended and begun again there.
fn without_comments(line: &str) -> String {
    let (mut safe, mut quote) = (String::with_capacity(line.len()), None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), '#' | ';') if safe.ends_with([' ', '\t']) => safe.extend([open, open]),
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            _ => {}
        }
        safe.push(letter);
    }
    safe
}

/// A quote cannot be in a path there; a backslash is only special before one.
fn windows(word: &str) -> String {
    let special = |letter: char| letter.is_whitespace() || "&()[]{}^=;!'+,`~|<>\"".contains(letter);
    if !word.is_empty() && !word.contains(special) {
        return word.to_owned();
    }
    let escaped = word.replace('"', "\\\"");
    let backslashes = escaped.len() - escaped.trim_end_matches('\\').len();
    format!("\"{escaped}{}\"", "\\".repeat(backslashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDERS: &[&str] = &[
        "/home/ada",
        "/home/Ada Lovelace",
        "/h/O'Brien",
        "/h/a&b",
        "/h/東京 José",
        "/h/$HOME",
        "/h/`id`",
        "/h/a\"b",
        "/h/a\\b",
        "/h/a #b;c ;d",
        "/h/(x)|y>z",
        "/h/'$\"`",
        "/h/$x #y",
        "/h/%PATH%!",
    ];

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_the_words_that_were_meant() {
        for folder in FOLDERS {
            let program = format!("{folder}/credential-process");
            for profile in ["ClaudeCode", "A B", "a'b", "$x"] {
                for line in [
                    command_line(System::Unix, &program, &["--profile", profile]),
                    credential_process(System::Unix, &program, &["--profile", profile]),
                ] {
                    let output = std::process::Command::new("sh")
                        .args(["-c", &format!("printf '%s\\n' {line}")])
                        .output()
                        .unwrap();
                    assert_eq!(
                        String::from_utf8(output.stdout).unwrap(),
                        format!("{program}\n--profile\n{profile}\n"),
                        "{line}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_credential_process_holds_what_begins_a_comment() {
        for folder in FOLDERS {
            let line =
                credential_process(System::Unix, &format!("{folder}/credential-process"), &["--profile", "a #b"]);
            assert!(!line.contains(" #") && !line.contains(" ;"), "{line}");
        }
    }

    #[test]
    fn the_usual_line_is_that_of_the_contract() {
        assert_eq!(
            credential_process(System::Unix, "/h/credential-process", &["--profile", "ClaudeCode"]),
            "\"/h/credential-process\" --profile ClaudeCode"
        );
    }

    #[test]
    fn on_windows_quotes_stand_where_they_must_and_nowhere_else() {
        for (program, for_aws, for_claude) in [
            (r"C:\Users\ada\cp.exe", r"C:\Users\ada\cp.exe --profile P", r#""C:/Users/ada/cp.exe" --profile P"#),
            (
                r"C:\Users\Ada L\cp.exe",
                r#""C:\Users\Ada L\cp.exe" --profile P"#,
                r#""C:/Users/Ada L/cp.exe" --profile P"#,
            ),
            (r"C:\a&b\cp.exe", r#""C:\a&b\cp.exe" --profile P"#, r#""C:/a&b/cp.exe" --profile P"#),
            (r"\\server\share\cp.exe", r"\\server\share\cp.exe --profile P", r#""\\server\share\cp.exe" --profile P"#),
            (r"C:\José\cp.exe", r"C:\José\cp.exe --profile P", r#""C:/José/cp.exe" --profile P"#),
        ] {
            assert_eq!(credential_process(System::Windows, program, &["--profile", "P"]), for_aws);
            assert_eq!(command_line(System::Windows, program, &["--profile", "P"]), for_claude);
        }
        assert_eq!(windows("A B"), "\"A B\"");
    }
}
