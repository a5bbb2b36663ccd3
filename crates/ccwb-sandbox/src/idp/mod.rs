//! The `OpenID` provider.

mod authorize;
mod claims;
pub(crate) mod client;
mod code;
mod device;
mod discovery;
mod grant;
pub(crate) mod jwt;
pub(crate) mod keys;
mod logout;
pub(crate) mod page;
mod revoke;
mod session;
pub(crate) mod shape;
mod token;
mod token_error;
pub(crate) mod user;

use std::collections::HashMap;
use std::sync::Arc;

use url::Position;

use self::client::Client;
use self::code::Code;
use self::device::DeviceAuthorization;
use self::grant::Grants;
use self::keys::KeyRing;
use self::session::Session;
use self::user::User;
use crate::control::http as control;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::options::Options;
use crate::world::World;

/// What the provider remembers.
#[derive(Debug)]
pub(crate) struct IdpState {
    pub(crate) users: Vec<User>,
    pub(crate) clients: Vec<Client>,
    pub(crate) keys: KeyRing,
    pub(crate) grants: Grants,
    codes: HashMap<String, Code>,
    sessions: HashMap<String, Session>,
    devices: Vec<DeviceAuthorization>,
}

impl IdpState {
    pub(crate) fn new(options: &Options) -> Self {
        let clients = if options.clients.is_empty() { Client::usual(&options.shape) } else { options.clients.clone() };
        Self {
            users: options.users.clone(),
            clients,
            keys: KeyRing::new(options.signing_algorithm),
            grants: Grants::default(),
            codes: HashMap::new(),
            sessions: HashMap::new(),
            devices: Vec::new(),
        }
    }

    pub(crate) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }

    fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }
}

/// The name under which a request is logged and under which faults find it.
pub(crate) fn endpoint_of(world: &World, call: &Call) -> String {
    let shape = &world.options.shape;
    let paths = shape.paths();
    let path = call.path.as_str();
    if control::is_control(call) {
        "control".to_owned()
    } else if path == shape.discovery_path() {
        "discovery".to_owned()
    } else if path == paths.jwks {
        "jwks".to_owned()
    } else if path == paths.authorization {
        "authorize".to_owned()
    } else if path == paths.token {
        token::endpoint_name(call)
    } else if Some(path) == paths.revocation.as_deref() {
        "revoke".to_owned()
    } else if Some(path) == paths.end_session.as_deref() {
        "end_session".to_owned()
    } else if Some(path) == paths.device.as_deref() {
        "device".to_owned()
    } else if path == shape::DEVICE_PAGE {
        "device:verify".to_owned()
    } else {
        "other".to_owned()
    }
}

pub(crate) fn handle(world: &Arc<World>, call: &Call) -> Reply {
    if !is_for_this_host(world, call) {
        return Reply::empty(421);
    }
    match endpoint_of(world, call).as_str() {
        "control" => control::handle(world, call),
        "discovery" => discovery::metadata(world, call),
        "jwks" => discovery::jwks(world, call),
        "authorize" => authorize::handle(world, call),
        "revoke" => revoke::handle(world, call),
        "end_session" => logout::handle(world, call),
        "device" => device::authorize(world, call),
        "device:verify" => device::verify(world, call),
        name if name.starts_with("token") => token::handle(world, call),
        _ => Reply::not_found(),
    }
}

/// A name that some page made point at 127.0.0.1 (DNS rebinding) gets nothing.
fn is_for_this_host(world: &World, call: &Call) -> bool {
    let Some(host) = call.header("host") else {
        return cfg!(test);
    };
    let port = world.idp_url.port().unwrap_or(80);
    let public = &world.public_idp_url()[Position::BeforeHost..Position::BeforePath];
    [&*format!("127.0.0.1:{port}"), &*format!("localhost:{port}"), public].contains(&&*host.to_ascii_lowercase())
}
