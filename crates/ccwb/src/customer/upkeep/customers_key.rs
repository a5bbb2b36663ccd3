//! A customer's key in the hands of `ccwb_rotation`: IAM for a user's keys, standard input for an API key.

use aws_sdk_iam::operation::delete_access_key::DeleteAccessKeyError;
use aws_sdk_iam::operation::update_access_key::UpdateAccessKeyError;
use aws_sdk_iam::types::StatusType;
use ccwb_customer::vault::{Credentials, Rotates, Vault};
use ccwb_customer::{Customer, CustomerLock};
use ccwb_rotation::{Account, Key, Listed, NotCreated, Note, Record, Verdict, pause_after};
use secrecy::SecretString;

use super::access::{Access, did_nothing, is_denied};
use super::history::History;
use crate::failure::{Failure, exit};
use crate::refused;
use crate::surroundings::unix_time;

const PERMISSION: &str = "the user needs iam:CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey and \
                          GetAccessKeyLastUsed on itself";

/// One customer's.
#[derive(Debug)]
pub(super) struct CustomersKey<'a> {
    pub(super) base: &'a aws_config::SdkConfig,
    pub(super) customer: &'a Customer,
    pub(super) vault: &'a Vault,
    pub(super) lock: &'a CustomerLock,
    pub(super) kind: Rotates,
    pub(super) history: &'a History,
    /// The API key that was given; AWS makes access keys itself.
    pub(super) given: Option<SecretString>,
    /// How many seconds the old key stays.
    pub(super) keeps: i64,
}

impl CustomersKey<'_> {
    fn access(&self, key: &Key) -> Access {
        Access::with(self.base, self.customer, &self.kind.credential(key.clone()))
    }

    fn iam(&self, with: &Key) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.access(with).config)
    }

    async fn set(&self, with: &Key, id: &str, status: StatusType) -> Result<(), Failure> {
        if self.kind == Rotates::BedrockApiKey {
            return Ok(());
        }
        let is_inactive = status == StatusType::Inactive;
        let answer = self.iam(with).update_access_key().access_key_id(id).status(status).send().await;
        match answer {
            Err(error)
                if is_inactive
                    && error.as_service_error().is_some_and(UpdateAccessKeyError::is_no_such_entity_exception) =>
            {
                Ok(())
            }
            other => other.map(drop).map_err(|error| refused::failure("iam:UpdateAccessKey", &error, PERMISSION)),
        }
    }
}

impl Account for CustomersKey<'_> {
    type Error = Failure;

    async fn save(&mut self, record: &Record) -> Result<(), Failure> {
        let credentials = Credentials::of_rotation(self.kind, record.clone());
        Ok(self.vault.write(&credentials, self.lock)?)
    }

    async fn list(&mut self, with: &Key) -> Result<Vec<Listed>, Failure> {
        if self.kind == Rotates::BedrockApiKey {
            return Ok(Vec::new());
        }
        let answer = self.iam(with).list_access_keys().send().await;
        let answer = answer.map_err(|error| refused::failure("iam:ListAccessKeys", &error, PERMISSION))?;
        let listed = answer.access_key_metadata().iter().map(|key| Listed {
            id: key.access_key_id().unwrap_or_default().to_owned(),
            active: key.status() == Some(&StatusType::Active),
            created: key.create_date().map_or(0, aws_sdk_iam::primitives::DateTime::secs),
        });
        Ok(listed.collect())
    }

    async fn last_used(&mut self, with: &Key, id: &str) -> Result<Option<i64>, Failure> {
        let answer = self.iam(with).get_access_key_last_used().access_key_id(id).send().await;
        let answer = answer.map_err(|error| refused::failure("iam:GetAccessKeyLastUsed", &error, PERMISSION))?;
        let used = answer.access_key_last_used().and_then(|used| used.last_used_date());
        Ok(used.map(aws_sdk_iam::primitives::DateTime::secs))
    }

    async fn create(&mut self, with: &Key) -> Result<Key, NotCreated<Failure>> {
        if self.kind == Rotates::BedrockApiKey {
            let secret = self.given.clone().ok_or_else(|| NotCreated::Refused(no_key_given(self.customer)))?;
            let key = self.kind.credential(Key { id: String::new(), secret, created: 0 });
            return Ok(Credentials::new(key, unix_time()).to_rotation().current);
        }
        // A retry after a lost answer would find the limit reached, by the very key that was made.
        let answer = aws_sdk_iam::Client::new(&self.access(with).once()).create_access_key().send().await;
        let answer = answer.map_err(|error| {
            let failure = refused::failure("iam:CreateAccessKey", &error, PERMISSION);
            if did_nothing(&error) { NotCreated::Refused(failure) } else { NotCreated::Unknown(failure) }
        })?;
        let key = answer.access_key().ok_or_else(|| {
            let message = "iam:CreateAccessKey gave no key";
            NotCreated::Unknown(Failure::new("aws-unexpected", exit::AWS, message, "run the same command again"))
        })?;
        let created = key.create_date().map_or_else(unix_time, aws_sdk_iam::primitives::DateTime::secs);
        Ok(Key { id: key.access_key_id().to_owned(), secret: key.secret_access_key().into(), created })
    }

    async fn attempt(&mut self, key: &Key) -> Result<Verdict, Failure> {
        attempt(&self.access(key), self.customer).await
    }

    async fn activate(&mut self, with: &Key, id: &str) -> Result<(), Failure> {
        self.set(with, id, StatusType::Active).await
    }

    async fn deactivate(&mut self, with: &Key, id: &str) -> Result<(), Failure> {
        self.set(with, id, StatusType::Inactive).await
    }

    async fn delete(&mut self, with: &Key, id: &str) -> Result<(), Failure> {
        if self.kind == Rotates::BedrockApiKey {
            return Ok(());
        }
        match self.iam(with).delete_access_key().access_key_id(id).send().await {
            Err(error) if error.as_service_error().is_some_and(DeleteAccessKeyError::is_no_such_entity_exception) => {
                Ok(())
            }
            other => other.map(drop).map_err(|error| refused::failure("iam:DeleteAccessKey", &error, PERMISSION)),
        }
    }

    fn keeps_previous(&self, switched_at: i64) -> bool {
        unix_time().saturating_sub(switched_at) < self.keeps
    }

    async fn pause(&mut self, attempts: u32) {
        tokio::time::sleep(pause_after(attempts)).await;
    }

    fn now(&self) -> i64 {
        unix_time()
    }

    fn note(&mut self, note: &Note<'_>) {
        self.history.add(note);
    }
}

/// Whether a way in works: it is the account's, and Bedrock lists the customer's profile, or the model says a token where
/// listing is not allowed.
pub(super) async fn attempt(access: &Access, customer: &Customer) -> Result<Verdict, Failure> {
    let tried = async {
        access.identity(customer).await?;
        match access.profile(customer).await {
            Err(failure) if is_denied(&failure) => access.call(customer).await,
            other => other,
        }
    };
    match tried.await {
        Ok(_) => Ok(Verdict::Works),
        Err(failure) => match failure.code.as_str() {
            "identity-differs" | "profile-missing" | "profile-inactive" => Ok(Verdict::Refused(failure.message)),
            "aws-refused" if !is_temporary(&failure.message) => Ok(Verdict::NotYet(failure.message)),
            _ => Err(failure),
        },
    }
}

/// What AWS says when it cannot serve anybody.
fn is_temporary(message: &str) -> bool {
    const TEMPORARY: &[&str] =
        &["Throttl", "TooManyRequests", "ServiceUnavailable", "InternalServer", "InternalFailure", "ServiceFailure"];
    TEMPORARY.iter().any(|code| message.contains(code))
}

fn no_key_given(customer: &Customer) -> Failure {
    Failure::new(
        "customer-key-needed",
        exit::USAGE,
        format!("a new Bedrock API key for \"{}\" has to come from the customer", customer.id),
        format!("ccwb customer rotate {} --key-stdin < FILE", customer.id),
    )
}
