use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::server::Server;
use super::{node, node_package, program_on_path};
use crate::{Home, http};

/// The OpenID-certified npm `oidc-provider`, scripted: see `tests/parts/oidc-provider/`.
#[derive(Debug)]
pub struct OidcProvider {
    _server: Server,
    home: Home,
    issuer: String,
    control: String,
}

/// How the provider is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// `http://localhost:PORT`.
    Off,
    /// `https://localhost:PORT` with a certificate of an authority that no system trusts: [`OidcProvider::ca_bundle`].
    OwnAuthority,
    /// With a certificate that signs itself.
    SelfSigned,
    /// With a certificate that signs itself and calls itself an authority, as `openssl req -x509` makes it by default.
    SelfSignedAuthority,
}

impl OidcProvider {
    /// The public client: no secret. Also `ccwb-es256` (its ID tokens are ES256), `ccwb-secret` (basic), `ccwb-secret-post`
    /// and `ccwb-certificate` (`private_key_jwt`, PS256).
    pub const PUBLIC_CLIENT: &str = "ccwb-public";

    /// The secret of `ccwb-secret` and `ccwb-secret-post`, full of what has to be percent-encoded.
    pub const CLIENT_SECRET: &str = "test:secret/with+signs and spaces";

    /// Starts one over plain HTTP; `None` where it is not installed.
    pub fn start() -> Option<Self> {
        Self::start_with(Tls::Off)
    }

    /// Starts one.
    ///
    /// # Panics
    ///
    /// If it is installed and does not start.
    pub fn start_with(tls: Tls) -> Option<Self> {
        node_package("oidc-provider")?;
        program_on_path("openssl")?;
        let home = Home::new();
        let mut command = node(&home, "oidc-provider/server.mjs");
        command.env("STATE", home.path());
        if tls != Tls::Off {
            make_certificate(&home, tls);
            command.env("TLS_KEY", home.path().join("tls.key")).env("TLS_CERT", home.path().join("tls.crt"));
        }
        let (server, line) = Server::start_with_line(&command);
        let ready: Value = serde_json::from_str(&line).expect("the first line is JSON");
        let text = |name: &str| ready[name].as_str().expect("the first line names both addresses").to_owned();
        Some(Self { _server: server, home, issuer: text("issuer"), control: text("control") })
    }

    /// The issuer, such as `http://localhost:41234`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The private key and the certificate (PEM) of the client `ccwb-certificate`.
    pub fn client_certificate(&self) -> (PathBuf, PathBuf) {
        (self.home.path().join("client.key"), self.home.path().join("client.crt"))
    }

    /// The certificate to trust where there is [`Tls`] (PEM).
    pub fn ca_bundle(&self) -> PathBuf {
        self.home.path().join("ca.crt")
    }

    /// Makes an endpoint fail: `{"endpoint":"token|jwks|discovery|auth|device|revocation|userinfo", "grant":.., "times":..,
    /// "delayMs":.., "hang":true, "drop":true, "status":.., "headers":{..}, "body":..}`; a list for several, `null` for none.
    pub fn fault(&self, fault: &Value) {
        self.post("/_ctl", &json!({ "fault": fault }));
    }

    /// Changes ID tokens to come: `{"exp":-600, "nonce":"bad", "drop":["sub"], "set":{..}, "alg":"none|HS256|badsig|unknownkid"}`;
    /// times are seconds from now; `null` for good ones.
    pub fn mutate_id_tokens(&self, mutation: &Value) {
        self.post("/_ctl", &json!({ "mutate": mutation }));
    }

    /// Changes the discovery document: `{"set":{..},"drop":[..]}`; `null` for the good one.
    pub fn mutate_discovery(&self, mutation: &Value) {
        self.post("/_ctl", &json!({ "discovery": mutation }));
    }

    /// Whether each refresh gives a new refresh token, and the reuse of an old one revokes the family (the default).
    pub fn rotate_refresh_tokens(&self, rotate: bool) {
        self.post("/_ctl", &json!({ "rotate": rotate }));
    }

    /// Sets `ttlId`, `ttlAccess`, `ttlDevice`, `ttlRefresh`, in seconds.
    pub fn set_lifetimes(&self, lifetimes: &Value) {
        self.post("/_ctl", lifetimes);
    }

    /// Signs with new keys from now on. Without `keep_old` tokens signed before no longer verify.
    pub fn rotate_keys(&self, keep_old: bool) {
        self.post("/_rotate", &json!({ "keep": keep_old }));
    }

    /// Revokes every refresh token.
    pub fn revoke_all(&self) {
        self.post("/_revoke", &json!({}));
    }

    /// Every request so far: `{at, method, path, query, form, assertion, auth, status}`, secrets shortened.
    ///
    /// # Panics
    ///
    /// If the server is gone.
    pub fn requests(&self) -> Vec<Value> {
        match http::get_json(&format!("{}/_log", self.control)) {
            (200, Value::Array(requests)) => requests,
            answer => panic!("no request log: {answer:?}"),
        }
    }

    /// The requests that POST the given grant type to the token endpoint.
    pub fn token_requests(&self, grant_type: &str) -> Vec<Value> {
        let mut requests = self.requests();
        requests.retain(|request| request["path"] == "/token" && request["form"]["grant_type"] == grant_type);
        requests
    }

    fn post(&self, path: &str, body: &Value) {
        let (status, answer) = http::post_json(&format!("{}{path}", self.control), body);
        assert_eq!(status, 200, "{answer}");
    }
}

/// Writes `tls.key`, `tls.crt` and `ca.crt`, the one to trust.
fn make_certificate(home: &Home, tls: Tls) {
    const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    home.write(
        "openssl.cnf",
        "[req]\ndistinguished_name = name\n[name]\n\
         [server]\nbasicConstraints = critical,CA:FALSE\nsubjectAltName = DNS:localhost,IP:127.0.0.1\n\
         [authority]\nbasicConstraints = critical,CA:TRUE\nsubjectAltName = DNS:localhost,IP:127.0.0.1\n",
    );
    let self_signed = |extensions: &str, name: &str, file: &str| {
        let options = "-config openssl.cnf -x509 -days 2 -extensions";
        format!("req {options} {extensions} -subj /CN={name} {KEY} -keyout {file}.key -out {file}.crt")
    };
    let commands = match tls {
        Tls::Off => vec![],
        Tls::OwnAuthority => vec![
            self_signed("authority", "Example-Authority", "ca"),
            format!("req -config openssl.cnf -new -subj /CN=localhost {KEY} -keyout tls.key -out tls.csr"),
            "x509 -req -days 2 -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile openssl.cnf -extensions server \
             -out tls.crt"
                .to_owned(),
        ],
        Tls::SelfSigned => vec![self_signed("server", "localhost", "tls")],
        Tls::SelfSignedAuthority => vec![self_signed("authority", "localhost", "tls")],
    };
    for arguments in commands {
        let mut openssl: Command = home.command("openssl");
        openssl.args(arguments.split_whitespace());
        crate::run(&mut openssl, crate::LIMIT).expect("openssl ends").success();
    }
    if tls != Tls::OwnAuthority {
        std::fs::copy(home.path().join("tls.crt"), home.path().join("ca.crt")).expect("HOME can be written");
    }
}
