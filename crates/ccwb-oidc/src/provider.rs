//! A provider: its metadata and keys, from the cache for a day.

use std::path::{Path, PathBuf};

use ccwb_config::OidcProfile;
use ccwb_http::HttpClient;
use ccwb_store::private_file;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::error::{IdTokenError, OidcError};
use crate::id_token::{Expectations, IdToken};
use crate::metadata::{Metadata, fetch_json};
use crate::quirks::{self, SignOut};

/// How long metadata and keys are used without asking again.
const CACHED_FOR: TimeDelta = TimeDelta::hours(24);

/// A provider whose metadata and keys are known.
#[derive(Clone, Debug)]
pub struct Provider {
    http: HttpClient,
    cache: PathBuf,
    known: Known,
    /// The keys are from this very process: asking again would bring the same.
    keys_are_new: bool,
}

/// The cache file. It holds nothing secret; a file that does not fit is a miss.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    /// What the metadata was asked for: a changed configuration must ask again.
    asked: String,
    fetched: DateTime<Utc>,
    metadata: Metadata,
    jwks: Value,
}

impl Provider {
    /// The provider of a profile, from the cache if it was fetched within a day.
    pub async fn load(
        http: &HttpClient,
        profile: &OidcProfile,
        cache: &Path,
        now: DateTime<Utc>,
    ) -> Result<Self, OidcError> {
        let asked = asked(profile);
        if let Some(known) = read(cache).filter(|known| known.asked == asked && is_fresh(known.fetched, now)) {
            return Ok(Self { http: http.clone(), cache: cache.to_owned(), known, keys_are_new: false });
        }
        let metadata = Metadata::discover(http, profile).await?;
        let jwks = fetch_json(http, &metadata.jwks_uri, "keys").await?;
        let known = Known { asked, fetched: now, metadata, jwks };
        let provider = Self { http: http.clone(), cache: cache.to_owned(), known, keys_are_new: true };
        provider.save()?;
        Ok(provider)
    }

    /// The page on which a person ends the browser's session, from the cache of whatever age: no network.
    pub fn sign_out_page(profile: &OidcProfile, cache: &Path) -> Option<Url> {
        let asked = asked(profile);
        let metadata = read(cache).filter(|known| known.asked == asked)?.metadata;
        match quirks::of(profile.provider).sign_out {
            SignOut::EndSession => {
                let mut page = metadata.end_session_endpoint?;
                page.query_pairs_mut().append_pair("client_id", &profile.client_id);
                Some(page)
            }
            SignOut::Page(path) => metadata.authorization_endpoint.join(path).ok(),
            SignOut::Unknown => None,
        }
    }

    /// The metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.known.metadata
    }

    /// The client that reaches it.
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    /// Verifies an ID token. A key that is not known makes the keys be fetched once more (OpenID Connect Core 1.0,
    /// section 10.1.1: keys rotate).
    pub async fn verify(&mut self, id_token: &str, expected: &Expectations<'_>) -> Result<IdToken, OidcError> {
        match IdToken::verify(id_token, &self.known.jwks, &self.known.metadata, expected) {
            Err(IdTokenError::Key { .. } | IdTokenError::Signature) if !self.keys_are_new => {
                self.known.jwks = fetch_json(&self.http, &self.known.metadata.jwks_uri, "keys").await?;
                self.keys_are_new = true;
                self.save()?;
                Ok(IdToken::verify(id_token, &self.known.jwks, &self.known.metadata, expected)?)
            }
            verdict => Ok(verdict?),
        }
    }

    fn save(&self) -> Result<(), OidcError> {
        let bytes = serde_json::to_vec(&self.known).unwrap_or_default();
        Ok(private_file::write(&self.cache, &bytes)?)
    }
}

fn asked(profile: &OidcProfile) -> String {
    let explicit = [&profile.endpoints.authorization, &profile.endpoints.token, &profile.endpoints.jwks];
    let mut asked = profile.issuer.as_str().to_owned();
    for endpoint in explicit {
        asked.push(' ');
        asked.push_str(endpoint.as_ref().map_or("-", |address| address.as_str()));
    }
    asked
}

fn is_fresh(fetched: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (TimeDelta::zero()..CACHED_FOR).contains(&(now - fetched))
}

fn read(cache: &Path) -> Option<Known> {
    serde_json::from_slice(&private_file::read(cache).ok()??).ok()
}
