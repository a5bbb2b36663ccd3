//! IAM Identity Center: a device authorization, then a role's credentials.

use ccwb_config::IdentityCenterProfile;
use ccwb_federation::Credentials;

use super::Asked;
use crate::context::Context;
use crate::error::Error;

pub(super) fn credentials(
    context: &Context<'_>,
    _center: &IdentityCenterProfile,
    _asked: Asked,
) -> Result<Credentials, Error> {
    Err(super::unsupported(context))
}
