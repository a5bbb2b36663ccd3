//! Signature Version 4 of received requests.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod canonical;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use self::canonical::{HostForm, canonical_request};
use super::session::Session;
use crate::http::call::Call;
use crate::idp::jwt::hmac_sha256;
use crate::random::hex;
use crate::world::World;

/// Why a request's signature was refused. Services have their own code for each.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No `Authorization` header.
    Missing,
    /// An `Authorization` header that can't be read, or that signs too little.
    Incomplete(String),
    /// An access key that was never issued, or the wrong session token for it.
    UnknownToken,
    ExpiredToken,
    /// The signature, its scope or its time is wrong.
    Mismatch(String),
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

/// The session that signed this request for this service.
pub(crate) fn verify(world: &World, call: &Call, service: &str) -> Result<Session, Refusal> {
    let header = call.header("authorization").ok_or(Refusal::Missing)?;
    let authorization = Authorization::parse(header)?;
    let now = world.clock.now();
    let session = session(world, authorization.access_key_id).ok_or(Refusal::UnknownToken)?;
    if call.header("x-amz-security-token").unwrap_or_default() != session.session_token {
        return Err(Refusal::UnknownToken);
    }
    if now >= session.expires {
        return Err(Refusal::ExpiredToken);
    }
    authorization.check_signed_headers(call)?;
    let date = call.header("x-amz-date").ok_or_else(|| {
        Refusal::Incomplete("Authorization header requires existence of a 'X-Amz-Date' header.".into())
    })?;
    check_time(date, now)?;
    authorization.check_scope(date, service)?;
    let matches = [HostForm::AsSent, HostForm::WithoutPort]
        .into_iter()
        .any(|host| authorization.signature == signature(call, &authorization, date, &session.secret_access_key, host));
    if !matches {
        return Err(Refusal::Mismatch(MISMATCH.to_owned()));
    }
    world.aws().users.was_used(&session.access_key_id, now);
    Ok(session)
}

/// Of temporary credentials, or of an IAM user's active key.
fn session(world: &World, access_key_id: &str) -> Option<Session> {
    let aws = world.aws();
    aws.sessions.find(access_key_id).cloned().or_else(|| aws.users.session(access_key_id))
}

/// The parts of `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=..., Signature=...`.
struct Authorization<'a> {
    access_key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(header: &'a str) -> Result<Self, Refusal> {
        let incomplete = |what: &str| Refusal::Incomplete(format!("Authorization header requires '{what}' parameter."));
        let parameters = header
            .strip_prefix("AWS4-HMAC-SHA256 ")
            .ok_or_else(|| Refusal::Incomplete("Unsupported AWS 'algorithm'.".into()))?;
        let find = |name: &str| {
            let mut pairs = parameters.split(',').filter_map(|pair| pair.trim().split_once('='));
            pairs.find_map(|(key, value)| (key == name).then_some(value)).ok_or_else(|| incomplete(name))
        };
        let credential: Vec<&str> = find("Credential")?.split('/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = credential[..] else {
            return Err(Refusal::Incomplete("Credential must have exactly 5 slash-delimited elements.".into()));
        };
        let signed_headers = find("SignedHeaders")?.split(';').collect();
        Ok(Self { access_key_id, date, region, service, signed_headers, signature: find("Signature")? })
    }

    /// `host` and every `x-amz-*` header must be signed; AWS excepts the session token, which some services add later.
    fn check_signed_headers(&self, call: &Call) -> Result<(), Refusal> {
        let amz = call.headers.keys().map(axum::http::HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
        let required = amz.filter(|name| *name != "x-amz-security-token").chain(["host"]);
        for name in required {
            if !self.signed_headers.contains(&name) {
                let message = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
                return Err(Refusal::Mismatch(message));
            }
        }
        Ok(())
    }

    /// Any region is right: the one address here stands for the endpoints of all of them.
    fn check_scope(&self, date: &str, service: &str) -> Result<(), Refusal> {
        let message = if self.service != service {
            format!("Credential should be scoped to correct service: '{service}'. ")
        } else if !date.starts_with(self.date) || self.date.len() != 8 {
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{date}'.",
                self.date
            )
        } else if !is_region(self.region) {
            "Credential should be scoped to a valid region. ".to_owned()
        } else {
            return Ok(());
        };
        Err(Refusal::Mismatch(message))
    }
}

/// `us-east-1`, `us-gov-west-1`, `ap-southeast-5`.
fn is_region(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, words)) => words.len() >= 2 && words.iter().all(is_word) && number.parse::<u8>().is_ok(),
        None => false,
    }
}

/// AWS allows five minutes in either direction.
fn check_time(date: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    const FORM: &str = "%Y%m%dT%H%M%SZ";
    let signed = NaiveDateTime::parse_from_str(date, FORM)
        .map_err(|_| Refusal::Incomplete("Date must be in ISO-8601 'basic format'.".into()))?
        .and_utc();
    let (earliest, latest) = (now - Duration::minutes(5), now + Duration::minutes(5));
    let (now, early, late) = (now.format(FORM), earliest.format(FORM), latest.format(FORM));
    if signed < earliest {
        let message = format!("Signature expired: {date} is now earlier than {early} ({now} - 5 min.)");
        return Err(Refusal::Mismatch(message));
    }
    if signed > latest {
        let message = format!("Signature not yet current: {date} is still later than {late} ({now} + 5 min.)");
        return Err(Refusal::Mismatch(message));
    }
    Ok(())
}

fn signature(call: &Call, authorization: &Authorization<'_>, date: &str, secret: &str, host: HostForm) -> String {
    let Authorization { date: day, region, service, .. } = authorization;
    let request = canonical_request(call, &authorization.signed_headers, host);
    let string_to_sign = format!(
        "AWS4-HMAC-SHA256\n{date}\n{day}/{region}/{service}/aws4_request\n{}",
        canonical::sha256_hex(request.as_bytes())
    );
    let key = [*day, *region, *service, "aws4_request"]
        .into_iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac_sha256(&key, part.as_bytes()));
    hex(&hmac_sha256(&key, string_to_sign.as_bytes()))
}

#[cfg(test)]
mod tests;
