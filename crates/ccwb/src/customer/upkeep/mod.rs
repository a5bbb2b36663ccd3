//! `ccwb customer validate`, `rotate` and `health`: what is done to customers' accounts, once they are there.

mod access;
mod arguments;
mod customers_key;
mod external_id;
mod health;
mod history;
mod many;
mod rotate;
mod standing;
#[cfg(test)]
mod tests;
mod validate;

use std::sync::Arc;

use aws_config::SdkConfig;
use ccwb_customer::vault::Vault;
use ccwb_customer::{Customer, CustomerLock, CustomersFolder, Method};

use self::access::Access;
pub(crate) use self::arguments::UpkeepCommand;
use self::arguments::Whom;
use super::{PATIENCE, folder, keys};
use crate::aws::{AwsArguments, sdk_config};
use crate::failure::{Failure, exit};
use crate::surroundings::Surroundings;

pub(crate) async fn run(command: &UpkeepCommand, surroundings: &Surroundings) -> Result<(), Failure> {
    match command {
        UpkeepCommand::Validate(arguments) => Box::pin(validate::run(arguments, surroundings)).await,
        UpkeepCommand::Rotate(arguments) => Box::pin(rotate::run(arguments, surroundings)).await,
        UpkeepCommand::Health(arguments) => Box::pin(health::run(arguments, surroundings)).await,
    }
}

/// What work on customers stands on.
#[derive(Debug)]
struct Office {
    folder: CustomersFolder,
    /// The hosting company's own clients.
    base: SdkConfig,
    vaults: Vaults,
}

/// Where the keys of vaults come from.
#[derive(Debug)]
enum Vaults {
    /// The keyring, or KMS, as the record says.
    Named(Surroundings),
    #[cfg(test)]
    Known(std::collections::BTreeMap<String, ccwb_customer::vault::Key>),
}

impl Office {
    /// The hosting company's credentials are looked for when a role or KMS needs them.
    async fn open(aws_profile: Option<&str>, surroundings: &Surroundings) -> Result<Arc<Self>, Failure> {
        let arguments = AwsArguments { aws_profile: aws_profile.map(str::to_owned), give_up_after: 60 };
        // Each customer's region takes its place.
        let base = sdk_config(&arguments, "us-east-1", surroundings).await?;
        Ok(Arc::new(Self {
            folder: folder(surroundings)?,
            base: access::for_customers(&base),
            vaults: Vaults::Named(surroundings.clone()),
        }))
    }

    /// Those who are meant, by id.
    fn customers(&self, whom: &Whom) -> Result<Vec<Customer>, Failure> {
        match &whom.customer {
            Some(name) => Ok(vec![self.folder.load(name)?]),
            None => Ok(self.folder.list()?.customers),
        }
    }

    async fn vault(&self, customer: &Customer) -> Result<Vault, Failure> {
        match &self.vaults {
            Vaults::Named(surroundings) => keys::open(&self.folder, customer, surroundings).await,
            #[cfg(test)]
            Vaults::Known(keys) => Ok(Vault::new(&self.folder, &customer.id, keys[customer.id.as_str()].clone())),
        }
    }

    /// The right to change a customer, and its record as it is now.
    async fn hold(&self, customer: &Customer) -> Result<(CustomerLock, Customer), Failure> {
        let (folder, id) = (self.folder.clone(), customer.id.clone());
        let locked = tokio::task::spawn_blocking(move || {
            let lock = folder.lock(&id, PATIENCE)?;
            let customer = folder.load(id.as_str())?;
            Ok::<_, ccwb_customer::CustomerError>((lock, customer))
        });
        match locked.await {
            Ok(held) => Ok(held?),
            Err(died) => std::panic::resume_unwind(died.into_panic()),
        }
    }

    /// The way in with what is in use now, and since when that is; for a role since the customer was added.
    async fn access(&self, customer: &Customer) -> Result<(Access, i64), Failure> {
        if let Method::CrossAccountRole { external_id, .. } = &customer.method {
            let since = external_id::since(&self.folder, customer);
            return Ok((Access::assume(&self.base, customer, external_id).await?, since));
        }
        let credentials = self.vault(customer).await?.read()?;
        let kept = credentials.current();
        Ok((Access::with(&self.base, customer, &kept.credential), kept.since))
    }
}

/// One customer's failure among many: the program ends with it, and everybody else was served.
fn of_many(failed: usize, all: usize, first: &Failure) -> Failure {
    let message = format!("{failed} of {all} customers failed; the first: {}", first.message);
    Failure::new("customers-failed", if first.exit == 0 { exit::AWS } else { first.exit }, message, first.hint.clone())
}
