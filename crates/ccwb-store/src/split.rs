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
pub fn read(vault: &dyn Vault, entry: &str) -> Result<Option<String>, StoreError> {
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
pub fn write(vault: &dyn Vault, entry: &str, value: &str) -> Result<(), StoreError> {
    let before = vault.get(entry)?.as_deref().and_then(Manifest::parse);
    let now = match vault.limit() {
        // A value that looks like a manifest is no longer one once it is in parts.
        limit if value.starts_with(MARK) || limit.is_some_and(|limit| value.len() > limit) => {
            let parts = cut(value, limit.unwrap_or(usize::MAX));
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
pub fn remove(vault: &dyn Vault, entry: &str) -> Result<(), StoreError> {
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
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::vault::MemoryVault;

    /// The Windows Credential Manager's, and one that small values reach.
    const LIMITS: &[usize] = &[2_560, 48];

    /// Texts around every border of a limit, of letters of one to four bytes.
    fn value() -> impl Strategy<Value = String> {
        (vec(select(vec!["a", "é", "東", "🎉", "{\"", ":1:", MARK]), 1..12), 0_usize..4_000)
            .prop_map(|(letters, count)| letters.concat().chars().cycle().take(count).collect())
    }

    /// The names of a value's parts, in their order.
    fn parts(vault: &MemoryVault) -> Vec<String> {
        let mut names: Vec<String> = vault.names().into_iter().filter(|name| name.starts_with("e.")).collect();
        names.sort_by_key(|name| name.rsplit_once('.').and_then(|(_, index)| index.parse::<usize>().ok()));
        names
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_value_comes_back_whole_and_leaves_nothing_of_the_one_before(
            limit in select(LIMITS), before in value(), now in value(),
        ) {
            let vault = MemoryVault::with_limit(limit);
            write(&vault, "e", &before).unwrap();
            write(&vault, "e", &now).unwrap();
            let found = read(&vault, "e").unwrap();
            prop_assert_eq!(found.as_deref(), Some(now.as_str()));
            let clean = MemoryVault::with_limit(limit);
            write(&clean, "e", &now).unwrap();
            prop_assert_eq!(vault.names(), clean.names());
            remove(&vault, "e").unwrap();
            prop_assert_eq!(vault.len(), 0);
        }

        #[test]
        fn where_there_is_no_limit_every_value_comes_back_too(now in value()) {
            let vault = MemoryVault::without_limit();
            write(&vault, "e", &now).unwrap();
            let found = read(&vault, "e").unwrap();
            prop_assert_eq!(found.as_deref(), Some(now.as_str()));
        }

        #[test]
        fn parts_that_are_lost_swapped_cut_or_of_another_value_are_no_value(
            limit in select(LIMITS), value in value(), other in value(), one: Index, two: Index, damage in 0..4,
        ) {
            prop_assume!(value.len() > limit);
            let vault = MemoryVault::with_limit(limit);
            write(&vault, "e", &value).unwrap();
            let names = parts(&vault);
            let (one, two) = (one.get(&names), two.get(&names));
            let [first, second] = [one, two].map(|name| vault.get(name).unwrap().unwrap());
            let foreign = &other[..other.floor_char_boundary(limit)];
            match damage {
                0 if first != second => {
                    vault.set(one, &second).unwrap();
                    vault.set(two, &first).unwrap();
                }
                1 if foreign != first => vault.set(one, foreign).unwrap(),
                2 => vault.set(one, &first[..first.floor_char_boundary(first.len() - 1)]).unwrap(),
                _ => vault.remove(one).unwrap(),
            }
            let found = read(&vault, "e").unwrap();
            // Parts of one letter alone, swapped, are the same value.
            prop_assert!(found.is_none_or(|found| damage == 0 && found == value));
        }

        #[test]
        fn a_write_that_was_killed_leaves_the_old_value_or_none_but_no_mixture(
            limit in select(LIMITS), before in value(), now in value(), steps in 0_usize..120,
        ) {
            let vault = MemoryVault::with_limit(limit);
            write(&vault, "e", &before).unwrap();
            vault.die_after(steps);
            let finished = write(&vault, "e", &now).is_ok();
            vault.live();
            let found = read(&vault, "e").unwrap();
            let whole = found.as_ref().is_none_or(|found| *found == before || *found == now);
            prop_assert!(whole && (!finished || found == Some(now.clone())));
            // And the next one works as if nothing had happened.
            write(&vault, "e", &before).unwrap();
            prop_assert_eq!(read(&vault, "e").unwrap(), Some(before));
        }
    }

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
