//! Access keys of an IAM user. Discouraged: they work until somebody deletes them. So the key never leaves the keyring and
//! this program; callers get temporary credentials that STS gives for it.

mod given;
mod rotation;

use ccwb_config::AssumeRole;
use ccwb_federation::{Credentials, FederationError, Holder, Iam, MachineCredentials};
use ccwb_http::HttpClient;
use ccwb_rotation::{Key, Record};
use ccwb_store::Slot;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Asked, lasting_key, one_for_all, second_role_refused};
use crate::clock::span;
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::output::note;
use crate::world::World;
use crate::{codes, http};

pub(super) use rotation::rotate;

/// How long a session is asked for: a working day. `GetSessionToken` takes 15 minutes to 36 hours.
const SESSION: u32 = 12 * 3_600;
/// From this age on a key is too old (CIS AWS Foundations Benchmark, "access keys are rotated every 90 days or less").
const OLD: i64 = 90;
const BETTER: &str = "Keys of an IAM user work until somebody deletes them. Better ways store none: signing in (OpenID Connect, IAM \
                      Identity Center), the machine's own role, or a token of CI (docs/guides/other-ways-in.md).";

/// What is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stored {
    /// The user's ARN.
    user: String,
    /// Whether IAM told when the key was made; otherwise it is when it was stored.
    age_is_known: bool,
    #[serde(flatten)]
    record: Record,
}

impl Stored {
    fn age_in_days(&self) -> i64 {
        self.record.age_in_days(World::now().timestamp())
    }

    /// `AKIA... of user/claude, 12 days old`.
    fn in_words(&self) -> String {
        let user = self.user.rsplit(':').next().unwrap_or_default();
        let age = span(World::now().timestamp() - self.record.current.created);
        let known = if self.age_is_known { "old" } else { "old at least (since it was stored)" };
        format!("{} of {user}, {age} {known}", self.record.current.id)
    }
}

pub(super) fn credentials(
    context: &Context<'_>,
    second: Option<&AssumeRole>,
    asked: Asked,
) -> Result<Credentials, Error> {
    one_for_all::cached_or(context, asked, |client| obtain(context, second, client))
}

pub(super) async fn obtain(
    context: &Context<'_>,
    second: Option<&AssumeRole>,
    client: HttpClient,
) -> Result<Credentials, Error> {
    let stored = stored(context, KeyringManners::Quick)?;
    let (signing, settings) = (signing(&stored.record.current), http::aws_settings(context.world)?);
    let holder =
        Holder { http: &client, settings: &settings, region: &context.profile.aws_region, signer: signing.signer() };
    match second {
        Some(role) => {
            let name = stored.user.rsplit('/').next().unwrap_or_default();
            holder.assume(role, name).await.map_err(|error| match is_bad_key(&error) {
                true => refused(context, error),
                false => second_role_refused(role, error),
            })
        }
        None => holder.session(SESSION).await.map_err(|error| refused(context, error)),
    }
}

fn stored(context: &Context<'_>, manners: KeyringManners) -> Result<Stored, Error> {
    let stored = lasting_key::read(&lasting_key::store(context, manners))?;
    stored.ok_or_else(|| lasting_key::missing(context, "access key"))
}

fn signing(key: &Key) -> MachineCredentials {
    MachineCredentials {
        access_key_id: key.id.clone(),
        secret_access_key: key.secret.clone(),
        session_token: None,
        expiration: None,
    }
}

fn is_bad_key(error: &FederationError) -> bool {
    matches!(error.code(), Some("InvalidClientTokenId" | "SignatureDoesNotMatch"))
}

fn refused(context: &Context<'_>, error: FederationError) -> Error {
    let is_bad = is_bad_key(&error);
    let mut error = Error::from(error);
    if error.code == codes::AWS_REFUSED.name {
        error.hint = match is_bad {
            true => format!(
                "the key was deleted or deactivated, or is another: run {}",
                context.command_line(&["key", "set"])
            ),
            false => "have the user's policies allow this; see the code in the message".to_owned(),
        };
    }
    error
}

/// `key set`: asks AWS whose key this is before it is stored.
pub(super) fn set(context: &Context<'_>) -> Result<(), Error> {
    note(BETTER);
    let mut key = given::read(World::now().timestamp())?;
    let (client, settings) = (http::client(context)?, http::aws_settings(context.world)?);
    let signing = signing(&key);
    let (http, region, signer) = (&client, context.profile.aws_region.as_str(), signing.signer());
    let (user, listed) = http::runtime()?.block_on(async {
        let user = Holder { http, settings: &settings, region, signer }.caller_arn().await;
        let user = user.map_err(|error| refused(context, error))?;
        // Not every user may look at its keys.
        Ok::<_, Error>((user, Iam { http, settings: &settings, region, signer }.list().await.unwrap_or_default()))
    })?;
    if !user.contains(":user/") {
        let what = format!("a key of {user}, who is no IAM user");
        return Err(lasting_key::not_one(&what, "make a user for this, who may call Bedrock and nothing else"));
    }
    let listed = listed.into_iter().find(|listed| listed.id == key.id);
    key.created = listed.as_ref().map_or(key.created, |listed| listed.created);
    let stored = Stored { user, age_is_known: listed.is_some(), record: Record::new(key) };
    let held = lasting_key::lock(context)?;
    lasting_key::write(&lasting_key::store(context, KeyringManners::Person), &stored, &held)?;
    context.store.remove(Slot::Credentials)?;
    note(&format!("Stored in the OS keyring: {}.", stored.in_words()));
    if stored.age_in_days() >= OLD {
        note(&format!("It is old: run {}", context.command_line(&["key", "rotate"])));
    }
    Ok(())
}

/// `key show`.
pub(super) fn show(context: &Context<'_>) -> Result<(String, Value), Error> {
    let stored = stored(context, KeyringManners::Person)?;
    let value = json!({
        "kind": "iam-user", "access_key_id": stored.record.current.id, "user": stored.user, "age_days": stored.age_in_days(),
        "age_is_known": stored.age_is_known, "rotation_unfinished": !stored.record.is_at_rest(),
    });
    let unfinished = if stored.record.is_at_rest() { "" } else { "; a rotation is unfinished" };
    Ok((format!("access key {}{unfinished}", stored.in_words()), value))
}

/// For `status` and `doctor`: what there is, and whether it should be changed.
pub(super) fn health(context: &Context<'_>) -> Result<(String, Option<String>), Error> {
    let stored = stored(context, KeyringManners::Quick)?;
    let rotate = || format!("run {}", context.command_line(&["key", "rotate"]));
    let fix = match (stored.age_in_days() >= OLD, stored.record.is_at_rest()) {
        (_, false) => Some(format!("a rotation is unfinished: {}", rotate())),
        (true, true) => Some(format!("it is older than {OLD} days: {}", rotate())),
        (false, true) => None,
    };
    Ok((stored.in_words(), fix))
}
