use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use ccwb_store::{StoreError, Vault, split};
use sha2::{Digest, Sha256};

/// A keyring's entries, in any state: a value that is read in parts is whole, and writing and removing works over anything.
///
/// The input is names and values in turn, separated by zero bytes; the first piece is also the value that is written.
pub fn keyring_parts(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let pieces: Vec<&str> = text.split('\0').collect();
    let vault = Keyring::default();
    for pair in pieces.chunks(2) {
        vault.entries.borrow_mut().insert(pair[0].to_owned(), pair.get(1).copied().unwrap_or_default().to_owned());
    }
    let entry = "P-tokens";
    let before: BTreeSet<String> = vault.entries.borrow().keys().cloned().collect();
    let manifest = vault.entries.borrow().get(entry).cloned();
    if let Some(found) = split::read(&vault, entry).expect("this keyring answers") {
        let manifest = manifest.expect("there is an entry");
        if found != manifest {
            assert!(manifest.ends_with(&format!(":{}", digest(&found))), "parts that are not one value's");
        }
    }
    let value = pieces[0].repeat(3);
    split::write(&vault, entry, &value).expect("this keyring takes it");
    assert_eq!(split::read(&vault, entry).expect("this keyring answers").as_deref(), Some(value.as_str()));
    split::remove(&vault, entry).expect("this keyring forgets it");
    assert_eq!(split::read(&vault, entry).expect("this keyring answers"), None);
    let after: BTreeSet<String> = vault.entries.borrow().keys().cloned().collect();
    assert!(after.is_subset(&before) && !after.contains(entry), "{:?}", after.difference(&before));
}

fn digest(value: &str) -> String {
    Sha256::digest(value)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Keyring {
    entries: RefCell<BTreeMap<String, String>>,
}

/// Far less than any real one, so that small inputs reach what large values do there.
const LIMIT: usize = 40;

impl Vault for Keyring {
    fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.entries.borrow().get(name).cloned())
    }

    fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        assert!(value.len() <= LIMIT, "over the limit");
        self.entries.borrow_mut().insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.entries.borrow_mut().remove(name);
        Ok(())
    }

    fn limit(&self) -> Option<usize> {
        Some(LIMIT)
    }
}
