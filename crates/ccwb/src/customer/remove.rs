//! `ccwb customer remove`: gone from this computer, and looked for.

use std::path::PathBuf;

use ccwb_customer::vault::{Credential, Credentials};
use ccwb_customer::{Customer, CustomerId, CustomersFolder, KeyPlace, Leftover, Method, Needles};
use serde_json::json;

use super::{PATIENCE, folder, keys};
use crate::consent;
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) async fn run(name: &str, yes: bool, json: bool, surroundings: &Surroundings) -> Result<(), Failure> {
    let folder = folder(surroundings)?;
    let id = match CustomerId::parse(name) {
        // Without a record it is what a killed add or remove left.
        Ok(id) if folder.has_anything_of(&id) => id,
        _ => folder.load(name)?.id,
    };
    // A record that cannot be read keeps nobody from being removed.
    let customer = folder.find(&id).ok().flatten();
    let kept = match &customer {
        // What is in a vault that cannot be opened any more cannot be told; it goes all the same.
        Some(customer) if customer.key.is_some() => match keys::open(&folder, customer, surroundings).await {
            Ok(vault) => vault.read().ok(),
            Err(_) => None,
        },
        _ => None,
    };
    let elsewhere = elsewhere(&id, customer.as_ref(), kept.as_ref());
    let screen = if json { Screen::beside_json() } else { Screen::of_process() };
    let organisation = customer.as_ref().map_or("what is left of a customer", |customer| &customer.organisation);
    screen.title(&format!("Remove {id}"), organisation);
    if !elsewhere.is_empty() {
        screen.heading("Not deleted from here");
        for line in &elsewhere {
            screen.ask(line);
        }
    }
    if !consent::yes(&screen, &format!("Delete everything of {id} on this computer?"), yes).await? {
        return Err(consent::refused());
    }

    let lock = folder.lock(&id, PATIENCE)?;
    let keyring = keys::keyring(surroundings);
    let has_key_here = !matches!(&customer, Some(Customer { key: None | Some(KeyPlace::Kms { .. }), .. }));
    // The key first: from then on the vault is noise, wherever a copy of it may be.
    if has_key_here {
        match keyring.remove(&lock) {
            // Without a record there may never have been a key.
            Err(error) if customer.is_some() => return Err(ccwb_customer::vault::VaultError::from(error).into()),
            _ => {}
        }
    }
    let deleted = folder.erase(&lock)?;
    let left = left(&folder, &needles(&id, customer.as_ref(), kept.as_ref()))?;
    let key_is_left = has_key_here && keyring.has(&id).unwrap_or(false);
    drop(lock);

    if json {
        let left: Vec<_> = left.iter().map(|left| json!({"path": left.path, "what": left.what})).collect();
        let value = json!({"removed": id, "deleted": deleted, "left": left, "key_in_keyring": key_is_left, "elsewhere": elsewhere});
        Screen::of_process().line(format!("{value:#}"));
    } else {
        tell(&screen, &deleted, &left, key_is_left);
    }
    if !left.is_empty() || key_is_left {
        let message = format!("something of \"{id}\" is still there");
        return Err(Failure::new(
            "customer-left",
            exit::UNEXPECTED,
            message,
            "delete what is listed, then run this again",
        ));
    }
    Ok(())
}

fn tell(screen: &Screen, deleted: &[PathBuf], left: &[Leftover], key_is_left: bool) {
    screen.done("deleted", &format!("{} files and folders, overwritten first", deleted.len()));
    for left in left {
        screen.problem(&left.path.display().to_string(), &left.what);
    }
    match key_is_left {
        true => screen.problem("keyring", "it still holds the key"),
        false => screen.done("keyring", "holds no key of this customer"),
    }
    if left.is_empty() {
        screen.done("searched", "no file has the customer's name, its external id or its access key");
    }
}

/// What is in AWS or in a container runtime, and how it goes.
fn elsewhere(id: &CustomerId, customer: Option<&Customer>, kept: Option<&Credentials>) -> Vec<String> {
    let Some(customer) = customer else { return Vec::new() };
    let account = &customer.account;
    let mut lines = vec![match &customer.method {
        Method::CrossAccountRole { role_arn, .. } => {
            format!("The customer deletes the role {role_arn}, or takes you out of its trust policy.")
        }
        Method::IamUserKeys {} => {
            let ids: Vec<String> = kept.iter().flat_map(|kept| access_key_ids(kept)).collect();
            let ids = if ids.is_empty() { "that you were given".to_owned() } else { ids.join(", ") };
            format!("The customer deletes the access key {ids} in the account {account}: until then it works.")
        }
        Method::BedrockApiKey {} => {
            format!("The customer deletes the Bedrock API key in the account {account}: until then it works.")
        }
    }];
    if let Some(KeyPlace::Kms { arn }) = &customer.key {
        lines.push(format!("{arn} stays: other customers' keys are under it. What it wrapped for {id} is deleted."));
    }
    lines.push(format!(
        "Where its container ran: docker compose --project-name ccwb-{id} down --volumes, docker secret rm ccwb-{id}."
    ));
    lines
}

fn access_key_ids(kept: &Credentials) -> impl Iterator<Item = String> {
    let all = [Some(kept.current()), kept.candidate(), kept.previous()];
    all.into_iter().flatten().filter_map(|kept| match &kept.credential {
        Credential::IamUserKeys { access_key_id, .. } => Some(access_key_id.clone()),
        Credential::BedrockApiKey { .. } => None,
    })
}

fn needles(id: &CustomerId, customer: Option<&Customer>, kept: Option<&Credentials>) -> Needles {
    let mut texts: Vec<String> = kept.iter().flat_map(|kept| access_key_ids(kept)).collect();
    if let Some(Method::CrossAccountRole { external_id, .. }) = customer.map(|customer| &customer.method) {
        texts.push(external_id.clone());
    }
    Needles { id: id.clone(), texts }
}

/// Below `~/.ccwb`: customers, and whatever else is there.
fn left(folder: &CustomersFolder, needles: &Needles) -> Result<Vec<Leftover>, Failure> {
    let place = folder.root().parent().unwrap_or(folder.root());
    Ok(CustomersFolder::leftovers(place, needles)?)
}
