//! The authorization endpoint: RFC 6749 section 4.1, RFC 7636, OIDC Core section 3.1.2.

use super::client::Client;
use super::code;
use super::discovery::scopes;
use super::grant::SignIn;
use super::page;
use super::session::{self, Session};
use super::shape::ProviderShape;
use super::user::User;
use crate::control::behaviour::AutoApprove;
use crate::http::call::Call;
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::world::World;

pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    let form = match call.method.as_str() {
        "GET" => Form::default(),
        "POST" => call.form().unwrap_or_default(),
        _ => return Reply::method_not_allowed("GET, POST"),
    };
    // The login page posts its answer to the address that it was shown at; any other POST carries the request itself.
    let answer = form.get("sandbox_action").map(str::to_owned);
    let request = if call.method == "POST" && answer.is_none() { form.clone() } else { call.query() };
    let reply = match Request::read(world, &request) {
        Err(Refused::ToPerson(message)) => page::error(&message).note("error", "page"),
        Err(Refused::ToClient { to, error, description }) => to.error(error, &description),
        Ok(checked) => match answer {
            Some(answer) => answered(world, &checked, &answer, &form),
            None => decide(world, call, &checked),
        },
    };
    ["client_id", "redirect_uri", "response_type", "scope", "prompt", "code_challenge_method", "access_type"]
        .into_iter()
        .fold(reply, |reply, name| reply.note_some(name, request.get(name)))
}

/// An authorization request that may be answered with a code.
pub(crate) struct Request<'a> {
    pub(crate) client: Client,
    to: ReturnTo<'a>,
    form: &'a Form,
    scope: String,
    code_challenge: &'a str,
}

/// Where and how the client gets its answer.
#[derive(Clone, Copy)]
struct ReturnTo<'a> {
    redirect_uri: &'a str,
    state: Option<&'a str>,
    /// RFC 9207, for the shape that announces it.
    issuer: Option<&'a str>,
}

enum Refused<'a> {
    /// The redirect URI can't be trusted, so the person is told (RFC 6749 section 4.1.2.1).
    ToPerson(String),
    ToClient {
        to: ReturnTo<'a>,
        error: &'static str,
        description: String,
    },
}

impl<'a> Request<'a> {
    fn read(world: &'a World, form: &'a Form) -> Result<Self, Refused<'a>> {
        let shape = &world.options.shape;
        let person = |message: &str| Refused::ToPerson(message.to_owned());
        if form.is_repeated("client_id") || form.is_repeated("redirect_uri") {
            return Err(person("client_id and redirect_uri must not be repeated."));
        }
        let id = form.get("client_id").ok_or_else(|| person("The request has no client_id."))?;
        let client = world.idp().client(id).cloned();
        let client = client.ok_or_else(|| Refused::ToPerson(format!("No application has the client_id {id}.")))?;
        let redirect_uri = form.get("redirect_uri").ok_or_else(|| person("The request has no redirect_uri."))?;
        if !is_registered(world, &client, redirect_uri) {
            return Err(Refused::ToPerson(format!("The redirect_uri {redirect_uri} is not registered for {id}.")));
        }
        let issuer = (*shape == ProviderShape::Generic).then_some(world.issuer.as_str());
        let to = ReturnTo { redirect_uri, state: form.get("state"), issuer };
        let refuse = |error, description: &str| Refused::ToClient { to, error, description: description.to_owned() };
        if let Some(name) = form.repeated() {
            return Err(refuse("invalid_request", &format!("{name} is repeated")));
        }
        match form.get("response_type") {
            Some("code") => {}
            None => return Err(refuse("invalid_request", "response_type is missing")),
            Some(_) => return Err(refuse("unsupported_response_type", "only response_type=code is supported")),
        }
        if form.get("request").is_some() {
            return Err(refuse("request_not_supported", "request objects are not supported"));
        }
        if form.get("request_uri").is_some() {
            return Err(refuse("request_uri_not_supported", "request_uri is not supported"));
        }
        if form.get("response_mode").is_some_and(|mode| mode != "query") {
            return Err(refuse("invalid_request", "only response_mode=query is supported"));
        }
        let scope = form.get("scope").unwrap_or_default();
        check_scope(shape, scope).map_err(|description| refuse("invalid_scope", &description))?;
        if shape.is_okta() && to.state.is_none() {
            return Err(refuse("invalid_request", "The authentication request has an invalid 'state' parameter."));
        }
        let code_challenge = check_pkce(form).map_err(|description| refuse("invalid_request", description))?;
        Ok(Self { client, to, form, scope: scope.to_owned(), code_challenge })
    }

    /// The host that the login page will send the browser to, for `form-action`.
    pub(crate) fn redirect_origin(&self) -> String {
        url::Url::parse(self.to.redirect_uri).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
    }

    pub(crate) fn login_hint(&self) -> Option<&str> {
        self.form.get("login_hint")
    }

    fn has_prompt(&self, prompt: &str) -> bool {
        self.form.get("prompt").is_some_and(|prompts| prompts.split(' ').any(|one| one == prompt))
    }
}

fn is_registered(world: &World, client: &Client, requested: &str) -> bool {
    let common = (8400..8410).map(|port| format!("http://localhost:{port}/callback"));
    common
        .chain(world.options.redirect_uris.iter().cloned())
        .chain(client.redirect_uris.iter().cloned())
        .any(|registered| world.options.shape.redirect_matches(&registered, requested))
}

fn check_scope(shape: &ProviderShape, scope: &str) -> Result<(), String> {
    let known = scopes(shape);
    if let Some(unknown) = scope.split(' ').find(|one| !one.is_empty() && !known.contains(one)) {
        return Err(format!("unknown scope: {unknown}"));
    }
    if scope.split(' ').any(|one| one == "openid") { Ok(()) } else { Err("scope must contain openid".to_owned()) }
}

/// RFC 7636 section 4.4.1; `plain`, also by leaving the method out, is refused as RFC 9700 section 2.1.1 advises.
fn check_pkce(form: &Form) -> Result<&str, &'static str> {
    let challenge = form.get("code_challenge").ok_or("PKCE is required: code_challenge is missing")?;
    if form.get("code_challenge_method") != Some("S256") {
        return Err("code_challenge_method must be S256");
    }
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(is_base64url) {
        return Err("code_challenge is not the base64url of a SHA-256 digest");
    }
    Ok(challenge)
}

impl ReturnTo<'_> {
    fn error(&self, error: &'static str, description: &str) -> Reply {
        self.redirect(&[("error", error), ("error_description", description)]).note("error", error)
    }

    /// Appends to the query that the registered URI may have (RFC 6749 section 3.1.2).
    fn redirect(&self, parameters: &[(&str, &str)]) -> Reply {
        let Ok(mut url) = url::Url::parse(self.redirect_uri) else {
            return page::error("The redirect_uri is not a URL.");
        };
        url.query_pairs_mut()
            .extend_pairs(parameters)
            .extend_pairs(self.state.map(|state| ("state", state)))
            .extend_pairs(self.issuer.map(|issuer| ("iss", issuer)));
        Reply::redirect(url.as_str())
    }
}

/// Without a person's answer: by itself, by the browser's session, or with a page.
fn decide(world: &World, call: &Call, request: &Request<'_>) -> Reply {
    let behaviour = world.control().behaviour.clone();
    match behaviour.auto_approve {
        Some(AutoApprove::Deny) => return denied(request),
        Some(AutoApprove::Approve) => {
            let login = request.login_hint().map(str::to_owned).or(behaviour.auto_user).unwrap_or_default();
            let user = find_user(world, &login);
            let session = Session { login, auth_time: world.clock.epoch() };
            return match user {
                Some(_) => approved(world, request, &session),
                None => request.to.error("access_denied", "there is no such user"),
            };
        }
        Some(AutoApprove::Off) | None => {}
    }
    let session = session::current(world, call).filter(|(_, session)| is_fresh(world, request, session));
    let must_ask = ["login", "select_account", "consent"].iter().any(|prompt| request.has_prompt(prompt));
    match session {
        Some((_, session)) if !must_ask => approved(world, request, &session),
        None if request.has_prompt("none") => request.to.error("login_required", "nobody is signed in"),
        session => {
            let known = session.map(|(user, _)| user).filter(|_| !request.has_prompt("login"));
            page::login(world, call, request, known.as_ref())
        }
    }
}

/// `max_age` of OIDC Core section 3.1.2.1.
fn is_fresh(world: &World, request: &Request<'_>, session: &Session) -> bool {
    let max_age = request.form.get("max_age").and_then(|seconds| seconds.parse::<i64>().ok());
    max_age.is_none_or(|max_age| world.clock.epoch() - session.auth_time <= max_age)
}

fn answered(world: &World, request: &Request<'_>, answer: &str, form: &Form) -> Reply {
    if answer != "sign-in" {
        return denied(request);
    }
    let Some(user) = form.get("user").and_then(|login| find_user(world, login)) else {
        return page::error("Choose one of the people on the page.");
    };
    let (session, cookie) = session::begin(world, &user.login);
    approved(world, request, &session).header("set-cookie", &cookie)
}

/// By login, or by address: `login_hint` is usually an address.
fn find_user(world: &World, hint: &str) -> Option<User> {
    let idp = world.idp();
    let found = idp.users.iter().find(|user| user.login == hint || user.email.as_deref() == Some(hint));
    found.cloned()
}

fn denied(request: &Request<'_>) -> Reply {
    request.to.error("access_denied", "The person cancelled the sign-in.")
}

fn approved(world: &World, request: &Request<'_>, session: &Session) -> Reply {
    let login = find_user(world, &session.login).map_or_else(|| session.login.clone(), |user| user.login);
    let sign_in = SignIn {
        client_id: request.client.id.clone(),
        login: login.clone(),
        scope: request.scope.clone(),
        auth_time: session.auth_time,
        offline: request.form.get("access_type") == Some("offline"),
    };
    let code = code::issue(world, sign_in, request.to.redirect_uri, request.code_challenge, request.form.get("nonce"));
    request.to.redirect(&[("code", &code)]).note("user", login)
}
