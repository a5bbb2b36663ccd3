//! IAM users and their access keys: each user may look after its own.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};

use super::administrator::refused;
use super::iam::NAMESPACE;
use super::principal::Principal;
use super::query_xml::{QueryError, list, response};
use super::session::Session;
use super::sigv4;
use super::sts::parameters;
use super::sts::xml::{element, text};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::random;
use crate::world::World;

pub(super) const ACTIONS: &[&str] =
    &["CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey", "GetAccessKeyLastUsed"];

/// `AccessKeysPerUser` of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const KEYS_OF_A_USER: usize = 2;

/// Account and name.
type User = (String, String);

/// Every user that has a key.
#[derive(Debug, Default)]
pub(crate) struct IamUsers(BTreeMap<User, Vec<AccessKey>>);

/// What everybody may know of an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyState {
    /// `AKIA...`
    pub id: String,
    /// Whether requests that are signed with it are taken.
    pub active: bool,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it signed a request last.
    pub last_used: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct AccessKey {
    state: AccessKeyState,
    secret: String,
}

impl IamUsers {
    /// Id and secret of a new key; none if the user has as many as AWS allows.
    pub(crate) fn add_key(&mut self, account: &str, user: &str, now: DateTime<Utc>) -> Option<(String, String)> {
        let keys = self.0.entry((account.to_owned(), user.to_owned())).or_default();
        if keys.len() >= KEYS_OF_A_USER {
            return None;
        }
        let id = format!("AKIA{}", random::text(random::UPPER_ALPHANUMERIC, 16));
        let secret = random::text(random::ALPHANUMERIC, 40);
        let state = AccessKeyState { id: id.clone(), active: true, created: now, last_used: None };
        keys.push(AccessKey { state, secret: secret.clone() });
        Some((id, secret))
    }

    pub(crate) fn keys(&self, account: &str, user: &str) -> Vec<AccessKeyState> {
        let keys = self.0.get(&(account.to_owned(), user.to_owned()));
        keys.into_iter().flatten().map(|key| key.state.clone()).collect()
    }

    /// What an active key may sign for as long as it is active.
    pub(super) fn session(&self, access_key_id: &str) -> Option<Session> {
        let found = |key: &&AccessKey| key.state.id == access_key_id && key.state.active;
        let (user, key) = self.0.iter().find_map(|(user, keys)| Some((user, keys.iter().find(found)?)))?;
        let (account_id, name) = user.clone();
        let principal =
            Principal { partition: "aws", account_id, role: String::new(), session_name: name.clone(), person: name };
        Some(Session {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: key.secret.clone(),
            session_token: String::new(),
            expires: DateTime::<Utc>::MAX_UTC,
            principal,
        })
    }

    pub(super) fn was_used(&mut self, access_key_id: &str, now: DateTime<Utc>) {
        let mut all = self.0.values_mut().flatten();
        if let Some(key) = all.find(|key| key.state.id == access_key_id) {
            key.state.last_used = Some(now);
        }
    }
}

pub(super) fn answer(world: &World, call: &Call, action: &str) -> Result<Reply, QueryError> {
    let caller = sigv4::verify(world, call, "iam").map_err(refused)?.principal;
    let form = parameters(call);
    let wanted = form.get("UserName").unwrap_or(&caller.session_name);
    if !caller.role.is_empty() || wanted != caller.session_name {
        let message =
            format!("User: {} is not authorized to perform: iam:{action} on resource: user {wanted}", caller.arn());
        return Err(QueryError::new(403, "AccessDenied", message));
    }
    let (account, user) = (&caller.account_id, &caller.session_name);
    let mut aws = world.aws();
    let id = form.get("AccessKeyId").unwrap_or_default();
    if action == "CreateAccessKey" {
        let (id, secret) = aws
            .users
            .add_key(account, user, world.clock.now())
            .ok_or_else(|| QueryError::new(409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"))?;
        let created = aws.users.keys(account, user).into_iter().find(|key| key.id == id);
        let described = described(user, created.as_ref()) + &text("SecretAccessKey", &secret);
        return Ok(response(NAMESPACE, action, &element("AccessKey", &[described])).note("key", id));
    }
    let keys = aws.users.0.entry((account.clone(), user.clone())).or_default();
    if action == "ListAccessKeys" {
        let members = keys.iter().map(|key| described(user, Some(&key.state)));
        let result = list("AccessKeyMetadata", members) + &text("IsTruncated", "false");
        return Ok(response(NAMESPACE, action, &result));
    }
    let place = keys.iter().position(|key| key.state.id == id);
    let missing = || QueryError::new(404, "NoSuchEntity", format!("The Access Key with id {id} cannot be found."));
    let place = place.ok_or_else(missing)?;
    let result = match action {
        "UpdateAccessKey" => {
            keys[place].state.active = match form.get("Status") {
                Some("Active") => true,
                Some("Inactive") => false,
                _ => return Err(QueryError::validation("Status is Active or Inactive")),
            };
            String::new()
        }
        "DeleteAccessKey" => {
            keys.remove(place);
            String::new()
        }
        _ => {
            let used = keys[place].state.last_used.map(|at| text("LastUsedDate", &date(at)));
            let used = [used.unwrap_or_default(), text("ServiceName", "N/A"), text("Region", "N/A")];
            text("UserName", user) + &element("AccessKeyLastUsed", &used)
        }
    };
    Ok(response(NAMESPACE, action, &result).note("key", id))
}

fn described(user: &str, key: Option<&AccessKeyState>) -> String {
    let Some(key) = key else { return String::new() };
    let status = if key.active { "Active" } else { "Inactive" };
    let parts = [("UserName", user), ("AccessKeyId", &key.id), ("Status", status), ("CreateDate", &date(key.created))];
    parts.map(|(name, value)| text(name, value)).concat()
}

fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_two_keys_at_most_and_signs_with_active_ones() {
        let (mut users, now) = (IamUsers::default(), DateTime::UNIX_EPOCH);
        let (first, _) = users.add_key("1", "u", now).unwrap();
        assert!(users.add_key("1", "u", now).is_some() && users.add_key("1", "u", now).is_none());
        assert_eq!(users.session(&first).unwrap().principal.arn(), "arn:aws:iam::1:user/u");
        users.0.values_mut().flatten().for_each(|key| key.state.active = false);
        assert!(users.session(&first).is_none());
        users.was_used(&first, now);
        assert_eq!(users.keys("1", "u")[0].last_used, Some(now));
    }
}
