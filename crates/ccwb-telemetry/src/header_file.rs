//! The file between `credential-process`, which writes it at each new ID token, and `otel-helper`, which only reads it.

use std::borrow::Cow;
use std::fmt;

use ccwb_config::{Bearer, Profile, Storage, telemetry_binding};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::hash::token_digest;
use crate::headers::{Headers, Row};

/// The form of the file; another one is not read.
const VERSION: u32 = 1;

/// No time that is written lies further from 1970, in seconds: no date that is kept here does.
const FARTHEST: u64 = 10_u64.pow(13);

/// How long headers outlive their ID token, in seconds: as long as AWS credentials that came of it can (STS gives 12 hours
/// at the most). Who makes model calls after that has a new token, and its headers.
pub const OUTLIVES_TOKEN: i64 = 12 * 60 * 60;

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct HeaderFile<'a> {
    version: u32,
    #[serde(borrow)]
    profile: Cow<'a, str>,
    /// Identity and rules that the headers were made under.
    #[serde(borrow)]
    binding: Cow<'a, str>,
    /// The configuration file that says so, for as long as it is the same.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    config: Option<WrittenUnder<'a>>,
    /// When it was written, in Unix seconds.
    pub written: i64,
    /// When the ID token expires, in Unix seconds on this machine's clock.
    pub token_expires: i64,
    /// The ID token for the collector, if it may go along.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) bearer: Option<StoredBearer<'a>>,
    /// The headers.
    #[serde(borrow)]
    pub rows: Vec<Row<'a>>,
    /// Claims that the provider left out because there was too much in them.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Cow<'a, str>>,
}

/// A configuration file and its stamp ([`ccwb_config::ConfigStamp`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenUnder<'a> {
    /// The file.
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// Its stamp.
    #[serde(borrow)]
    pub stamp: Cow<'a, str>,
}

/// Which ID token is the collector's, and where it rests.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredBearer<'a> {
    /// Whether it may also go to this machine without encryption.
    pub(crate) to_this_machine: bool,
    /// Tells it from the token of another sign-in.
    #[serde(borrow)]
    pub(crate) digest: Cow<'a, str>,
    /// The token; `None` where the session file holds it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Cow<'a, str>>,
}

impl fmt::Debug for StoredBearer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredBearer").field("to_this_machine", &self.to_this_machine).finish_non_exhaustive()
    }
}

/// Why a file is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not JSON of our form.
    Damaged,
    /// Another version wrote it.
    OtherVersion,
    /// It is another profile's.
    OtherProfile,
    /// It was written under another configuration.
    OtherConfiguration,
    /// Its ID token expired too long ago.
    TooOld,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "the header file is damaged",
            Self::OtherVersion => "the header file is of another version of this program",
            Self::OtherProfile => "the header file is another profile's",
            Self::OtherConfiguration => "config.json has changed since the header file was written",
            Self::TooOld => "the header file is of a sign-in that ended more than 12 hours ago",
        })
    }
}

impl HeaderFile<'static> {
    /// Headers of a verified ID token. `token_expires` is on this machine's clock.
    pub fn new(
        profile: &Profile,
        headers: Headers,
        id_token: &SecretString,
        token_expires: i64,
        now: i64,
        config: Option<WrittenUnder<'static>>,
    ) -> Self {
        let (asked, over_https) =
            (profile.telemetry.bearer == Bearer::Asked, profile.telemetry.bearer == Bearer::OverHttps);
        let bearer = (asked || over_https).then(|| StoredBearer {
            to_this_machine: asked,
            digest: token_digest(id_token.expose_secret()).into(),
            // Where the session file holds the token, a second copy would only be one more to lose.
            token: (profile.storage != Storage::Session).then(|| id_token.expose_secret().to_owned().into()),
        });
        Self { bearer, ..Self::without_token(profile, headers, token_expires, now, config) }
    }

    /// Headers of somebody of whom AWS says who it is, for as long as the credentials last. No collector gets a token.
    pub fn without_token(
        profile: &Profile,
        headers: Headers,
        until: i64,
        now: i64,
        config: Option<WrittenUnder<'static>>,
    ) -> Self {
        Self {
            version: VERSION,
            profile: profile.name.clone().into(),
            binding: telemetry_binding(profile).into(),
            config,
            written: now,
            token_expires: until,
            bearer: None,
            rows: headers.rows,
            left_out: headers.left_out.into_iter().map(Into::into).collect(),
        }
    }
}

impl<'a> HeaderFile<'a> {
    /// Reads the bytes of a file of this profile.
    pub fn parse(bytes: &'a [u8], profile: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        match serde_json::from_slice::<Self>(bytes) {
            Ok(file) if file.version != VERSION => Err(Refusal::OtherVersion),
            Ok(file) if file.profile != profile => Err(Refusal::OtherProfile),
            Ok(file) if file.written.unsigned_abs().max(file.token_expires.unsigned_abs()) > FARTHEST => {
                Err(Refusal::Damaged)
            }
            Ok(file) => Ok(file),
            Err(_) => match serde_json::from_slice::<Version>(bytes) {
                Ok(other) if other.version != VERSION => Err(Refusal::OtherVersion),
                _ => Err(Refusal::Damaged),
            },
        }
    }

    /// As it is written to disk.
    pub fn to_json(&self) -> SecretString {
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// Whether it was written under this very configuration file, which has not changed since.
    pub fn is_under(&self, path: &str, stamp: &str) -> bool {
        self.config.as_ref().is_some_and(|config| config.path == path && config.stamp == stamp)
    }

    /// Whether the profile still is what it was when the headers were made.
    pub fn is_bound_to(&self, profile: &Profile) -> Result<(), Refusal> {
        let same = !profile.telemetry.off && self.binding == telemetry_binding(profile);
        if same { Ok(()) } else { Err(Refusal::OtherConfiguration) }
    }

    /// Until when its headers are sent, in Unix seconds.
    pub fn good_until(&self) -> i64 {
        self.token_expires.saturating_add(OUTLIVES_TOKEN)
    }

    /// Whether its headers are still sent.
    pub fn is_fresh(&self, now: i64) -> Result<(), Refusal> {
        if now < self.good_until() { Ok(()) } else { Err(Refusal::TooOld) }
    }
}
