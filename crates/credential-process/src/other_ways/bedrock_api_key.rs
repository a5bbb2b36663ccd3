//! A Bedrock API key: a bearer token, which AWS SDKs do not take for credentials.

use ccwb_federation::Credentials;

use super::Asked;
use crate::context::Context;
use crate::error::Error;

pub(super) fn credentials(context: &Context<'_>, _asked: Asked) -> Result<Credentials, Error> {
    Err(super::unsupported(context))
}
