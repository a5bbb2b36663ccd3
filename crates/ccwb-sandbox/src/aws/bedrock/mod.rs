//! Amazon Bedrock: the runtime, and what the control plane says of models. AWS JSON over REST.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/>

mod answer;
mod catalog;
mod request;
mod stream;
mod tool_use;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use self::answer::Answer;
pub use self::tool_use::ToolUse;
use super::principal::Principal;
use super::sigv4::{self, Refusal};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

/// An error in AWS's JSON form.
#[derive(Debug, PartialEq, Eq)]
struct ApiError {
    status: u16,
    code: &'static str,
    message: String,
}

const AVAILABILITY: &str = "/foundation-model-availability/";

fn validation(message: impl Into<String>) -> ApiError {
    ApiError { status: 400, code: "ValidationException", message: message.into() }
}

impl ApiError {
    fn reply(self) -> Reply {
        Reply::json(self.status, &json!({"message": self.message}))
            .header("x-amzn-errortype", &format!("{}:http://internal.amazon.com/coral/com.amazon.bedrock/", self.code))
            .note("error", self.code)
    }
}

pub(super) fn unknown_operation() -> Reply {
    let (code, message) = ("UnknownOperationException", String::new());
    ApiError { status: 404, code, message }.reply()
}

/// The operation that a method and path stand for.
pub(super) fn operation(call: &Call) -> Option<&'static str> {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/foundation-models") => Some("ListFoundationModels"),
        ("GET", "/inference-profiles") => Some("ListInferenceProfiles"),
        ("GET", path) if path.starts_with("/inference-profiles/") => Some("GetInferenceProfile"),
        ("GET", path) if path.starts_with(AVAILABILITY) => Some("GetFoundationModelAvailability"),
        ("POST", path) => match model_and_action(path)?.1 {
            "invoke" => Some("InvokeModel"),
            "invoke-with-response-stream" => Some("InvokeModelWithResponseStream"),
            "converse" => Some("Converse"),
            "converse-stream" => Some("ConverseStream"),
            _ => None,
        },
        _ => None,
    }
}

/// `/model/{modelId}/{action}`; an ARN's slashes come escaped or, from some clients, as they are.
fn model_and_action(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/model/")?.rsplit_once('/')
}

pub(super) fn handle(world: &World, call: &Call, operation: &str) -> Reply {
    let model = model_and_action(&call.path).map(|(model, _)| model);
    let model = model.or_else(|| call.path.strip_prefix("/inference-profiles/"));
    let model = model.or_else(|| call.path.strip_prefix(AVAILABILITY));
    let model = model.map(|model| percent_decode_str(model).decode_utf8_lossy().into_owned());
    let reply = up(world, call)
        .and_then(|()| caller(world, call))
        .and_then(|caller| answer(world, call, operation, model.as_deref().unwrap_or_default(), &caller))
        .unwrap_or_else(ApiError::reply);
    reply.note_some("model", model.as_deref())
}

fn answer(world: &World, call: &Call, operation: &str, model: &str, caller: &Principal) -> Result<Reply, ApiError> {
    match operation {
        "ListFoundationModels" => return Ok(catalog::foundation_models(world)),
        "ListInferenceProfiles" => return catalog::inference_profiles(world, region(world, call), &call.query()),
        "GetFoundationModelAvailability" => return Ok(catalog::availability(model)),
        "GetInferenceProfile" => return catalog::inference_profile(world, region(world, call), model),
        _ => catalog::check_model(model)?,
    }
    let body: Value = serde_json::from_slice(&call.body)
        .map_err(|_| validation("Malformed input request, please reformat your input and try again."))?;
    let greeting = format!(
        "Hello {}! This is the sandbox, not a model. Your request was signed by {} and its signature is right.",
        caller.person,
        caller.arn()
    );
    let reply = match operation {
        "InvokeModel" => message(world, model, &greeting, &body)?.invoke(),
        "InvokeModelWithResponseStream" => stream::invoke(&message(world, model, &greeting, &body)?),
        "Converse" => Answer::in_words(model, &greeting, request::check_converse(&body)?).converse(),
        _ => stream::converse(&Answer::in_words(model, &greeting, request::check_converse(&body)?)),
    };
    Ok(reply.note("session", caller.session_name.clone()))
}

/// The answer to a request of the Anthropic Messages format: the tool that is scripted for it, else the greeting.
fn message(world: &World, model: &str, greeting: &str, body: &Value) -> Result<Answer, ApiError> {
    let limit = request::check_messages(body)?;
    let tool = world.control().take_tool(|name| request::offers_tool(body, name));
    Ok(match tool {
        Some(tool) => Answer::with_tool(model, tool),
        None => Answer::in_words(model, greeting, limit),
    })
}

/// What Bedrock says in a region that is down.
fn up(world: &World, call: &Call) -> Result<(), ApiError> {
    let region = region(world, call);
    let is_down = world.control().behaviour.regions_down.iter().flatten().any(|down| down == region);
    if !is_down {
        return Ok(());
    }
    let message = format!("Bedrock is unable to process your request in {region}.");
    Err(ApiError { status: 503, code: "ServiceUnavailableException", message })
}

/// The region that the request was signed for; it is the one that the caller means.
fn region<'a>(world: &'a World, call: &'a Call) -> &'a str {
    let scope = call.header("authorization").and_then(|header| header.split('/').nth(2));
    scope.unwrap_or(&world.options.region)
}

fn caller(world: &World, call: &Call) -> Result<Principal, ApiError> {
    let refuse = |code, message: &str| ApiError { status: 403, code, message: message.to_owned() };
    if let Some(key) = call.header("authorization").and_then(|header| header.strip_prefix("Bearer ")) {
        let user = world.aws().bedrock_keys.get(key).cloned();
        let user = user.ok_or_else(|| {
            refuse("AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.")
        })?;
        return Ok(Principal {
            partition: world.options.partition(),
            account_id: world.options.account_id.clone(),
            role: String::new(),
            session_name: user.clone(),
            person: user,
        });
    }
    let session = sigv4::verify(world, call, "bedrock").map_err(|refusal| match refusal {
        Refusal::Missing => refuse("MissingAuthenticationTokenException", "Missing Authentication Token"),
        Refusal::Incomplete(message) => refuse("IncompleteSignatureException", &message),
        Refusal::UnknownToken => {
            refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
        Refusal::ExpiredToken => {
            refuse("ExpiredTokenException", "The security token included in the request is expired")
        }
        Refusal::Mismatch(message) => refuse("InvalidSignatureException", &message),
    })?;
    Ok(session.principal)
}
