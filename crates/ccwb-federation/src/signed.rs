//! A request that is signed with Signature Version 4, for the few operations whose SDK would weigh more than they do.

use aws_credential_types::Credentials as SigningCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use ccwb_http::HttpClient;
use http::Request;
use secrecy::ExposeSecret;

use crate::credentials::Signer;

/// Where a request goes, in AWS's words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// The name that is signed: `iam`.
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
}

/// A `POST`; nothing if credentials or address cannot be part of a request.
pub(crate) fn post(
    http: &HttpClient,
    signer: Signer<'_>,
    scope: Scope<'_>,
    uri: &str,
    content_type: &str,
    body: Vec<u8>,
) -> Option<Request<Vec<u8>>> {
    let identity = SigningCredentials::new(
        signer.access_key_id,
        signer.secret_access_key.expose_secret(),
        signer.session_token.map(|token| token.expose_secret().to_owned()),
        None,
        "credential-process",
    )
    .into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(http.time_for_aws().now())
        .settings(SigningSettings::default())
        .build()
        .ok()?;
    let mut request = Request::post(uri).header("content-type", content_type).body(body).ok()?;
    let headers = std::iter::once(("content-type", content_type));
    let signable = SignableRequest::new("POST", uri, headers, SignableBody::Bytes(request.body())).ok()?;
    let (instructions, _) = sign(signable, &parameters.into()).ok()?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Some(request)
}
