//! Access keys of an IAM user, exchanged for temporary credentials.

use ccwb_config::AssumeRole;
use ccwb_federation::Credentials;

use super::Asked;
use crate::context::Context;
use crate::error::Error;

pub(super) fn credentials(
    context: &Context<'_>,
    _second: Option<&AssumeRole>,
    _asked: Asked,
) -> Result<Credentials, Error> {
    Err(super::unsupported(context))
}
