//! What a merge needs of a text that belongs to somebody else.

use serde_json::Value;

/// Where a value is: the names of the objects (or the profile) and of the key.
pub type Key = Vec<String>;

/// A text of another program that is edited in place: whatever is not named stays as it is, byte for byte.
pub trait Document: Sized {
    /// Reads a text; an empty one is a document without values.
    fn parse(text: &str) -> Result<Self, Malformed>;

    /// The text as it stands now.
    fn text(&self) -> &str;

    /// A value; of several with the same name the one that counts for the text's readers.
    fn get(&self, key: &[String]) -> Option<Value>;

    /// Sets a value where it stands, or adds it in the style of its surroundings.
    fn set(&mut self, key: &[String], value: &Value) -> Result<(), Malformed>;

    /// Removes a value, and every other one of the same name.
    fn remove(&mut self, key: &[String]);

    /// Makes a value what it is in another document, letter by letter; removes it if it is not there.
    fn put_back(&mut self, key: &[String], before: &Self) -> Result<(), Malformed>;

    /// Removes what held the key and is empty now, unless it was there before.
    fn prune(&mut self, key: &[String], before: &Self);

    /// Whether nothing is left that anybody could miss.
    fn is_void(&self) -> bool;
}

/// A text that is not of its form; the message is a clause that follows the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// The line ending that a text uses first; a text without one gets `\n`.
pub(crate) fn line_ending(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
