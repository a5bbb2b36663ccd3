//! The way out of a company's network: a proxy that every connection has to take, and behind it the sandbox under the names
//! of the real servers, with TLS. Nothing leaves loopback, and no name is resolved.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

/// A proxy that records where its clients want to go, and takes them to loopback.
#[derive(Debug)]
pub struct Gateway {
    port: u16,
    authority: String,
    rules: Arc<Mutex<Rules>>,
    /// Serves until it is dropped.
    runtime: Option<Runtime>,
}

#[derive(Debug, Default)]
struct Rules {
    /// `user:password` that clients have to show.
    password: Option<String>,
    /// What every `CONNECT` is answered, in the place of a connection.
    refusal: Option<String>,
    connections: Vec<String>,
}

/// Who answers under which name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Servers {
    pub(crate) provider: u16,
    pub(crate) aws: u16,
}

impl Gateway {
    /// The host of the provider.
    pub const PROVIDER: &str = "idp.example.test";

    /// The name of the authority that signs all certificates here, and its organization.
    pub const AUTHORITY: (&str, &str) = ("Example Inspection Root", "Example Security");

    /// Opens the way to these servers.
    pub(crate) fn open(servers: Servers) -> Self {
        let (authority, tls) = certificates();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread can be started");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let rules = Arc::<Mutex<Rules>>::default();
        runtime.spawn(serve(listener, rules.clone(), tls, servers));
        Self { port, authority, rules, runtime: Some(runtime) }
    }

    /// The port of the proxy.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What goes into `HTTPS_PROXY`.
    pub fn proxy(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on clients have to show `user:password`.
    pub fn demand(&self, user_and_password: &str) {
        self.rules().password = Some(user_and_password.to_owned());
    }

    /// From now on no connection is made, and every client gets this answer (a head in HTTP/1.1, and a body).
    pub fn refuse_with(&self, answer: &str) {
        self.rules().refusal = Some(answer.to_owned());
    }

    /// Where clients wanted to go, such as `sts.us-east-1.amazonaws.com:443`, oldest first.
    pub fn connections(&self) -> Vec<String> {
        self.rules().connections.clone()
    }

    /// Forgets the connections so far, and returns them.
    pub fn take_connections(&self) -> Vec<String> {
        std::mem::take(&mut self.rules().connections)
    }

    /// The certificate of the authority (PEM).
    pub fn authority(&self) -> &str {
        &self.authority
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(listener: TcpListener, rules: Arc<Mutex<Rules>>, tls: TlsAcceptor, servers: Servers) {
    while let Ok((client, _)) = listener.accept().await {
        let (rules, tls) = (rules.clone(), tls.clone());
        tokio::spawn(async move {
            // A client that goes away is no concern of the proxy.
            let _ = connect(client, &rules, &tls, servers).await;
        });
    }
}

/// One `CONNECT` (RFC 9110, section 9.3.6).
async fn connect(
    mut client: TcpStream,
    rules: &Mutex<Rules>,
    tls: &TlsAcceptor,
    servers: Servers,
) -> std::io::Result<()> {
    let head = read_head(&mut client).await?;
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned();
    let refusal = rules.lock().unwrap_or_else(PoisonError::into_inner).judge(&head, &target);
    let port = port_of(&target, servers);
    let (refusal, port) = match (refusal, port) {
        (None, Some(port)) => (None, port),
        (refusal, _) => (Some(refusal.unwrap_or_else(|| "HTTP/1.1 502 Bad Gateway\r\n\r\n".to_owned())), 0),
    };
    if let Some(refusal) = refusal {
        return client.write_all(refusal.as_bytes()).await;
    }
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let mut client = tls.accept(client).await?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

impl Rules {
    fn judge(&mut self, head: &str, target: &str) -> Option<String> {
        let shown = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("proxy-authorization").then(|| value.strip_prefix("Basic "))?
        });
        let wanted = self.password.as_deref().map(|password| STANDARD.encode(password));
        if wanted.is_some() && wanted.as_deref() != shown {
            let challenge =
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"gateway\"\r\n";
            return Some(format!("{challenge}Content-Length: 0\r\n\r\n"));
        }
        self.connections.push(target.to_owned());
        self.refusal.clone()
    }
}

fn port_of(target: &str, servers: Servers) -> Option<u16> {
    let host = target.strip_suffix(":443")?;
    let is_aws =
        [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"].iter().any(|end| host.ends_with(end));
    if host == Gateway::PROVIDER { Some(servers.provider) } else { is_aws.then_some(servers.aws) }
}

async fn read_head(client: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16 * 1024 {
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// A new authority, and certificates of it for every name that is asked for.
fn certificates() -> (String, TlsAcceptor) {
    let mut params = CertificateParams::default();
    let (name, organization) = Gateway::AUTHORITY;
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, organization);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key can be made");
    let pem = params.self_signed(&key).expect("it can sign itself").pem();
    let signer = Signer { issuer: Issuer::new(params, key), made: Mutex::default() };
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows the usual versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(signer));
    (pem, TlsAcceptor::from(Arc::new(config)))
}

#[derive(Debug)]
struct Signer {
    issuer: Issuer<'static, KeyPair>,
    made: Mutex<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl ResolvesServerCert for Signer {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let certificate = made.entry(name.clone()).or_insert_with(|| Arc::new(self.sign(name)));
        Some(certificate.clone())
    }
}

impl Signer {
    fn sign(&self, name: String) -> CertifiedKey {
        let key = KeyPair::generate().expect("a key can be made");
        let params = CertificateParams::new([name]).expect("the name was in a handshake");
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority can sign");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = ring::sign::any_supported_type(&key).expect("ring knows the key's kind");
        rustls::sign::CertifiedKey::new(vec![certificate.der().clone()], key)
    }
}
