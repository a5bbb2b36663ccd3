//! `~/.ccwb/customers`: one private folder for each customer.
//!
//! ```text
//! customers/acme/customer.json   the record, without a secret; written last, removed last
//! customers/acme/secret.age      the credential, encrypted for acme alone
//! customers/acme/key.kms         the key to it, wrapped by AWS KMS (otherwise it is in the keyring)
//! customers/acme/container/      what acme's container mounts
//! ```

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ccwb_store::private_file;

use crate::error::CustomerError;
use crate::id::CustomerId;
use crate::lock::CustomerLock;
use crate::method::Method;
use crate::model::nearest;
use crate::record::Customer;

const RECORD: &str = "customer.json";

/// All customers of this installation.
#[derive(Clone, Debug)]
pub struct CustomersFolder {
    root: PathBuf,
}

/// Who there is.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Customers by id.
    pub customers: Vec<Customer>,
    /// Folders without a record that can be read.
    pub broken: Vec<Broken>,
}

/// A folder that is no customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The folder's name.
    pub name: String,
    /// What is wrong.
    pub problem: String,
}

impl CustomersFolder {
    /// The folder at this path, `~/.ccwb/customers` as a rule; it may not exist yet.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A customer's folder, whether or not there is one.
    pub fn of(&self, id: &CustomerId) -> PathBuf {
        self.root.join(id.as_str())
    }

    /// The record's file.
    pub(crate) fn record(&self, id: &CustomerId) -> PathBuf {
        self.of(id).join(RECORD)
    }

    /// The right to change a customer. It may wait: an asynchronous caller does this on a thread of its own.
    pub fn lock(&self, id: &CustomerId, patience: Duration) -> Result<CustomerLock, CustomerError> {
        private_file::create_own_dir(&self.root)?;
        CustomerLock::acquire(&self.root, id, patience)
    }

    /// Everybody, by id. A record that cannot be read hides no other.
    pub fn list(&self) -> Result<Listing, CustomerError> {
        let mut listing = Listing::default();
        let mut names = self.names()?;
        names.sort_unstable();
        for name in names {
            let problem = match CustomerId::parse(&name).map(|id| self.find(&id)) {
                Ok(Ok(Some(customer))) => {
                    listing.customers.push(customer);
                    continue;
                }
                Ok(Ok(None)) => format!("no {RECORD}: it was not added or not removed to the end"),
                Ok(Err(error)) => error.to_string(),
                Err(problem) => format!("no customer's folder: its name {problem}"),
            };
            listing.broken.push(Broken { name, problem });
        }
        Ok(listing)
    }

    /// The names of all folders; those of ours begin with a dot.
    fn names(&self) -> Result<Vec<String>, CustomerError> {
        let entries = match std::fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(CustomerError::Unreadable { path: self.root.clone(), source }),
        };
        let names = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        Ok(names.filter(|name| !name.starts_with('.')).collect())
    }

    /// A customer by what a person typed.
    pub fn load(&self, name: &str) -> Result<Customer, CustomerError> {
        if let Ok(id) = CustomerId::parse(name)
            && let Some(customer) = self.find(&id)?
        {
            return Ok(customer);
        }
        let names = self.names()?;
        let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
        Err(CustomerError::NotFound { id: name.to_owned(), near })
    }

    /// A customer, if there is one.
    pub fn find(&self, id: &CustomerId) -> Result<Option<Customer>, CustomerError> {
        let path = self.record(id);
        let Some(bytes) = private_file::read(&path)? else { return Ok(None) };
        let malformed = |problem: String| CustomerError::Malformed { path: path.clone(), problem };
        let customer: Customer = serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        if customer.id != *id {
            return Err(malformed(format!("this is the record of \"{}\"", customer.id)));
        }
        Ok(Some(customer))
    }

    /// Makes room for a new customer, and refuses one who is there, or who would share an external id with another. What a
    /// killed `add` left is taken over.
    pub fn begin(&self, customer: &Customer, _held: &CustomerLock) -> Result<(), CustomerError> {
        if let Some(known) = self.find(&customer.id)? {
            return Err(CustomerError::Exists { id: known.id, organisation: known.organisation });
        }
        if let Method::CrossAccountRole { external_id, .. } = &customer.method {
            for other in self.list()?.customers {
                let shares =
                    matches!(&other.method, Method::CrossAccountRole { external_id: its, .. } if its == external_id);
                if shares {
                    return Err(CustomerError::SharedExternalId { other: other.id });
                }
            }
        }
        Ok(private_file::create_own_dir(&self.of(&customer.id))?)
    }

    /// Writes a record. For a new customer this is the last step: with its record it is there, without it is not.
    pub fn save(&self, customer: &Customer, _held: &CustomerLock) -> Result<(), CustomerError> {
        let path = self.record(&customer.id);
        let malformed =
            |error: serde_json::Error| CustomerError::Malformed { path: path.clone(), problem: error.to_string() };
        let mut bytes = serde_json::to_vec_pretty(customer).map_err(malformed)?;
        bytes.push(b'\n');
        Ok(private_file::write(&path, &bytes)?)
    }

    /// Accounts that more than one customer has: allowed, and worth a look.
    pub fn shared_accounts(customers: &[Customer]) -> Vec<&str> {
        let mut seen = HashSet::new();
        let mut shared: Vec<&str> = customers
            .iter()
            .map(|customer| customer.account.as_str())
            .filter(|account| !seen.insert(*account))
            .collect();
        shared.sort_unstable();
        shared.dedup();
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn customer(name: &str) -> Customer {
        let form = format!(
            "id: {name}\norganisation: Org {name}\ncontact: {{name: Jo, email: jo@{name}.example}}\naccount: '123456789012'\n\
             region: us-east-1\nmodel: sonnet-4-5\ntokens: {{input: 1M, output: 1M}}\n\
             method: {{kind: cross-account-role, role_arn: 'arn:aws:iam::123456789012:role/r'}}\n"
        );
        Customer::of_form(Form::parse(&form).unwrap(), None, 100).unwrap()
    }

    fn add(folder: &CustomersFolder, customer: &Customer) -> Result<(), CustomerError> {
        let lock = folder.lock(&customer.id, PATIENCE)?;
        folder.begin(customer, &lock)?;
        folder.save(customer, &lock)
    }

    fn folder() -> (tempfile::TempDir, CustomersFolder) {
        let home = tempfile::tempdir().unwrap();
        let folder = CustomersFolder::new(home.path().join("customers"));
        (home, folder)
    }

    #[test]
    fn who_was_added_is_listed_and_loaded_and_not_added_twice() {
        let (_home, folder) = folder();
        assert!(folder.list().unwrap().customers.is_empty());
        for name in ["globex", "acme"] {
            add(&folder, &customer(name)).unwrap();
        }
        let ids: Vec<String> =
            folder.list().unwrap().customers.iter().map(|customer| customer.id.to_string()).collect();
        assert_eq!(ids, ["acme", "globex"]);
        assert_eq!(folder.load("acme").unwrap().organisation, "Org acme");
        assert!(matches!(add(&folder, &customer("acme")), Err(CustomerError::Exists { .. })));
        let error = folder.load("acmee").unwrap_err().to_string();
        assert!(error.contains("did you mean acme?"), "{error}");
        assert!(matches!(folder.load("../customers/acme"), Err(CustomerError::NotFound { .. })));
        assert_eq!(CustomersFolder::shared_accounts(&folder.list().unwrap().customers), ["123456789012"]);
    }

    #[test]
    fn an_external_id_is_one_customers_alone() {
        let (_home, folder) = folder();
        let one = customer("acme");
        add(&folder, &one).unwrap();
        let other = Customer { method: one.method.clone(), ..customer("globex") };
        assert!(
            matches!(add(&folder, &other), Err(CustomerError::SharedExternalId { other }) if other.as_str() == "acme")
        );
    }

    #[test]
    fn a_record_in_anothers_place_is_refused_and_hides_nobody() {
        let (_home, folder) = folder();
        for name in ["acme", "globex", "initech"] {
            add(&folder, &customer(name)).unwrap();
        }
        let record = |name| folder.record(&CustomerId::parse(name).unwrap());
        std::fs::copy(record("acme"), record("globex")).unwrap();
        std::fs::create_dir(folder.root().join("hooli")).unwrap();
        let listing = folder.list().unwrap();
        assert_eq!(listing.customers.len(), 2);
        let problems: Vec<(&str, bool)> = listing
            .broken
            .iter()
            .map(|broken| (broken.name.as_str(), broken.problem.contains("of \"acme\"")))
            .collect();
        assert_eq!(problems, [("globex", true), ("hooli", false)]);
    }

    #[test]
    fn one_at_a_time_changes_a_customer() {
        let (_home, folder) = folder();
        let id = CustomerId::parse("acme").unwrap();
        let held = folder.lock(&id, Duration::ZERO).unwrap();
        assert!(matches!(folder.lock(&id, Duration::from_millis(30)), Err(CustomerError::Busy { .. })));
        let waiter = std::thread::spawn({
            let folder = folder.clone();
            move || folder.lock(&CustomerId::parse("acme").unwrap(), PATIENCE).map(drop)
        });
        std::thread::sleep(Duration::from_millis(50));
        drop(held);
        waiter.join().unwrap().unwrap();
    }

    #[test]
    fn the_lock_does_not_keep_a_customers_name() {
        let (_home, folder) = folder();
        drop(folder.lock(&CustomerId::parse("acme").unwrap(), PATIENCE).unwrap());
        let names: Vec<_> = std::fs::read_dir(folder.root().join(".locks")).unwrap().flatten().collect();
        assert!(names.iter().all(|entry| !entry.file_name().to_string_lossy().contains("acme")));
    }
}
