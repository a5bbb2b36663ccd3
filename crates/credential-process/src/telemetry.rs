//! The header file: what `otel-helper` tells the collector about the person. Written at each new ID token, by the holder
//! of the lock, and never on the cached path.

use std::path::PathBuf;

use ccwb_config::ConfigStamp;
use ccwb_oidc::IdToken;
use ccwb_store::{LockGuard, private_file};
use ccwb_telemetry::bearer::{self, Source};
use ccwb_telemetry::{HeaderFile, Headers, OUTLIVES_TOKEN, Refusal, WrittenUnder};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::cache;
use crate::context::Context;
use crate::world::World;

/// Writes the headers of a verified ID token. `clock_skew` is how many seconds servers' clocks are ahead of this one.
///
/// No credentials are ever refused for telemetry's sake: if the file cannot be written, the old one is taken away, since it
/// may tell of somebody else.
pub(crate) fn write(context: &Context<'_>, id_token: &IdToken, clock_skew: i64, _held: &LockGuard) {
    let profile = &context.profile;
    if profile.telemetry.off {
        let _ = private_file::remove(&path(context));
        return;
    }
    let headers = Headers::from_claims(id_token.claims(), profile);
    let expires = id_token.expires().timestamp() - clock_skew;
    let now = World::now().timestamp();
    store(context, &HeaderFile::new(profile, headers, id_token.raw(), expires, now, written_under(context)));
}

/// The same of a person whom AWS alone names, for as long as the credentials last.
pub(crate) fn write_name(context: &Context<'_>, name: &str, until: i64, _held: &LockGuard) {
    let profile = &context.profile;
    if profile.telemetry.off {
        let _ = private_file::remove(&path(context));
        return;
    }
    let (headers, now) = (Headers::of_name(name, profile), World::now().timestamp());
    store(context, &HeaderFile::without_token(profile, headers, until, now, written_under(context)));
}

fn store(context: &Context<'_>, file: &HeaderFile<'_>) {
    let path = path(context);
    if let Err(error) = private_file::write(&path, file.to_json().expose_secret().as_bytes()) {
        context.debug(|| format!("no headers for telemetry: {error}"));
        let _ = private_file::remove(&path);
    }
}

/// Writes them again if the file is missing, or was written under other rules.
pub(crate) fn keep_current(context: &Context<'_>, id_token: &IdToken, clock_skew: i64, held: &LockGuard) {
    if !is_current(context) {
        write(context, id_token, clock_skew, held);
    }
}

/// The same for a caller that does not hold the lock: whoever holds it writes them anyway. An ID token that has expired still
/// says who somebody is.
pub(crate) fn repair(context: &Context<'_>) {
    if context.profile.telemetry.off || is_current(context) {
        return;
    }
    let still_theirs = |token: &IdToken| token.expires().timestamp() + OUTLIVES_TOKEN > World::now().timestamp();
    let stored = cache::tokens(context).unwrap_or_default().last_id_token();
    if let Some(id_token) = stored.filter(still_theirs)
        && let Ok(Some(held)) = context.lock().try_acquire()
    {
        keep_current(context, &id_token, 0, &held);
    }
}

fn is_current(context: &Context<'_>) -> bool {
    matches!(State::of(context), State::Headers { .. })
}

/// What there is to tell the collector.
pub(crate) enum State {
    /// The configuration says that there is no telemetry.
    Off,
    /// Nothing was written yet.
    None,
    /// What was written is not told any more.
    Refused(String),
    /// Headers.
    Headers { count: usize, written: i64, good_until: i64, left_out: Vec<String> },
}

impl State {
    pub(crate) fn of(context: &Context<'_>) -> Self {
        if context.profile.telemetry.off {
            return Self::Off;
        }
        let found = match read(context) {
            Ok(Some(found)) => found,
            Ok(None) => return Self::None,
            Err(error) => return Self::Refused(error.to_string()),
        };
        let fresh = |file: HeaderFile<'_>| {
            file.is_fresh(World::now().timestamp())?;
            if file.rows.iter().any(|row| row.value.is_some() && row.sent().is_none()) {
                return Err(Refusal::Damaged);
            }
            Ok(Self::Headers {
                count: file.rows.iter().filter(|row| row.sent().is_some()).count(),
                written: file.written,
                good_until: file.good_until(),
                left_out: file.left_out.iter().map(ToString::to_string).collect(),
            })
        };
        found.parse(context).and_then(fresh).unwrap_or_else(|refusal| Self::Refused(refusal.to_string()))
    }
}

/// What `otel-helper` would send to a collector at this address; the error says why it would send nothing.
pub(crate) fn headers_for(context: &Context<'_>, endpoint: &str) -> Result<Vec<(String, SecretString)>, String> {
    let found = read(context).map_err(|error| error.to_string())?.ok_or("nobody has signed in yet")?;
    let now = World::now().timestamp();
    let file = found.parse(context).and_then(|file| file.is_fresh(now).map(|()| file));
    let file = file.map_err(|refusal| refusal.to_string())?;
    let sent = file.rows.iter().filter_map(|row| Some((row.name.to_string(), SecretString::from(row.sent()?))));
    let mut headers: Vec<(String, SecretString)> = sent.collect();
    let bearer = match bearer::source(&file, now, [endpoint]) {
        Ok(Source::HeaderFile(token)) => Some(token),
        Ok(Source::SessionFile) => {
            let session = private_file::read(&context.state.session_file(&context.profile.name)).ok().flatten();
            session.and_then(|bytes| bearer::from_session_file(&bytes, &file).ok())
        }
        Err(_) => None,
    };
    headers
        .extend(bearer.map(|token| ("authorization".to_owned(), format!("Bearer {}", token.expose_secret()).into())));
    Ok(headers)
}

/// The bytes of a header file.
struct Found(Zeroizing<Vec<u8>>);

impl Found {
    fn parse(&self, context: &Context<'_>) -> Result<HeaderFile<'_>, Refusal> {
        let file = HeaderFile::parse(&self.0, &context.profile.name)?;
        file.is_bound_to(&context.profile)?;
        Ok(file)
    }
}

/// The header file, if there is one.
fn read(context: &Context<'_>) -> Result<Option<Found>, ccwb_store::StoreError> {
    Ok(private_file::read(&path(context))?.map(Found))
}

fn path(context: &Context<'_>) -> PathBuf {
    context.state.telemetry_headers(&context.profile.name)
}

/// The configuration file, if it is certain that this process read it as it is now: its last change was before the start.
/// Else `otel-helper` reads it each time.
fn written_under(context: &Context<'_>) -> Option<WrittenUnder<'static>> {
    let stamp = ConfigStamp::now(&context.world.places())?;
    let same = stamp.path == context.config.path() && stamp.settled_before(context.world.started.timestamp());
    let path = stamp.path.to_str()?.to_owned();
    same.then(|| WrittenUnder { path: path.into(), stamp: stamp.text.into() })
}
