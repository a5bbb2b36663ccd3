//! A new external id for a role: told to the customer first, in use when the role takes it.

use ccwb_customer::{Customer, CustomerLock, CustomersFolder, Method, external_id};
use ccwb_rotation::Verdict;
use ccwb_store::private_file;
use serde::{Deserialize, Serialize};

use super::Office;
use super::access::Access;
use super::customers_key::attempt;
use super::history::History;
use super::rotate::{Outcome, Told};
use crate::failure::Failure;
use crate::surroundings::unix_time;

/// `external-id.json` in the customer's folder; no secret, as AWS says, but nobody else's.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Ids {
    /// The one that the customer was told, until its role takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    candidate: Option<String>,
    /// Since when the one in use is, in Unix seconds.
    #[serde(default)]
    since: Option<i64>,
}

/// Since when the external id is in use.
pub(super) fn since(folder: &CustomersFolder, customer: &Customer) -> i64 {
    read(folder, customer).since.unwrap_or(customer.added)
}

/// What would be done, in words.
pub(super) fn plan(folder: &CustomersFolder, customer: &Customer) -> &'static str {
    match read(folder, customer).candidate {
        Some(_) => "the new external id would be tried",
        None => "a new external id would be made",
    }
}

/// Whether a new one was told and is not in use yet.
pub(super) fn is_under_way(folder: &CustomersFolder, customer: &Customer) -> bool {
    read(folder, customer).candidate.is_some()
}

pub(super) async fn rotate(office: &Office, mut customer: Customer, lock: &CustomerLock) -> Result<Told, Failure> {
    let history = History::of(&office.folder, &customer);
    let mut ids = read(&office.folder, &customer);
    let Method::CrossAccountRole { external_id: current, .. } = &mut customer.method else {
        return Ok(Told::new(&customer, Outcome::Skipped, "it has no role"));
    };
    let candidate = match &ids.candidate {
        Some(candidate) => candidate.clone(),
        None => {
            let made = external_id()?;
            ids.candidate = Some(made.clone());
            write(&office.folder, &customer, &ids)?;
            history.say("external-id-made", "done", None);
            return Ok(pending(&customer, &made, "a new external id was made"));
        }
    };
    // A run that was killed after the switch: the record has it already.
    if *current != candidate {
        current.clone_from(&candidate);
        let verdict = match Access::assume(&office.base, &customer, &candidate).await {
            Ok(access) => attempt(&access, &customer).await?,
            Err(failure) if failure.code == "aws-refused" => Verdict::NotYet(failure.message),
            Err(failure) => return Err(failure),
        };
        if let Verdict::NotYet(reason) | Verdict::Refused(reason) = verdict {
            history.say("external-id-tried", "failed", Some(&reason));
            return Ok(pending(&customer, &candidate, "the role does not take the new external id yet"));
        }
        history.say("external-id-tried", "done", None);
        office.folder.save(&customer, lock)?;
        history.say("external-id-switched", "done", None);
    }
    write(&office.folder, &customer, &Ids { candidate: None, since: Some(unix_time()) })?;
    Ok(Told::new(&customer, Outcome::Rotated, "the new external id is in use"))
}

fn pending(customer: &Customer, candidate: &str, what: &str) -> Told {
    let hint = format!(
        "the customer adds \"{candidate}\" to \"sts:ExternalId\" in the role's trust policy, beside the old one; then run this \
         again, and the old one can be taken out"
    );
    Told { hint: Some(hint), ..Told::new(customer, Outcome::Pending, what) }
}

fn read(folder: &CustomersFolder, customer: &Customer) -> Ids {
    let bytes = private_file::read(&path(folder, customer)).ok().flatten();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn write(folder: &CustomersFolder, customer: &Customer, ids: &Ids) -> Result<(), Failure> {
    let bytes = serde_json::to_vec(ids).unwrap_or_default();
    Ok(private_file::write(&path(folder, customer), &bytes)?)
}

fn path(folder: &CustomersFolder, customer: &Customer) -> std::path::PathBuf {
    folder.of(&customer.id).join("external-id.json")
}
