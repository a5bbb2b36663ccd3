//! A profile's secrets in one private file: `{"credentials": "...", "tokens": "..."}`.

use std::collections::BTreeMap;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::private_file;

/// One value; a file that is not ours to understand holds none.
pub(crate) fn read(path: &Path, slot: &str) -> Result<Option<String>, StoreError> {
    Ok(values(path)?.remove(slot))
}

/// Sets one value and keeps the others.
pub(crate) fn write(path: &Path, slot: &str, value: &str) -> Result<(), StoreError> {
    let mut values = values(path)?;
    values.insert(slot.to_owned(), value.to_owned());
    save(path, &values)
}

/// Removes one value; the file goes with its last one.
pub(crate) fn remove(path: &Path, slot: &str) -> Result<(), StoreError> {
    let mut values = values(path)?;
    values.remove(slot);
    if values.is_empty() { private_file::remove(path) } else { save(path, &values) }
}

fn values(path: &Path) -> Result<BTreeMap<String, String>, StoreError> {
    Ok(private_file::read(path)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

fn save(path: &Path, values: &BTreeMap<String, String>) -> Result<(), StoreError> {
    let bytes = Zeroizing::new(serde_json::to_vec(values).unwrap_or_default());
    private_file::write(path, &bytes)
}
