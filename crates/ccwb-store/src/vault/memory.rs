//! A vault for tests.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Vault;
use crate::error::StoreError;

pub(crate) struct MemoryVault {
    entries: RefCell<BTreeMap<String, String>>,
    limit: usize,
}

impl MemoryVault {
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { entries: RefCell::default(), limit }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.entries.borrow().keys().cloned().collect()
    }
}

impl Vault for MemoryVault {
    fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.entries.borrow().get(name).cloned())
    }

    fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        assert!(value.len() <= self.limit, "over the limit");
        self.entries.borrow_mut().insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.entries.borrow_mut().remove(name);
        Ok(())
    }

    fn limit(&self) -> Option<usize> {
        Some(self.limit)
    }
}
