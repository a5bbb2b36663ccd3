//! IAM Identity Center: its OpenID Connect service, the page for the person, and the access portal. AWS JSON over REST.
//!
//! <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/>,
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/>

mod oidc;
mod portal;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use self::oidc::{Client, DeviceAuthorization};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

/// Where a person enters the code, or finds it entered.
pub(crate) const PAGE: &str = "/device";

/// What Identity Center remembers.
#[derive(Debug, Default)]
pub(crate) struct IdentityCenter {
    clients: HashMap<String, Client>,
    devices: Vec<DeviceAuthorization>,
    sessions: Vec<Session>,
}

/// Somebody who is signed in at the access portal.
#[derive(Debug, Clone)]
struct Session {
    access_token: String,
    refresh_token: String,
    client_id: String,
    login: String,
    expires: DateTime<Utc>,
}

impl IdentityCenter {
    /// Ends every session; returns how many there were.
    pub(crate) fn end_all(&mut self) -> usize {
        std::mem::take(&mut self.sessions).len()
    }
}

/// The access portal's address, which configurations name.
pub(crate) fn start_url(world: &World) -> String {
    format!("{}start", world.aws_url)
}

/// An error of either service; the first says why in OAuth's words.
struct ApiError {
    status: u16,
    code: &'static str,
    body: Value,
}

impl ApiError {
    fn portal(status: u16, code: &'static str, message: &str) -> Self {
        Self { status, code, body: json!({"message": message, "__type": code}) }
    }

    fn oidc(status: u16, code: &'static str, error: &str, description: &str) -> Self {
        Self { status, code, body: json!({"error": error, "error_description": description}) }
    }

    fn reply(self) -> Reply {
        Reply::json(self.status, &self.body).header("x-amzn-errortype", self.code).note("error", self.code)
    }
}

/// The name in the log and in faults.
pub(super) fn endpoint(call: &Call) -> Option<&'static str> {
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/client/register") => Some("sso-oidc:RegisterClient"),
        ("POST", "/device_authorization") => Some("sso-oidc:StartDeviceAuthorization"),
        ("POST", "/token") => Some("sso-oidc:CreateToken"),
        ("GET" | "POST", PAGE) => Some("sso-oidc:verify"),
        ("GET", "/federation/credentials") => Some("sso:GetRoleCredentials"),
        ("POST", "/logout") => Some("sso:Logout"),
        _ => None,
    }
}

pub(super) fn handle(world: &World, call: &Call, endpoint: &str) -> Reply {
    let answer = match endpoint {
        "sso-oidc:RegisterClient" => oidc::register(world, call),
        "sso-oidc:StartDeviceAuthorization" => oidc::start(world, call),
        "sso-oidc:CreateToken" => oidc::create_token(world, call),
        "sso-oidc:verify" => Ok(oidc::verify(world, call)),
        "sso:GetRoleCredentials" => portal::role_credentials(world, call),
        _ => portal::log_out(world, call),
    };
    answer.unwrap_or_else(ApiError::reply)
}
