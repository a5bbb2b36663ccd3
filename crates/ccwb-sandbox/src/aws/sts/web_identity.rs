use super::xml::{self, ApiError};
use super::{assumed, duration, session_name};
use crate::aws::id_token::{self, Rejected, VerifiedIdToken};
use crate::aws::principal::Principal;
use crate::aws::roles::{Role, Trust, name_in};
use crate::clock::span;
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::idp::jwt::BadSignature;
use crate::world::World;

/// `AssumeRoleWithWebIdentity`, which nobody signs.
pub(super) fn answer(world: &World, form: &Form) -> Result<Reply, ApiError> {
    let arn = form.get("RoleArn").unwrap_or_default();
    if arn.len() < 20 {
        return Err(ApiError::constraint(arn, "roleArn", "have length greater than or equal to 20"));
    }
    let session_name = session_name::read(form)?;
    let token = form.get("WebIdentityToken").unwrap_or_default();
    if token.len() < 4 {
        // AWS repeats the value; a token is not something to repeat.
        return Err(ApiError::constraint("", "webIdentityToken", "have length greater than or equal to 4"));
    }
    // STS looks at the token before the role: an unknown role with a bad token is a bad token.
    let verified = id_token::verify(world, token).map_err(|reason| describe(world, &reason))?;
    let role = trusted_role(world, arn)?;
    let default = span(world.options.lifetimes.aws_credentials).num_seconds();
    let seconds = duration::read(form, role.max_session_duration, default)?;
    let VerifiedIdToken { subject, audience, person, kid } = verified;
    let principal = Principal {
        partition: world.options.partition(),
        account_id: world.options.account_id.clone(),
        role: role.name,
        session_name: session_name.to_owned(),
        person,
    };
    let provider = world.issuer_without_scheme().trim_end_matches('/');
    let (partition, account_id) = (world.options.partition(), &world.options.account_id);
    let result = [
        assumed(world, principal, seconds),
        xml::text("SubjectFromWebIdentityToken", &subject),
        xml::text("Audience", &audience),
        xml::text("Provider", &format!("arn:{partition}:iam::{account_id}:oidc-provider/{provider}")),
    ];
    Ok(xml::response("AssumeRoleWithWebIdentity", &result).note("kid", kid))
}

/// STS doesn't say whether a role is missing or doesn't trust the provider.
fn trusted_role(world: &World, arn: &str) -> Result<Role, ApiError> {
    let aws = world.aws();
    let role = name_in(arn, &world.options).and_then(|name| aws.role(name));
    role.filter(|role| role.trust == Trust::WebIdentity)
        .cloned()
        .ok_or_else(|| ApiError::new(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"))
}

fn describe(world: &World, reason: &Rejected) -> ApiError {
    let invalid = |message: String| ApiError::new(400, "InvalidIdentityToken", message);
    match reason {
        Rejected::NotAJwt => invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)".into(),
        ),
        Rejected::Issuer(issuer) => invalid(format!("No OpenIDConnect provider found in your account for {issuer}")),
        Rejected::Signature(BadSignature::UnsupportedAlgorithm) => {
            invalid("The ID Token provided is signed with an unsupported algorithm".into())
        }
        Rejected::Signature(BadSignature::UnknownKey) => invalid(
            "Couldn't retrieve verification key from your identity provider, please reference \
             AssumeRoleWithWebIdentity documentation for requirements"
                .into(),
        ),
        Rejected::Signature(BadSignature::Invalid) => invalid("The ID Token's signature could not be verified".into()),
        Rejected::MissingClaim(claim) => invalid(format!("Missing a required claim: {claim}")),
        Rejected::Audience => invalid("Incorrect token audience".into()),
        Rejected::Expired(at) => ApiError::new(
            400,
            "ExpiredTokenException",
            format!(
                "Token expired: current date/time {} must be before the expiration date/time {at}",
                world.clock.epoch()
            ),
        ),
        Rejected::NotYetValid => ApiError::new(403, "IDPRejectedClaim", "The ID Token provided is not valid yet"),
    }
}
