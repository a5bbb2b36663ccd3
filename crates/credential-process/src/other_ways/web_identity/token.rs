//! Where the token is, and the token itself. It is had anew for each exchange: Kubernetes replaces the file, and GitHub's
//! tokens live for minutes.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use ccwb_config::{WebAddress, WebIdentityProfile};
use ccwb_http::{HttpClient, printable};
use ccwb_oidc::IdToken;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::codes;
use crate::error::Error;
use crate::network_hint::network_hint;
use crate::world::World;

/// The longest token that STS takes (STS API Reference, `AssumeRoleWithWebIdentity`, `WebIdentityToken`).
const LONGEST: usize = 20_000;
/// What SDKs read.
const FILE_VARIABLE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
/// Tokens that a CI puts into each job's environment: `CircleCI`, Bitbucket Pipelines.
const CI_VARIABLES: &[&str] = &["CIRCLE_OIDC_TOKEN_V2", "CIRCLE_OIDC_TOKEN", "BITBUCKET_STEP_OIDC_TOKEN"];
/// GitHub Actions' token service; both are there if the job may ask (`permissions: id-token: write`).
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_BEARER: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// Where a token is.
#[derive(Debug)]
pub(super) enum TokenSource {
    /// A file, and what names it.
    File { path: PathBuf, named_by: &'static str },
    /// An environment variable's value.
    Variable { name: String, value: SecretString },
    /// GitHub's token service, for this job.
    GitHub { address: WebAddress, bearer: SecretString },
}

impl TokenSource {
    /// The first one there is: config.json's, `AWS_WEB_IDENTITY_TOKEN_FILE`, GitHub Actions, another CI's variable.
    pub(super) fn find(world: &World, profile: &WebIdentityProfile) -> Result<Self, Error> {
        if let Some(path) = profile.token_file.clone() {
            return Ok(Self::File { path, named_by: "web_identity_token_file in config.json" });
        }
        let variable = |name: &str| {
            let value = world.var(name)?.trim().to_owned();
            Some(Self::Variable { name: name.to_owned(), value: value.into() })
        };
        if let Some(name) = &profile.token_variable {
            return variable(name).ok_or_else(|| no_variable(name));
        }
        if let Some(path) = world.var(FILE_VARIABLE) {
            return Ok(Self::File { path: path.into(), named_by: FILE_VARIABLE });
        }
        match (world.var(GITHUB_URL), world.var(GITHUB_BEARER)) {
            (Some(address), Some(bearer)) => {
                let address = WebAddress::parse(address).map_err(|problem| bad_address(&problem))?;
                Ok(Self::GitHub { address, bearer: bearer.into() })
            }
            _ => CI_VARIABLES.iter().find_map(|name| variable(name)).ok_or_else(|| nowhere(world)),
        }
    }

    /// Which of those who may use this profile here: a job of GitHub's has an address and a secret of its own; other tokens
    /// say whose they are. Nobody believes that before AWS does: it only keeps the holders' caches apart.
    pub(super) fn holder(&self) -> Vec<String> {
        let token = match self {
            Self::GitHub { address, bearer } => {
                return vec![address.as_str().to_owned(), bearer.expose_secret().to_owned()];
            }
            Self::File { .. } => self.read(),
            Self::Variable { value, .. } => self.parse(value),
        };
        let Ok(token) = token else { return Vec::new() };
        ["iss", "sub"].map(|name| token.claims().get(name).map(ToString::to_string).unwrap_or_default()).into()
    }

    /// The token as it is now.
    pub(super) async fn token(&self, client: &HttpClient, audience: &str) -> Result<IdToken, Error> {
        match self {
            Self::File { .. } => self.read(),
            Self::Variable { value, .. } => self.parse(value),
            Self::GitHub { address, bearer } => self.parse(&ask_github(client, address, bearer, audience).await?),
        }
    }

    fn read(&self) -> Result<IdToken, Error> {
        let Self::File { path, named_by } = self else { return Err(nothing_there(&self.to_string())) };
        // No larger than what is refused for its size: the file may be anything.
        let mut text = Zeroizing::new(String::new());
        File::open(path).and_then(|file| file.take(LONGEST as u64 + 2).read_to_string(&mut text)).map_err(|error| {
            Error::new(
                codes::WEB_IDENTITY_MISSING,
                format!("the token in {} cannot be read: {error}", path.display()),
                format!("have {named_by} name the file into which the token is written, readable for this user"),
            )
        })?;
        self.parse(&text.trim().to_owned().into())
    }

    fn parse(&self, raw: &SecretString) -> Result<IdToken, Error> {
        let problem = match raw.expose_secret().len() {
            0 => return Err(nothing_there(&self.to_string())),
            length if length > LONGEST => format!("is longer than the {LONGEST} bytes that AWS takes"),
            _ => match IdToken::from_store(raw).filter(|token| !token.subject().is_empty()) {
                Some(token) => return Ok(token),
                None => "is not a JWT with sub and exp".to_owned(),
            },
        };
        let hint = "have the issuer's OpenID Connect token put there, not an access token or a certificate";
        Err(Error::new(codes::ID_TOKEN_MALFORMED, format!("what is in {self} {problem}"), hint))
    }
}

impl std::fmt::Display for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "{}", path.display()),
            Self::Variable { name, .. } => f.write_str(name),
            Self::GitHub { .. } => f.write_str("the answer of GitHub's token service"),
        }
    }
}

/// GitHub Docs, "OpenID Connect reference", "Methods for requesting the OIDC token".
async fn ask_github(
    client: &HttpClient,
    address: &WebAddress,
    bearer: &SecretString,
    audience: &str,
) -> Result<SecretString, Error> {
    #[derive(Deserialize)]
    struct Answer {
        value: String,
    }
    let mut url = address.url().clone();
    url.query_pairs_mut().append_pair("audience", audience);
    let request = ::http::Request::get(url.as_str())
        .header(::http::header::AUTHORIZATION, format!("Bearer {}", bearer.expose_secret()))
        .header(::http::header::ACCEPT, "application/json; api-version=2.0")
        .body(Vec::new())
        .map_err(|_| bad_address(&format!("it or {GITHUB_BEARER} cannot be sent")))?;
    let answer = client.send(request).await.map_err(|error| {
        let message = format!("GitHub's token service was not reached: {error}");
        Error::new(codes::PROVIDER_UNREACHABLE, message, network_hint(Some(&error)))
    })?;
    let value = Some(answer.body()).filter(|_| answer.status().is_success());
    let value = value.and_then(|body| serde_json::from_slice::<Answer>(body).ok());
    value.map(|answer| answer.value.into()).ok_or_else(|| {
        let message = format!("GitHub's token service answered {} without a token", answer.status());
        let hint = "check that the job has \"permissions: id-token: write\" and still runs, and try again";
        Error::new(codes::PROVIDER_ANSWER, message, hint)
    })
}

fn nothing_there(source: &str) -> Error {
    let message = format!("there is no token in {source}: it is empty");
    Error::new(codes::ID_TOKEN_MALFORMED, message, "check what writes it; a volume may not be mounted yet")
}

fn no_variable(name: &str) -> Error {
    let message = format!("{name} is not set, and web_identity_token_variable in config.json names it");
    let name = printable(name);
    let hint = format!("in GitLab CI declare it for the job: id_tokens: {{{name}: {{aud: sts.amazonaws.com}}}}");
    Error::new(codes::WEB_IDENTITY_MISSING, message, hint)
}

fn bad_address(problem: &str) -> Error {
    let hint = format!("{GITHUB_URL} is set by GitHub Actions; nothing else should change it");
    Error::new(codes::CONFIG_VALUE, format!("{GITHUB_URL}: {problem}"), hint)
}

/// In words for the place where this runs.
fn nowhere(world: &World) -> Error {
    let hint = if world.var("GITHUB_ACTIONS").is_some() {
        "give the job \"permissions: id-token: write\" (and contents: read to check out); pull requests of forks get no token"
            .to_owned()
    } else if world.var("GITLAB_CI").is_some() {
        "declare id_tokens: for the job, and name its variable as web_identity_token_variable in config.json".to_owned()
    } else {
        format!("set {FILE_VARIABLE} to a file with the token, or web_identity_token_file in config.json")
    };
    Error::new(codes::WEB_IDENTITY_MISSING, "there is no token of CI or Kubernetes here", hint)
}
