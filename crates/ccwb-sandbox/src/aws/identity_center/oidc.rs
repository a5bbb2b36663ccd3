use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{ApiError, PAGE, Session, start_url};
use crate::clock::span;
use crate::control::behaviour::AutoApprove;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::idp::page;
use crate::random;
use crate::world::World;

/// A client that registered itself.
#[derive(Debug)]
pub(super) struct Client {
    secret: String,
    expires: DateTime<Utc>,
    refreshes: bool,
}

/// A device that waits for its person.
#[derive(Debug)]
pub(super) struct DeviceAuthorization {
    device_code: String,
    user_code: String,
    client_id: String,
    expires: DateTime<Utc>,
    last_poll: Option<DateTime<Utc>>,
    verdict: Verdict,
}

#[derive(Debug, Clone)]
enum Verdict {
    Pending,
    Approved(String),
    Denied,
    Redeemed,
}

const REGISTRATION_DAYS: i64 = 90;
/// How long a person stays signed in without a refresh: Identity Center's own default.
const SESSION_HOURS: i64 = 8;
/// Short, because tests wait for it; Identity Center says 1 too.
const INTERVAL_SECONDS: i64 = 1;
const BY_DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegisterInput {
    client_name: String,
    client_type: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    grant_types: Vec<String>,
}

pub(super) fn register(world: &World, call: &Call) -> Result<Reply, ApiError> {
    let input: RegisterInput = parse(call)?;
    if input.client_type != "public" || input.client_name.is_empty() {
        return Err(ApiError::oidc(400, "InvalidClientMetadataException", "invalid_client_metadata", "Invalid client"));
    }
    if input.scopes.iter().any(|scope| scope != "sso:account:access") {
        return Err(ApiError::oidc(400, "InvalidScopeException", "invalid_scope", "Invalid scope requested"));
    }
    let now = world.clock.now();
    let (client_id, secret) = (random::text(random::ALPHANUMERIC, 32), random::token());
    let expires = now + Duration::days(REGISTRATION_DAYS);
    let refreshes = !input.scopes.is_empty() && input.grant_types.iter().any(|grant| grant == "refresh_token");
    let client = Client { secret: secret.clone(), expires, refreshes };
    world.aws().identity_center.clients.insert(client_id.clone(), client);
    Ok(Reply::json(
        200,
        &json!({
            "clientId": client_id, "clientSecret": secret, "clientIdIssuedAt": now.timestamp(),
            "clientSecretExpiresAt": expires.timestamp(), "authorizationEndpoint": null, "tokenEndpoint": null,
        }),
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartInput {
    client_id: String,
    client_secret: String,
    start_url: String,
}

pub(super) fn start(world: &World, call: &Call) -> Result<Reply, ApiError> {
    let input: StartInput = parse(call)?;
    check_client(world, &input.client_id, &input.client_secret)?;
    if input.start_url.trim_end_matches('/') != start_url(world) {
        return Err(invalid_request("Invalid start url provided"));
    }
    let letters = random::text(random::USER_CODE, 8);
    let user_code = format!("{}-{}", &letters[..4], &letters[4..]);
    let lifetime = world.options.lifetimes.device_code;
    let device = DeviceAuthorization {
        device_code: random::token(),
        user_code: user_code.clone(),
        client_id: input.client_id,
        expires: world.clock.now() + span(lifetime),
        last_poll: None,
        verdict: automatic_verdict(world),
    };
    let page = format!("{}{}", world.aws_url, &PAGE[1..]);
    let answer = json!({
        "deviceCode": device.device_code, "userCode": user_code, "verificationUri": page,
        "verificationUriComplete": format!("{page}?user_code={user_code}"),
        "expiresIn": lifetime.as_secs(), "interval": INTERVAL_SECONDS,
    });
    world.aws().identity_center.devices.push(device);
    Ok(Reply::json(200, &answer))
}

fn automatic_verdict(world: &World) -> Verdict {
    let behaviour = world.control().behaviour.clone();
    match behaviour.auto_approve {
        Some(AutoApprove::Approve) => Verdict::Approved(behaviour.auto_user.unwrap_or_default()),
        Some(AutoApprove::Deny) => Verdict::Denied,
        Some(AutoApprove::Off) | None => Verdict::Pending,
    }
}

/// The page for the person.
pub(super) fn verify(world: &World, call: &Call) -> Reply {
    if call.method == "GET" {
        let code = call.query().get("user_code").unwrap_or_default().to_owned();
        let is_decided = world.control().behaviour.auto_approve != Some(AutoApprove::Off);
        return if is_decided {
            page::message("Request decided", "This sandbox answers by itself. You can close this page.")
        } else {
            page::device(world, PAGE, &code, None)
        };
    }
    let form = call.form().unwrap_or_default();
    let code = form.get("user_code").unwrap_or_default();
    let login = form.get("user").unwrap_or_default();
    let allowed = form.get("sandbox_action") == Some("sign-in");
    if allowed && world.idp().user(login).is_none() {
        return page::device(world, PAGE, code, Some("Choose one of the people on the page."));
    }
    let verdict = if allowed { Verdict::Approved(login.to_owned()) } else { Verdict::Denied };
    let now = world.clock.now();
    let mut aws = world.aws();
    let waiting = aws.identity_center.devices.iter_mut().find(|device| {
        device.user_code.eq_ignore_ascii_case(code)
            && matches!(device.verdict, Verdict::Pending)
            && now < device.expires
    });
    let Some(device) = waiting else {
        drop(aws);
        return page::device(world, PAGE, code, Some("This code is not known, was used, or has expired."));
    };
    device.verdict = verdict;
    let text = if allowed { "Request approved. You can close this page." } else { "Request denied." };
    page::message("Done", text).note("user", login)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenInput {
    client_id: String,
    client_secret: String,
    grant_type: String,
    device_code: Option<String>,
    refresh_token: Option<String>,
}

pub(super) fn create_token(world: &World, call: &Call) -> Result<Reply, ApiError> {
    let input: TokenInput = parse(call)?;
    check_client(world, &input.client_id, &input.client_secret)?;
    let login = match (input.grant_type.as_str(), &input.device_code, &input.refresh_token) {
        (BY_DEVICE_CODE, Some(code), _) => redeem_device_code(world, code, &input.client_id),
        ("refresh_token", _, Some(token)) => redeem_refresh_token(world, token, &input.client_id),
        (BY_DEVICE_CODE | "refresh_token", ..) => Err(invalid_request("Missing parameter")),
        _ => {
            let code = "UnsupportedGrantTypeException";
            Err(ApiError::oidc(400, code, "unsupported_grant_type", "Unsupported grant type"))
        }
    };
    let login = login?;
    let (refresh_token, lifetime) = (random::token(), Duration::hours(SESSION_HOURS));
    let session = Session {
        access_token: random::token(),
        refresh_token,
        client_id: input.client_id.clone(),
        login,
        expires: world.clock.now() + lifetime,
    };
    let mut aws = world.aws();
    let refreshes = aws.identity_center.clients.get(&input.client_id).is_some_and(|client| client.refreshes);
    let answer = json!({
        "accessToken": session.access_token, "tokenType": "Bearer", "expiresIn": lifetime.num_seconds(),
        "refreshToken": refreshes.then_some(&session.refresh_token), "idToken": null,
    });
    let user = session.login.clone();
    aws.identity_center.sessions.push(session);
    Ok(Reply::json(200, &answer).note("grant_type", input.grant_type).note("user", user))
}

fn redeem_device_code(world: &World, device_code: &str, client_id: &str) -> Result<String, ApiError> {
    let now = world.clock.now();
    let mut aws = world.aws();
    let devices = &mut aws.identity_center.devices;
    let device = devices.iter_mut().find(|device| device.device_code == device_code && device.client_id == client_id);
    let device = device.ok_or_else(invalid_grant)?;
    if now >= device.expires {
        return Err(ApiError::oidc(400, "ExpiredTokenException", "expired_token", "Invalid device code provided"));
    }
    // A quarter of a second of grace: a client that waits exactly the interval is not too fast.
    let patience = Duration::milliseconds(INTERVAL_SECONDS * 1000 - 250);
    let is_too_fast = device.last_poll.is_some_and(|last| now - last < patience);
    device.last_poll = Some(now);
    match device.verdict.clone() {
        Verdict::Pending if is_too_fast => Err(ApiError::oidc(400, "SlowDownException", "slow_down", "Slow down")),
        Verdict::Pending => Err(ApiError::oidc(
            400,
            "AuthorizationPendingException",
            "authorization_pending",
            "The authorization is still pending",
        )),
        Verdict::Denied => Err(ApiError::oidc(400, "AccessDeniedException", "access_denied", "The request was denied")),
        Verdict::Redeemed => Err(invalid_grant()),
        Verdict::Approved(login) => {
            device.verdict = Verdict::Redeemed;
            Ok(login)
        }
    }
}

/// Each is good for one refresh, which ends the access token that came with it.
fn redeem_refresh_token(world: &World, refresh_token: &str, client_id: &str) -> Result<String, ApiError> {
    let mut aws = world.aws();
    let sessions = &mut aws.identity_center.sessions;
    let known = |session: &Session| session.refresh_token == refresh_token && session.client_id == client_id;
    let at = sessions.iter().position(known).ok_or_else(invalid_grant)?;
    Ok(sessions.remove(at).login)
}

fn check_client(world: &World, id: &str, secret: &str) -> Result<(), ApiError> {
    let aws = world.aws();
    let client = aws.identity_center.clients.get(id).filter(|client| client.secret == secret);
    match client {
        Some(client) if world.clock.now() < client.expires => Ok(()),
        Some(_) => Err(ApiError::oidc(401, "InvalidClientException", "invalid_client", "Client has expired")),
        None => Err(ApiError::oidc(401, "InvalidClientException", "invalid_client", "Invalid client provided")),
    }
}

fn invalid_grant() -> ApiError {
    ApiError::oidc(400, "InvalidGrantException", "invalid_grant", "Invalid grant provided")
}

fn invalid_request(description: &str) -> ApiError {
    ApiError::oidc(400, "InvalidRequestException", "invalid_request", description)
}

fn parse<T: DeserializeOwned>(call: &Call) -> Result<T, ApiError> {
    serde_json::from_slice(&call.body).map_err(|error| invalid_request(&error.to_string()))
}
