//! AWS IAM, query protocol, version 2010-05-08: the OIDC providers of the account, and the access keys of the user who calls.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/>

use super::administrator;
use super::iam_user;
use super::query_xml::{QueryError, list, response};
use super::sts::{parameters, xml::text};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

pub(super) const VERSION: &str = "2010-05-08";
pub(super) const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

pub(super) fn handle(world: &World, call: &Call, action: &str) -> Reply {
    answer(world, call, action).unwrap_or_else(|error| error.reply(NAMESPACE))
}

fn answer(world: &World, call: &Call, action: &str) -> Result<Reply, QueryError> {
    if iam_user::ACTIONS.contains(&action) {
        return iam_user::answer(world, call, action);
    }
    administrator::authorize(world, call, "iam", action)?;
    let form = parameters(call);
    let arn = form.get("OpenIDConnectProviderArn").unwrap_or_default();
    let mut aws = world.aws();
    let missing = || {
        let message = format!("OpenIDConnect Provider not found for arn {arn}");
        QueryError::new(404, "NoSuchEntity", message)
    };
    let clients = aws.oidc_providers.get_mut(arn).ok_or_else(missing)?;
    let reply = match action {
        "GetOpenIDConnectProvider" => {
            let url = arn.split_once(":oidc-provider/").map_or("", |(_, url)| url);
            let result = [text("Url", url), list("ClientIDList", clients.iter().cloned())].concat();
            response(NAMESPACE, action, &result)
        }
        "AddClientIDToOpenIDConnectProvider" => {
            let client = form.get("ClientID").unwrap_or_default().to_owned();
            if !clients.contains(&client) {
                clients.push(client);
            }
            response(NAMESPACE, action, "")
        }
        _ => {
            let message = format!("Could not find operation {action} for version {VERSION}");
            return Err(QueryError::new(400, "InvalidAction", message));
        }
    };
    Ok(reply.note("arn", arn))
}
