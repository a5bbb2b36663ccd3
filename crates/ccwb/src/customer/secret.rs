//! A secret on its way in, from a person or a pipe, and on its way out, to a pipe.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

use ccwb_customer::vault::Credential;
use inquire::{Password, PasswordDisplayMode};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{folder, keys};
use crate::failure::{Failure, TELL_US, exit};
use crate::surroundings::Surroundings;

/// Longer than any key of AWS; a Bedrock API key may have a thousand characters and more.
const MAX: u64 = 16 * 1024;

/// Asks for a secret, or takes the one line of standard input.
pub(crate) fn ask(prompt: &str) -> Result<SecretString, Failure> {
    let wrong = |message: String| {
        Failure::new("secret-input", exit::USAGE, message, "pass it on standard input, or run this in a terminal")
    };
    if std::io::stdin().is_terminal() {
        let prompt = Password::new(prompt).with_display_mode(PasswordDisplayMode::Hidden).without_confirmation();
        let typed = prompt.prompt().map_err(|error| wrong(format!("no secret was given: {error}")))?;
        return checked(&Zeroizing::new(typed)).map_err(wrong);
    }
    let mut line = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(MAX).read_line(&mut line);
    read.map_err(|error| wrong(format!("could not read the secret: {error}")))?;
    checked(&line).map_err(wrong)
}

fn checked(text: &str) -> Result<SecretString, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("no secret was given".to_owned());
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("this is no secret of AWS: it holds spaces or other characters than visible ASCII".to_owned());
    }
    Ok(SecretString::from(text))
}

/// `ccwb customer secret`: to a pipe only, never to a screen.
pub(crate) async fn pipe(name: &str, surroundings: &Surroundings) -> Result<(), Failure> {
    let folder = folder(surroundings)?;
    let customer = folder.load(name)?;
    if std::io::stdout().is_terminal() {
        let hint = format!("ccwb customer secret {name} | docker secret create ccwb-{name} -");
        return Err(Failure::new("secret-on-screen", exit::USAGE, "a secret is not shown on a screen", hint));
    }
    let kept = keys::open(&folder, &customer, surroundings).await?.read()?;
    let text = text(&kept.current().credential);
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new("output", exit::UNEXPECTED, error.to_string(), TELL_US))
}

/// A credential as its container reads it: the key, or access keys as the AWS SDKs' shared file has them.
pub(crate) fn text(credential: &Credential) -> Zeroizing<String> {
    Zeroizing::new(match credential {
        Credential::BedrockApiKey { key } => key.expose_secret().to_owned(),
        Credential::IamUserKeys { access_key_id, secret_access_key } => format!(
            "[default]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {}\n",
            secret_access_key.expose_secret()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_word_of_visible_ascii() {
        assert_eq!(checked(" wJalr/+=\n").unwrap().expose_secret(), "wJalr/+=");
        for text in ["", " \n", "two words", "ä", "a\0b"] {
            assert!(checked(text).is_err(), "{text:?}");
        }
    }
}
