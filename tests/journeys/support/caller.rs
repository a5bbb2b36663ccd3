use aws_credential_types::Credentials as SigningCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

use super::{Credentials, Journey, now};

/// Who AWS says that these credentials are: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. The request is signed with
/// them, so they are good in every part.
#[track_caller]
pub(crate) fn caller_arn(journey: &Journey, credentials: &Credentials) -> String {
    const FORM: &[(&str, &str)] = &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")];
    let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(FORM).finish();
    let Credentials { access_key_id, secret_access_key, session_token, .. } = credentials.clone();
    let identity =
        SigningCredentials::new(access_key_id, secret_access_key, Some(session_token), None, "journeys").into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("sts")
        .time(now().into())
        .settings(SigningSettings::default())
        .build()
        .expect("nothing is missing");
    let address = journey.sandbox.aws_url().as_str();
    let request = SignableRequest::new("POST", address, std::iter::empty(), SignableBody::Bytes(body.as_bytes()));
    let signature = sign(request.expect("a URL"), &parameters.into()).expect("a signature").into_parts().0;
    let headers: Vec<(String, String)> =
        signature.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (status, answer) = ccwb_tests::http::post_form_with_headers(address, FORM, &headers);
    assert_eq!(status, 200, "{answer}");
    journey.request("sts:GetCallerIdentity").parameters["arn"].clone()
}
