//! What the machine has anyway: environment, another profile, a web identity token, container, instance. It is handed on as it is
//! and never stored: whose it is may change between two calls.

mod chain;
mod recursion;

use std::time::Duration;

use ccwb_config::AssumeRole;
use ccwb_federation::Holder;
use ccwb_http::{HttpClient, printable};

use self::chain::Found;
use super::{Answer, Asked};
use crate::context::Context;
use crate::error::Error;
use crate::{codes, http};

/// The whole chain; whoever asks an instance's metadata where there is no instance waits in vain.
const LIMIT: Duration = Duration::from_secs(10);

/// The machine's own credentials, or those of the second role that they lead to.
pub(super) fn answer(context: &Context<'_>, second: Option<&AssumeRole>, asked: Asked) -> Result<Answer, Error> {
    recursion::mark(context)?;
    let (client, settings) = (http::client(context)?, http::aws_settings(context.world)?);
    let found = first(context, &client, asked.limit)?;
    let Some(role) = second else { return Ok(Answer::OfTheMachine(found.credentials)) };
    let region = &context.profile.aws_region;
    let holder = Holder { http: &client, settings: &settings, region, signer: found.credentials.signer() };
    let credentials = http::runtime()?.block_on(async {
        let person = person(&holder).await;
        holder.assume(role, &person).await.map_err(|error| super::second_role_refused(role, error))
    });
    credentials.map(Answer::Temporary)
}

/// Where they come from and whom AWS takes their holder for.
pub(crate) fn identity(context: &Context<'_>) -> Result<(String, String), Error> {
    recursion::mark(context)?;
    let (client, settings) = (http::client(context)?, http::aws_settings(context.world)?);
    let found = first(context, &client, LIMIT)?;
    let region = &context.profile.aws_region;
    let holder = Holder { http: &client, settings: &settings, region, signer: found.credentials.signer() };
    let arn = http::runtime()?.block_on(holder.caller_arn())?;
    Ok((found.source, printable(&arn)))
}

/// CloudTrail of the other account shall tell who it was; whoever cannot be told from others gets a name all the same.
async fn person(holder: &Holder<'_>) -> String {
    let arn = holder.caller_arn().await.ok();
    arn.and_then(|arn| Some(arn.rsplit_once('/')?.1.to_owned())).unwrap_or_else(|| "claude-code".to_owned())
}

fn first(context: &Context<'_>, client: &HttpClient, limit: Duration) -> Result<Found, Error> {
    let profile = recursion::profile(context);
    let limit = limit.min(LIMIT);
    let direct = http::direct_client(context)?;
    http::runtime()?.block_on(async {
        let first = tokio::time::timeout(limit, chain::first(context, client, &direct, &profile)).await;
        first.unwrap_or_else(|_| {
            let message = format!("no credentials of this machine were found within {} seconds", limit.as_secs());
            let hint = "check what is set in the environment and in ~/.aws/config, and the network";
            Err(Error::new(codes::MACHINE_HAS_NONE, message, hint))
        })
    })
}
