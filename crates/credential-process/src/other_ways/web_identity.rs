//! A token of CI or Kubernetes, exchanged at STS.

use ccwb_config::WebIdentityProfile;
use ccwb_federation::Credentials;

use super::Asked;
use crate::context::Context;
use crate::error::Error;

pub(super) fn credentials(
    context: &Context<'_>,
    _token: &WebIdentityProfile,
    _asked: Asked,
) -> Result<Credentials, Error> {
    Err(super::unsupported(context))
}
