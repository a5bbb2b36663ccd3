//! Values over a keyring's limit, in parts.
//!
//! The entry itself then holds a manifest, `ccwb-parts:1:<count>:<digest>`, and the parts stand in entries named after
//! entry, digest and index. The digest is of the whole value: parts of two values never mix, and a part that is missing
//! or cut is found on read.

use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::vault::Vault;

const MARK: &str = "ccwb-parts:1:";

struct Manifest {
    count: usize,
    digest: String,
}

impl Manifest {
    fn parse(text: &str) -> Option<Self> {
        let (count, digest) = text.strip_prefix(MARK)?.split_once(':')?;
        Some(Self { count: count.parse().ok().filter(|count| *count <= 1024)?, digest: digest.to_owned() })
    }

    fn part_name(&self, entry: &str, index: usize) -> String {
        format!("{entry}.{}.{index}", self.digest)
    }
}

/// Reads a value that may be in parts; damaged parts are no value.
pub(crate) fn read(vault: &dyn Vault, entry: &str) -> Result<Option<String>, StoreError> {
    let Some(text) = vault.get(entry)? else { return Ok(None) };
    let Some(manifest) = Manifest::parse(&text) else { return Ok(Some(text)) };
    let mut whole = String::new();
    for index in 0..manifest.count {
        match vault.get(&manifest.part_name(entry, index))? {
            Some(part) => whole.push_str(&part),
            None => return Ok(None),
        }
    }
    Ok(Some(whole).filter(|whole| digest(whole) == manifest.digest))
}

/// Writes a value, in parts if it is over the vault's limit, and leaves no part of the value before it.
pub(crate) fn write(vault: &dyn Vault, entry: &str, value: &str) -> Result<(), StoreError> {
    let before = vault.get(entry)?.as_deref().and_then(Manifest::parse);
    let now = match vault.limit() {
        Some(limit) if value.len() > limit || value.starts_with(MARK) => {
            let parts = cut(value, limit);
            let manifest = Manifest { count: parts.len(), digest: digest(value) };
            for (index, part) in parts.iter().enumerate() {
                vault.set(&manifest.part_name(entry, index), part)?;
            }
            vault.set(entry, &format!("{MARK}{}:{}", manifest.count, manifest.digest))?;
            Some(manifest)
        }
        _ => {
            vault.set(entry, value)?;
            None
        }
    };
    match before {
        Some(before) if now.as_ref().is_none_or(|now| now.digest != before.digest) => {
            remove_parts(vault, entry, &before)
        }
        _ => Ok(()),
    }
}

/// Removes a value and its parts.
pub(crate) fn remove(vault: &dyn Vault, entry: &str) -> Result<(), StoreError> {
    if let Some(manifest) = vault.get(entry)?.as_deref().and_then(Manifest::parse) {
        remove_parts(vault, entry, &manifest)?;
    }
    vault.remove(entry)
}

fn remove_parts(vault: &dyn Vault, entry: &str, manifest: &Manifest) -> Result<(), StoreError> {
    (0..manifest.count).try_for_each(|index| vault.remove(&manifest.part_name(entry, index)))
}

/// Parts of at most `limit` bytes, cut between characters.
fn cut(value: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let end = rest.floor_char_boundary(limit).max(rest.chars().next().map_or(1, char::len_utf8));
        let (part, after) = rest.split_at(end.min(rest.len()));
        parts.push(part);
        rest = after;
    }
    parts
}

fn digest(value: &str) -> String {
    Sha256::digest(value.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MemoryVault;

    #[test]
    fn values_of_every_size_come_back_and_shrinking_leaves_nothing_behind() {
        let vault = MemoryVault::with_limit(100);
        // Up and down again, past every border; a step that is a prime meets every remainder.
        let sizes = (0..20_000).step_by(97).chain([99, 100, 101, 2_560, 2_561]).chain((0..20_000).step_by(211).rev());
        for size in sizes {
            let value: String = "aé東🎉".chars().cycle().take(size).collect();
            write(&vault, "P-tokens", &value).unwrap();
            assert_eq!(read(&vault, "P-tokens").unwrap().as_deref(), Some(value.as_str()));
            let expected = if value.len() > 100 { cut(&value, 100).len() + 1 } else { 1 };
            assert_eq!(vault.len(), expected, "{size}");
        }
        remove(&vault, "P-tokens").unwrap();
        assert_eq!(vault.len(), 0);
    }

    #[test]
    fn a_damaged_part_is_no_value_rather_than_a_wrong_one() {
        let vault = MemoryVault::with_limit(40);
        write(&vault, "e", &"0123456789".repeat(8)).unwrap();
        let part = vault.names().into_iter().find(|name| name.ends_with(".1")).unwrap();
        vault.set(&part, "another text of the same kind").unwrap();
        assert_eq!(read(&vault, "e").unwrap(), None);
        vault.remove(&part).unwrap();
        assert_eq!(read(&vault, "e").unwrap(), None);
    }
}
