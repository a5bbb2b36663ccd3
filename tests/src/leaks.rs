//! Looks for planted secrets where none may be: outputs, and every file below a folder.
//!
//! A secret is found raw, inside base64 (both alphabets, at any offset), percent-encoded, JSON-escaped and in UTF-16. A file that
//! *must* hold one is named with [`Place::except`]; it then has to hold one, which also proves that the search can see.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::Output;

/// Shorter ones would be found by chance.
const SHORTEST: usize = 8;

/// Something that must not get out: what it is, and its value.
#[derive(Clone, Debug)]
pub struct Secret {
    name: String,
    value: String,
}

impl Secret {
    /// # Panics
    ///
    /// If the value is shorter than 8 bytes: it would be found by chance.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        assert!(value.len() >= SHORTEST, "{name} is too short to look for");
        Self { name, value }
    }
}

/// Where to look.
#[derive(Debug)]
pub struct Place<'a> {
    kind: Kind<'a>,
    exceptions: BTreeSet<PathBuf>,
}

#[derive(Debug)]
enum Kind<'a> {
    Text(&'a str, &'a str),
    Folder(&'a Path),
}

impl<'a> Place<'a> {
    /// Both streams of a command.
    pub fn output(output: &'a Output) -> [Self; 2] {
        [Self::text("stdout", &output.stdout), Self::text("stderr", &output.stderr)]
    }

    /// Any text, with a name for the message.
    pub fn text(name: &'a str, text: &'a str) -> Self {
        Self { kind: Kind::Text(name, text), exceptions: BTreeSet::new() }
    }

    /// Every file below a folder, names included; symbolic links are not followed.
    pub fn folder(path: &'a Path) -> Self {
        Self { kind: Kind::Folder(path), exceptions: BTreeSet::new() }
    }

    /// A file, or a folder with all below it, that is meant to hold secrets: `relative` to the place's folder.
    #[must_use]
    pub fn except(mut self, relative: impl Into<PathBuf>) -> Self {
        self.exceptions.insert(relative.into());
        self
    }
}

/// Demands that no secret is in any place, outside its exceptions, and that each exception holds one.
///
/// # Panics
///
/// If there is a leak, if an exception holds none of the secrets, or if a folder cannot be read.
#[track_caller]
pub fn assert_absent<'a>(secrets: &[Secret], places: impl IntoIterator<Item = Place<'a>>) {
    assert!(!secrets.is_empty(), "no secret to look for");
    let needles: Vec<_> = secrets.iter().flat_map(needles).collect();
    let complaints: Vec<_> = places.into_iter().flat_map(|place| search(&needles, &place)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Which of the secrets are somewhere in these bytes, in whatever form.
pub fn held(secrets: &[Secret], bytes: &[u8]) -> BTreeSet<String> {
    let is_held = |secret: &&Secret| found(&needles(secret), bytes).next().is_some();
    secrets.iter().filter(is_held).map(|secret| secret.name.clone()).collect()
}

struct Needle {
    name: String,
    bytes: Vec<u8>,
}

fn needles(Secret { name, value }: &Secret) -> Vec<Needle> {
    let percent: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let mut forms = vec![
        (String::new(), value.clone()),
        (" in JSON".into(), serde_json::json!(value).to_string().trim_matches('"').to_owned()),
        (", percent-encoded".into(), percent.replace('+', "%20")),
        (", form-encoded".into(), percent),
    ];
    forms.extend((0..3).map(|offset| (" in base64".into(), inside_base64(&STANDARD, value, offset))));
    forms.extend((0..3).map(|offset| (" in base64url".into(), inside_base64(&URL_SAFE, value, offset))));
    let utf16 = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts = forms.into_iter().map(|(form, text)| (form, text.into_bytes()));
    let forms = texts.chain([(" in UTF-16".into(), utf16)]);
    forms.map(|(form, bytes)| Needle { name: format!("{name}{form}"), bytes }).collect()
}

/// The characters that `value` alone decides when it begins `offset` bytes into a group of three.
fn inside_base64(engine: &impl Engine, value: &str, offset: usize) -> String {
    let padded = [&b"\0\0"[..offset], value.as_bytes()].concat();
    let first = (offset * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    engine.encode(&padded)[first..last].to_owned()
}

fn search(needles: &[Needle], place: &Place<'_>) -> Vec<String> {
    match place.kind {
        Kind::Text(name, text) => {
            found(needles, text.as_bytes()).map(|needle| format!("{name} holds {needle}")).collect()
        }
        Kind::Folder(folder) => search_folder(needles, folder, &place.exceptions),
    }
}

fn search_folder(needles: &[Needle], folder: &Path, exceptions: &BTreeSet<PathBuf>) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut proven = BTreeSet::new();
    for relative in files_below(folder) {
        let path = folder.join(&relative);
        let hits: Vec<_> = found(needles, &fs::read(&path).unwrap_or_default()).collect();
        if let Some(exception) = exceptions.iter().find(|exception| relative.starts_with(exception)) {
            if !hits.is_empty() {
                proven.insert(exception);
            }
            continue;
        }
        complaints.extend(hits.iter().map(|needle| format!("{} holds {needle}", path.display())));
        let named = found(needles, relative.as_os_str().as_encoded_bytes());
        complaints.extend(named.map(|needle| format!("{} has {needle} in its name", path.display())));
    }
    let unproven = exceptions.iter().filter(|exception| !proven.contains(exception));
    complaints.extend(unproven.map(|exception| {
        format!("{} should hold a secret and holds none: not an exception, or not searched", exception.display())
    }));
    complaints
}

fn found<'a>(needles: &'a [Needle], haystack: &[u8]) -> impl Iterator<Item = &'a str> {
    needles
        .iter()
        .filter(move |needle| memchr::memmem::find(haystack, &needle.bytes).is_some())
        .map(|needle| needle.name.as_str())
        .collect::<BTreeSet<_>>()
        .into_iter()
}

/// Regular files, relative to `folder`. What vanishes during the walk, such as a lock, is left out.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    assert!(folder.is_dir(), "{} is no folder", folder.display());
    let mut files = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(relative) = waiting.pop() {
        for entry in fs::read_dir(folder.join(&relative)).into_iter().flatten().flatten() {
            let path = relative.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(path),
                Ok(kind) if kind.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const VALUE: &str = "s3cr:t/+ with space";

    fn leaks(text: &str) -> bool {
        catch_unwind(|| assert_absent(&[Secret::new("it", VALUE)], [Place::text("text", text)])).is_err()
    }

    #[test]
    fn a_text_without_the_secret_passes() {
        assert!(!leaks("nothing of the kind: s3cr:t/+ with spade"));
    }

    #[test]
    fn every_form_of_the_secret_is_found() {
        assert!(leaks(&format!("raw {VALUE}!")));
        assert!(leaks("percent s3cr%3At%2F%2B%20with%20space"));
        assert!(leaks("form s3cr%3At%2F%2B+with+space"));
        for prefix in ["", "a", "ab", "abc", "abcd"] {
            let text = format!("{prefix}{VALUE}>>>>");
            assert!(leaks(&STANDARD.encode(&text)), "base64 after {prefix:?}");
            assert!(leaks(&URL_SAFE.encode(&text)), "base64url after {prefix:?}");
        }
        let wide: Vec<u8> = format!("wide {VALUE}!").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(held(&[Secret::new("it", VALUE)], &wide).len(), 1);
        assert_eq!(held(&[Secret::new("it", VALUE)], b"nothing of the kind").len(), 0);
        assert!(
            catch_unwind(|| {
                assert_absent(
                    &[Secret::new("quoted", "with \"quotes\"")],
                    [Place::text("text", r#"{"a":"with \"quotes\""}"#)],
                );
            })
            .is_err()
        );
    }

    #[test]
    fn a_folder_is_searched_with_its_names_and_exceptions_must_hold_a_secret() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let secrets = [Secret::new("it", "AKIAEXAMPLE")];
        let check = |place: Place<'_>| catch_unwind(std::panic::AssertUnwindSafe(|| assert_absent(&secrets, [place])));
        fs::create_dir(folder.path().join("store")).expect("a folder");
        fs::write(folder.path().join("store/item"), "AKIAEXAMPLE").expect("a file");

        assert!(check(Place::folder(folder.path())).is_err());
        assert!(check(Place::folder(folder.path()).except("store")).is_ok());
        assert!(check(Place::folder(folder.path()).except("store/item")).is_ok());
        assert!(check(Place::folder(folder.path()).except("store").except("other")).is_err());

        fs::write(folder.path().join("AKIAEXAMPLE.lock"), "").expect("a file");
        assert!(check(Place::folder(folder.path()).except("store")).is_err());
    }
}
