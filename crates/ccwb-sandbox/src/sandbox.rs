use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::aws::roles::{Role, Trust};
use crate::control::Control;
use crate::error::SandboxError;
use crate::http::connection::BreakSwitch;
use crate::http::server::{Side, serve};
use crate::idp::shape::ProviderShape;
use crate::options::Options;
use crate::world::{World, without_scheme};

/// A running sandbox; it stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    control: Control,
    client_id: String,
    connections: BreakSwitch,
    servers: [JoinHandle<()>; 3],
}

/// How an ID token becomes AWS credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Federation {
    /// Through the Cognito identity pool.
    Cognito,
    /// Through `AssumeRoleWithWebIdentity`.
    Direct,
}

impl Sandbox {
    /// Starts its three listeners on 127.0.0.1. Needs a tokio runtime with I/O and time.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let (idp, idp_url) = listen("identity provider", options.idp_port).await?;
        let (aws, aws_url) = listen("AWS endpoint", options.aws_port).await?;
        let (otlp, otlp_url) = listen("OTLP receiver", options.otlp_port).await?;
        let world = World::new(options, [idp_url, aws_url, otlp_url]);
        let connections = BreakSwitch::default();
        let client_id = world.idp().clients.first().map(|client| client.id.clone()).unwrap_or_default();
        let servers = [
            serve(idp, Side::Idp, world.clone(), connections.clone()),
            serve(aws, Side::Aws, world.clone(), connections.clone()),
            serve(otlp, Side::Otlp, world.clone(), connections.clone()),
        ];
        Ok(Self { control: Control(world), client_id, connections, servers })
    }

    /// Where the provider listens, without any path.
    pub fn idp_url(&self) -> &Url {
        &self.control.0.idp_url
    }

    /// The `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.control.0.issuer
    }

    /// Where every AWS service listens.
    pub fn aws_url(&self) -> &Url {
        &self.control.0.aws_url
    }

    /// Where telemetry is received: what goes into `OTEL_EXPORTER_OTLP_ENDPOINT`. HTTP only.
    pub fn otlp_url(&self) -> &Url {
        &self.control.0.otlp_url
    }

    /// The first registered client.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// `us-east-1:uuid`.
    pub fn identity_pool_id(&self) -> String {
        self.control.0.aws().pool_id.clone()
    }

    /// Faults, forged tokens, the request log.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// A config.json for this sandbox: flat layout, one profile, `ClaudeCode`. `storage` is its `credential_storage`.
    pub fn config_json(&self, federation: Federation, storage: &str) -> Value {
        config_json(&self.control.0, federation, storage)
    }

    /// A config.json for this sandbox's Identity Center: flat layout, one profile, `ClaudeCode`.
    pub fn identity_center_json(&self, storage: &str) -> Value {
        identity_center_json(&self.control.0, storage)
    }

    /// Environment variables that send the AWS SDKs and Claude Code here.
    pub fn environment(&self) -> BTreeMap<String, String> {
        environment(&self.control.0)
    }

    /// Those of [`Sandbox::environment`], and new AWS credentials of somebody who may deploy here.
    pub fn administrator_environment(&self) -> BTreeMap<String, String> {
        administrator_environment(&self.control.0)
    }

    /// Stops listening and breaks what is still open, as a provider that went away does.
    pub async fn shutdown(mut self) {
        self.stop();
        for server in &mut self.servers {
            // An aborted task reports that it was aborted.
            let _ = server.await;
        }
    }

    fn stop(&self) {
        self.connections.pull();
        for server in &self.servers {
            server.abort();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn listen(role: &'static str, port: u16) -> Result<(TcpListener, Url), SandboxError> {
    let failed = |source| SandboxError::Listen { role, port, source };
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let url = Url::parse(&format!("http://{address}")).expect("a socket address makes a URL");
    Ok((listener, url))
}

pub(crate) fn environment(world: &World) -> BTreeMap<String, String> {
    let aws = world.aws_url.as_str().trim_end_matches('/');
    [("AWS_ENDPOINT_URL", aws), ("ANTHROPIC_BEDROCK_BASE_URL", aws), ("AWS_REGION", &world.options.region)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

pub(crate) fn administrator_environment(world: &World) -> BTreeMap<String, String> {
    let session = crate::aws::administrator::issue(world);
    let mut variables = environment(world);
    variables.insert("AWS_ACCESS_KEY_ID".to_owned(), session.access_key_id);
    variables.insert("AWS_SECRET_ACCESS_KEY".to_owned(), session.secret_access_key);
    variables.insert("AWS_SESSION_TOKEN".to_owned(), session.session_token);
    variables
}

pub(crate) fn config_json(world: &World, federation: Federation, storage: &str) -> Value {
    let shape = &world.options.shape;
    let paths = shape.paths();
    let client = world.idp().clients.first().cloned();
    let mut profile = json!({
        "provider_domain": world.issuer_without_scheme().trim_end_matches('/'),
        "provider_type": shape.provider_type(),
        "client_id": client.as_ref().map(|client| client.id.clone()),
        "aws_region": world.options.region,
        "credential_storage": storage,
        // Loopback has no TLS, so the scheme can't be derived from the domain.
        "oidc_issuer_url": world.issuer,
    });
    if *shape == ProviderShape::Generic {
        profile["oidc_authorization_endpoint"] = json!(world.idp_address(&paths.authorization));
        profile["oidc_token_endpoint"] = json!(world.idp_address(&paths.token));
        profile["oidc_jwks_uri"] = json!(world.idp_address(&paths.jwks));
    }
    match shape {
        ProviderShape::OktaCustom(server) => {
            profile["provider_domain"] = json!(without_scheme(world.public_idp_url().as_str()).trim_end_matches('/'));
            profile["okta_auth_server_id"] = json!(server);
        }
        ProviderShape::Cognito(pool) => profile["cognito_user_pool_id"] = json!(pool),
        _ => {}
    }
    if let Some(secret) = client.as_ref().and_then(|client| client.secret()) {
        profile["client_secret"] = json!(secret);
    }
    match federation {
        Federation::Cognito => {
            profile["federation_type"] = json!("cognito");
            profile["identity_pool_id"] = json!(world.aws().pool_id);
        }
        Federation::Direct => {
            profile["federation_type"] = json!("direct");
            profile["federated_role_arn"] = json!(web_identity_role(world));
            profile["max_session_duration"] = json!(43200);
        }
    }
    json!({"ClaudeCode": profile})
}

pub(crate) fn identity_center_json(world: &World, storage: &str) -> Value {
    let options = &world.options;
    json!({"ClaudeCode": {
        "auth_type": "idc",
        "idc_start_url": crate::aws::identity_center::start_url(world),
        "idc_account_id": options.account_id,
        "idc_permission_set_name": options.permission_sets.first(),
        "idc_region": options.region,
        "aws_region": options.region,
        "credential_storage": storage,
    }})
}

fn web_identity_role(world: &World) -> Option<String> {
    let aws = world.aws();
    let trusts_provider = |role: &&Role| role.trust == Trust::WebIdentity;
    aws.roles.iter().find(trusts_provider).map(|role| role.arn(&world.options))
}
