//! Our values into somebody else's text, and out of it again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::document::{Document, Key, Malformed};

/// One value that the text should hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where.
    pub key: Key,
    /// What; nothing where the text must not hold the key, because it would stand in our way.
    pub value: Option<Value>,
    /// What becomes of a value that somebody else put there.
    pub rule: Rule,
}

/// What becomes of a value that somebody else put there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It is replaced, and comes back when ours goes: without ours nothing works.
    Replace,
    /// It stays: a matter of taste.
    Keep,
}

/// What an install remembers of one text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The text without us; none if there was no file. May hold other people's secrets.
    pub before: Option<String>,
    /// SHA-256 of the text as we left it.
    pub written: String,
    /// The values that we answer for.
    pub ours: Vec<Owned>,
}

impl std::fmt::Debug for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remembered")
            .field("written", &self.written)
            .field("ours", &self.ours.len())
            .finish_non_exhaustive()
    }
}

/// A value that we set, or a key that we took away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Owned {
    /// Where.
    pub key: Key,
    /// As we set it; none if we took the key away.
    pub value: Option<Value>,
}

/// What happens to one key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where.
    pub key: Key,
    /// What.
    pub kind: ChangeKind,
    /// What was there; not for credentials.
    pub from: Option<Value>,
    /// What is there now.
    pub to: Option<Value>,
}

/// What happens to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// It had another value.
    Replaced,
    /// It stood in our way, or was ours and is no longer needed.
    Removed,
    /// It has the value again that it had before us.
    Restored,
    /// It has somebody else's value, which stays.
    Kept,
}

/// A text with our values in it.
#[derive(Debug)]
pub struct Merged {
    /// The new text.
    pub text: String,
    /// To be kept for the next time.
    pub remembered: Remembered,
    /// What was done, key by key; empty the second time.
    pub changes: Vec<Change>,
}

/// Puts values into a text. `stale` names values of an older install: they are not put back when ours go.
pub fn merge<D: Document>(
    current: Option<&str>,
    remembered: Option<&Remembered>,
    wanted: &[Entry],
    stale: impl FnOnce(&D) -> Vec<Key>,
) -> Result<Merged, Malformed> {
    let text = current.unwrap_or_default();
    let mut document = D::parse(text)?;
    let before = match (current, remembered) {
        (Some(current), Some(remembered)) => undo::<D>(current, remembered)?.text,
        (Some(current), None) => {
            let mut clean = D::parse(current)?;
            let nothing = D::parse("")?;
            for key in stale(&clean) {
                clean.remove(&key);
                clean.prune(&key, &nothing);
            }
            Some(clean.text().to_owned())
        }
        (None, _) => None,
    };
    let base = D::parse(before.as_deref().unwrap_or_default())?;
    let mut changes = Vec::new();
    let earlier =
        remembered.filter(|_| current.is_some()).map(|remembered| remembered.ours.as_slice()).unwrap_or_default();
    for old in earlier.iter().filter(|old| !wanted.iter().any(|entry| entry.key == old.key)) {
        restore(&mut document, &base, old, &mut changes)?;
    }
    let mut ours = Vec::new();
    for Entry { key, value, rule } in wanted {
        let (now, theirs) = (document.get(key), base.get(key));
        if *rule == Rule::Keep && theirs.is_some() && theirs != *value {
            changes.push(Change { key: key.clone(), kind: ChangeKind::Kept, from: theirs, to: value.clone() });
            continue;
        }
        match (value, now) {
            (Some(value), now) if now.as_ref() != Some(value) => {
                document.set(key, value)?;
                let kind = if now.is_some() { ChangeKind::Replaced } else { ChangeKind::Added };
                changes.push(Change { key: key.clone(), kind, from: now, to: Some(value.clone()) });
            }
            (None, Some(now)) => {
                document.remove(key);
                changes.push(Change { key: key.clone(), kind: ChangeKind::Removed, from: Some(now), to: None });
            }
            (None, None) if theirs.is_none() => continue,
            _ => {}
        }
        ours.push(Owned { key: key.clone(), value: value.clone() });
    }
    D::parse(document.text())?;
    let written = digest(document.text());
    Ok(Merged { text: document.text().to_owned(), remembered: Remembered { before, written, ours }, changes })
}

/// Another value for a key that is ours; nothing where it is not, or where somebody has changed it since.
pub fn amend<D: Document>(
    current: &str,
    remembered: &Remembered,
    key: &Key,
    value: &Value,
) -> Result<Option<Merged>, Malformed> {
    let mut document = D::parse(current)?;
    let mut remembered = remembered.clone();
    let now = document.get(key);
    let is_untouched = digest(current) == remembered.written;
    let Some(ours) = remembered.ours.iter_mut().find(|owned| owned.key == *key && owned.value == now) else {
        return Ok(None);
    };
    let mut changes = Vec::new();
    if now.as_ref() != Some(value) {
        document.set(key, value)?;
        ours.value = Some(value.clone());
        changes.push(Change { key: key.clone(), kind: ChangeKind::Replaced, from: now, to: Some(value.clone()) });
    }
    D::parse(document.text())?;
    if is_untouched {
        remembered.written = digest(document.text());
    }
    Ok(Some(Merged { text: document.text().to_owned(), remembered, changes }))
}

/// A text without us.
#[derive(Debug)]
pub struct Undone {
    /// The text; none if there was no file before us and nobody else has put anything into it.
    pub text: Option<String>,
    /// What was done, key by key. `Kept` is what somebody changed after us.
    pub changes: Vec<Change>,
}

/// Takes our values out of a text. One that nobody has touched since becomes what it was, byte for byte; in any other
/// only our values are put back, and those that somebody has changed stay.
pub fn undo<D: Document>(current: &str, remembered: &Remembered) -> Result<Undone, Malformed> {
    let base = D::parse(remembered.before.as_deref().unwrap_or_default())?;
    let mut document = D::parse(current)?;
    let mut changes = Vec::new();
    for owned in remembered.ours.iter().rev() {
        restore(&mut document, &base, owned, &mut changes)?;
    }
    changes.reverse();
    if digest(current) == remembered.written {
        return Ok(Undone { text: remembered.before.clone(), changes });
    }
    D::parse(document.text())?;
    let text = (remembered.before.is_some() || !document.is_void()).then(|| document.text().to_owned());
    Ok(Undone { text, changes })
}

fn restore<D: Document>(document: &mut D, base: &D, owned: &Owned, changes: &mut Vec<Change>) -> Result<(), Malformed> {
    let Owned { key, value: ours } = owned;
    let (now, theirs) = (document.get(key), base.get(key));
    let change = |kind, to| Change { key: key.clone(), kind, from: now.clone(), to };
    if now != *ours {
        if now != theirs {
            changes.push(change(ChangeKind::Kept, now.clone()));
        }
        return Ok(());
    }
    document.put_back(key, base)?;
    document.prune(key, base);
    if now != theirs {
        let kind = if theirs.is_some() { ChangeKind::Restored } else { ChangeKind::Removed };
        changes.push(change(kind, theirs));
    }
    Ok(())
}

/// SHA-256, in hexadecimal.
pub fn digest(content: impl AsRef<[u8]>) -> String {
    Sha256::digest(content.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect()
}
