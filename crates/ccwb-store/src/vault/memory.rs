//! A vault for tests.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::Vault;
use crate::error::StoreError;
use crate::store::Backend;

pub(crate) struct MemoryVault {
    entries: RefCell<BTreeMap<String, String>>,
    limit: Option<usize>,
    /// Changes that are still carried out.
    steps: Cell<usize>,
}

impl MemoryVault {
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { limit: Some(limit), ..Self::without_limit() }
    }

    pub(crate) fn without_limit() -> Self {
        Self { entries: RefCell::default(), limit: None, steps: Cell::new(usize::MAX) }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.entries.borrow().keys().cloned().collect()
    }

    /// Whoever changes it is gone after so many changes.
    pub(crate) fn die_after(&self, steps: usize) {
        self.steps.set(steps);
    }

    pub(crate) fn live(&self) {
        self.steps.set(usize::MAX);
    }

    fn step(&self) -> Result<(), StoreError> {
        let left = self.steps.get().checked_sub(1);
        self.steps.set(left.ok_or_else(|| StoreError::unavailable(Backend::Keyring, "killed"))?);
        Ok(())
    }
}

impl Vault for MemoryVault {
    fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.entries.borrow().get(name).cloned())
    }

    fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.step()?;
        assert!(self.limit.is_none_or(|limit| value.len() <= limit), "over the limit");
        self.entries.borrow_mut().insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.step()?;
        self.entries.borrow_mut().remove(name);
        Ok(())
    }

    fn limit(&self) -> Option<usize> {
        self.limit
    }
}
