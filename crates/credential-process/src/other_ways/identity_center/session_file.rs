//! Where every AWS SDK and the AWS CLI look for the session: `~/.aws/sso/cache`.

use std::path::PathBuf;

use ccwb_config::IdentityCenterProfile;
use ccwb_federation::identity_center::Session;
use ccwb_store::{LockGuard, StoreError, private_file};
use secrecy::ExposeSecret;

use crate::aws_files;
use crate::context::Context;
use crate::error::Error;

/// The session of this access portal, whoever wrote it; of several the one that lasts longest.
pub(crate) fn read(context: &Context<'_>, center: &IdentityCenterProfile) -> Option<Session> {
    let sessions = files(context, center).into_iter().filter_map(|file| {
        let bytes = private_file::read(&file).ok()??;
        Session::from_json(&bytes, center.start_url.as_str())
    });
    sessions.max_by_key(|session| session.expires)
}

/// Writes it where whoever else uses the same access portal finds it: a refresh token is good once, so there is one.
pub(crate) fn save(
    context: &Context<'_>,
    center: &IdentityCenterProfile,
    session: &Session,
    _held: &LockGuard,
) -> Result<(), Error> {
    for file in files(context, center) {
        private_file::write(&file, session.to_json().expose_secret().as_bytes())?;
    }
    Ok(())
}

pub(crate) fn remove(context: &Context<'_>, center: &IdentityCenterProfile) -> Result<(), StoreError> {
    files(context, center).iter().try_for_each(|file| private_file::remove(file))
}

/// By the start URL, as profiles without an `sso-session` have it, and by the name of every `sso-session` with this start URL.
fn files(context: &Context<'_>, center: &IdentityCenterProfile) -> Vec<PathBuf> {
    let Some(home) = context.world.places().home() else { return Vec::new() };
    let folder = home.join(".aws").join("sso").join("cache");
    let start_url = center.start_url.as_str();
    let config = aws_files::place(context.world, Some(&home), "AWS_CONFIG_FILE", "config");
    let ini = config.and_then(|path| aws_files::look_into(&path).ok().flatten()).unwrap_or_default();
    let same = |url: &str| url.trim_end_matches('/') == start_url.trim_end_matches('/');
    let sections = ini.profiles();
    let named = sections.iter().filter(|section| ini.value(section, "sso_start_url").is_some_and(same));
    let named = named.filter_map(|section| section.strip_prefix("sso-session").map(str::trim));
    let mut keys: Vec<&str> = std::iter::once(start_url).chain(named).collect();
    keys.dedup();
    keys.into_iter().map(|key| folder.join(Session::file_name(key))).collect()
}
