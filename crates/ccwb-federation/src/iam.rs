//! Access keys of an IAM user, by the IAM Query API (version 2010-05-08). Five small calls: the SDK for all of IAM would be
//! larger than the rest of the program.

use ccwb_http::{HttpClient, printable_without};
use secrecy::{ExposeSecret, SecretString};

use crate::credentials::{Signer, parse_timestamp};
use crate::error::{AwsRefusal, FederationError};
use crate::sdk::AwsSettings;
use crate::signed::{self, Scope};

/// The user who holds a long-term key, at IAM: it looks after its own keys.
#[derive(Clone, Copy, Debug)]
pub struct Iam<'a> {
    /// The client.
    pub http: &'a HttpClient,
    /// Endpoints.
    pub settings: &'a AwsSettings,
    /// A region of the account's part of AWS.
    pub region: &'a str,
    /// The key.
    pub signer: Signer<'a>,
}

/// A key as IAM lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// `AKIA...`.
    pub id: String,
    /// Whether it can be used.
    pub active: bool,
    /// When it was made, in Unix seconds.
    pub created: i64,
}

impl Iam<'_> {
    /// All keys of the user.
    pub async fn list(&self) -> Result<Vec<ListedKey>, FederationError> {
        const OPERATION: &str = "ListAccessKeys";
        let answer = self.call(OPERATION, &[]).await?;
        let members = all(&answer, "member").into_iter().map(|member| {
            let created = parse_timestamp(one(member, "CreateDate")?)?;
            let active = one(member, "Status")? == "Active";
            Some(ListedKey { id: one(member, "AccessKeyId")?.to_owned(), active, created })
        });
        members.collect::<Option<_>>().ok_or_else(|| incomplete(OPERATION))
    }

    /// A new key: its id, its secret and when it was made. Never sent twice: an answer that is lost may have made one.
    pub async fn create(&self) -> Result<(String, SecretString, i64), FederationError> {
        const OPERATION: &str = "CreateAccessKey";
        let answer = SecretString::from(self.call(OPERATION, &[]).await?);
        let answer = answer.expose_secret();
        let found = || {
            let created = parse_timestamp(one(answer, "CreateDate")?)?;
            Some((one(answer, "AccessKeyId")?.to_owned(), one(answer, "SecretAccessKey")?.to_owned().into(), created))
        };
        found().ok_or_else(|| incomplete(OPERATION))
    }

    /// Lets a key be used, or not.
    pub async fn set_active(&self, id: &str, active: bool) -> Result<(), FederationError> {
        let status = if active { "Active" } else { "Inactive" };
        self.call("UpdateAccessKey", &[("AccessKeyId", id), ("Status", status)]).await.map(drop)
    }

    /// Deletes a key.
    pub async fn delete(&self, id: &str) -> Result<(), FederationError> {
        self.call("DeleteAccessKey", &[("AccessKeyId", id)]).await.map(drop)
    }

    /// When a key was last used, in Unix seconds.
    pub async fn last_used(&self, id: &str) -> Result<Option<i64>, FederationError> {
        let answer = self.call("GetAccessKeyLastUsed", &[("AccessKeyId", id)]).await?;
        Ok(one(&answer, "LastUsedDate").and_then(parse_timestamp))
    }

    async fn call(&self, operation: &'static str, parameters: &[(&str, &str)]) -> Result<String, FederationError> {
        let bad = |problem: &str| FederationError::BadAnswer { operation, problem: problem.to_owned() };
        let request = self.request(operation, parameters).ok_or_else(|| bad("the request could not be signed"))?;
        let answer = self.http.send(request).await.map_err(|error| FederationError::Network {
            operation,
            detail: error.to_string(),
            source: Some(error),
        })?;
        let status = answer.status();
        let body = String::from_utf8(answer.into_body()).map_err(|_| bad("it is not text"))?;
        if status.is_success() {
            return Ok(body);
        }
        let code =
            one(&body, "Code").ok_or_else(|| bad(&format!("status {} without an error code", status.as_u16())))?;
        let sent = self.signer.secrets();
        Err(FederationError::Refused(AwsRefusal {
            operation,
            code: printable_without(code, &sent),
            message: printable_without(one(&body, "Message").unwrap_or("no message"), &sent),
        }))
    }

    fn request(&self, operation: &str, parameters: &[(&str, &str)]) -> Option<http::Request<Vec<u8>>> {
        let (home, signing_region) = self.endpoint();
        let address =
            self.settings.iam_endpoint.as_deref().map_or(home, |address| format!("{}/", address.trim_end_matches('/')));
        let form = [("Action", operation), ("Version", "2010-05-08")];
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).extend_pairs(parameters).finish();
        let content_type = "application/x-www-form-urlencoded";
        let scope = Scope { service: "iam", region: signing_region };
        signed::post(self.http, self.signer, scope, &address, content_type, body.into_bytes())
    }

    /// IAM has one endpoint in each part of AWS (AWS General Reference, "IAM endpoints and quotas").
    fn endpoint(&self) -> (String, &'static str) {
        let (host, region) = match self.region {
            region if region.starts_with("us-gov-") => ("iam.us-gov.amazonaws.com", "us-gov-west-1"),
            region if region.starts_with("cn-") => ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            _ if self.settings.use_fips => ("iam-fips.amazonaws.com", "us-east-1"),
            _ => ("iam.amazonaws.com", "us-east-1"),
        };
        (format!("https://{host}/"), region)
    }
}

/// The text of the first element of this name. What is read here (ids, secrets, dates, codes) holds nothing escaped.
fn one<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    all(xml, name).into_iter().next()
}

fn all<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&start).skip(1).filter_map(|rest| rest.split_once(&end)).map(|(text, _)| text.trim()).collect()
}

fn incomplete(operation: &'static str) -> FederationError {
    FederationError::BadAnswer { operation, problem: "it is not whole".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_and_what_is_cut_off_is_not() {
        let xml = "<L><member><A>1</A></member><member><A>2</A></member><member><A>3";
        assert_eq!(all(xml, "member"), ["<A>1</A>", "<A>2</A>"]);
        assert_eq!((one(xml, "A"), one(xml, "B")), (Some("1"), None));
    }
}
