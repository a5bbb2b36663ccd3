//! Device authorization grant, RFC 8628.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::discovery::scopes;
use super::grant::SignIn;
use super::page;
use super::shape::DEVICE_PAGE;
use super::token::authenticate;
use super::token_error::{TokenError, uncached};
use crate::clock::span;
use crate::control::behaviour::AutoApprove;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::random;
use crate::world::World;

/// A device that waits for its person.
#[derive(Debug)]
pub(crate) struct DeviceAuthorization {
    device_code: String,
    user_code: String,
    client_id: String,
    scope: String,
    expires: DateTime<Utc>,
    /// Seconds between polls; grows by five with each `slow_down`.
    interval: i64,
    last_poll: Option<DateTime<Utc>>,
    verdict: Verdict,
}

#[derive(Debug, Clone)]
enum Verdict {
    Pending,
    Approved { login: String, auth_time: i64 },
    Denied,
    Redeemed,
}

/// Polls closer together than this are told to slow down; short, because tests wait for it.
const INTERVAL_SECONDS: i64 = 1;

/// The device authorization endpoint (section 3.1).
pub(crate) fn authorize(world: &World, call: &Call) -> Reply {
    if call.method != "POST" {
        return Reply::method_not_allowed("POST");
    }
    start(world, call).unwrap_or_else(TokenError::reply)
}

fn start(world: &World, call: &Call) -> Result<Reply, TokenError> {
    let form = call.form().unwrap_or_default();
    let client = authenticate(world, call, &form)?;
    let scope = form.get("scope").unwrap_or_default().to_owned();
    let known = scopes(&world.options.shape);
    if !scope.split(' ').any(|one| one == "openid") || scope.split(' ').any(|one| !known.contains(&one)) {
        return Err(TokenError::new("invalid_scope", "scope must contain openid and only known scopes"));
    }
    let lifetime = world.options.lifetimes.device_code;
    let letters = random::text(random::USER_CODE, 8);
    let user_code = format!("{}-{}", &letters[..4], &letters[4..]);
    let device = DeviceAuthorization {
        device_code: random::token(),
        user_code: user_code.clone(),
        client_id: client.id.clone(),
        scope: scope.clone(),
        expires: world.clock.now() + span(lifetime),
        interval: INTERVAL_SECONDS,
        last_poll: None,
        verdict: automatic_verdict(world),
    };
    let page = world.idp_address(DEVICE_PAGE);
    let body = json!({
        "device_code": device.device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": lifetime.as_secs(),
        "interval": INTERVAL_SECONDS,
    });
    world.idp().devices.push(device);
    Ok(uncached(Reply::json(200, &body)).note("client_id", client.id).note("scope", scope))
}

fn automatic_verdict(world: &World) -> Verdict {
    let behaviour = world.control().behaviour.clone();
    match behaviour.auto_approve {
        Some(AutoApprove::Approve) => {
            Verdict::Approved { login: behaviour.auto_user.unwrap_or_default(), auth_time: world.clock.epoch() }
        }
        Some(AutoApprove::Deny) => Verdict::Denied,
        Some(AutoApprove::Off) | None => Verdict::Pending,
    }
}

/// The page for the person (section 3.3).
pub(crate) fn verify(world: &World, call: &Call) -> Reply {
    if call.method == "GET" {
        return page::device(world, DEVICE_PAGE, call.query().get("user_code").unwrap_or_default(), None);
    }
    let form = call.form().unwrap_or_default();
    let code = form.get("user_code").unwrap_or_default();
    let login = form.get("user").unwrap_or_default();
    let allowed = form.get("sandbox_action") == Some("sign-in");
    if allowed && world.idp().user(login).is_none() {
        return page::device(world, DEVICE_PAGE, code, Some("Choose one of the people on the page."));
    }
    let verdict = if allowed {
        Verdict::Approved { login: login.to_owned(), auth_time: world.clock.epoch() }
    } else {
        Verdict::Denied
    };
    if !decide(world, code, verdict) {
        return page::device(world, DEVICE_PAGE, code, Some("This code is not known, was used, or has expired."));
    }
    let text =
        if allowed { "You are signed in on your device. You can close this page." } else { "Nothing was allowed." };
    page::message("Done", text).note("user", login)
}

fn decide(world: &World, user_code: &str, verdict: Verdict) -> bool {
    let letters = |code: &str| code.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphabetic(), "");
    let now = world.clock.now();
    let mut idp = world.idp();
    let waiting = idp.devices.iter_mut().find(|device| {
        letters(&device.user_code) == letters(user_code)
            && matches!(device.verdict, Verdict::Pending)
            && now < device.expires
    });
    let found = waiting.is_some();
    if let Some(device) = waiting {
        device.verdict = verdict;
    }
    found
}

/// One poll of the token endpoint (section 3.5).
pub(crate) fn redeem(world: &World, device_code: &str, client_id: &str) -> Result<SignIn, TokenError> {
    let now = world.clock.now();
    let mut idp = world.idp();
    let device = idp
        .devices
        .iter_mut()
        .find(|device| device.device_code == device_code && device.client_id == client_id)
        .ok_or_else(|| TokenError::new("invalid_grant", "the device code is unknown"))?;
    if now >= device.expires {
        return Err(TokenError::new("expired_token", "the device code has expired"));
    }
    // A quarter of a second of grace: a client that waits exactly the interval is not too fast.
    let patience = Duration::milliseconds(device.interval * 1000 - 250);
    let too_fast = device.last_poll.is_some_and(|last| now - last < patience);
    device.last_poll = Some(now);
    match device.verdict.clone() {
        Verdict::Pending if too_fast => {
            device.interval += 5;
            Err(TokenError::new("slow_down", "polled too soon"))
        }
        Verdict::Pending => Err(TokenError::new("authorization_pending", "the person has not answered yet")),
        Verdict::Denied => Err(TokenError::new("access_denied", "the person said no")),
        Verdict::Redeemed => Err(TokenError::new("invalid_grant", "the device code was used")),
        Verdict::Approved { login, auth_time } => {
            device.verdict = Verdict::Redeemed;
            let scope = device.scope.clone();
            Ok(SignIn { client_id: client_id.to_owned(), login, scope, auth_time, offline: true })
        }
    }
}
