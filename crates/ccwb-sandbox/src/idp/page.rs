//! The pages that a person sees. Self-contained, no scripts, and they say that they are a stand-in.

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::authorize::Request;
use super::user::User;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

const STYLE: &str = include_str!("page.css");

/// The sign-in page. It posts to its own address, so that the request stays in one place: the query.
pub(crate) fn login(world: &World, call: &Call, request: &Request<'_>, known: Option<&User>) -> Reply {
    let action = format!("{}?{}", call.path, call.query.as_deref().unwrap_or_default());
    let users = world.idp().users.clone();
    let chosen = known
        .map(|user| user.login.as_str())
        .or(request.login_hint())
        .or(users.first().map(|user| user.login.as_str()))
        .unwrap_or_default();
    let people: String = users.iter().map(|user| person(user, matches(user, chosen))).collect();
    let (password, button) = match known {
        Some(user) => (String::new(), format!("Continue as {}", escape(&user.given_name))),
        None => (PASSWORD.to_owned(), "Sign in".to_owned()),
    };
    let body = format!(
        r#"<p class="lead">The application <strong>{client}</strong> asks you to sign in.</p>
<form method="post" action="{action}">
<fieldset><legend>Who are you?</legend>{people}</fieldset>
{password}<div class="buttons"><button class="primary" name="sandbox_action" value="sign-in">{button}</button>
<button name="sandbox_action" value="cancel" formnovalidate>Cancel</button></div>
</form>"#,
        client = escape(&request.client.id),
        action = escape(&action),
    );
    page(200, "Sign in", &body, &request.redirect_origin())
}

const PASSWORD: &str = r#"<label class="field" for="password">Password <span class="muted">(anything you like)</span></label>
<input id="password" name="password" type="password" autocomplete="off" placeholder="not checked">
"#;

/// Something went wrong that no redirect may carry.
pub(crate) fn error(message: &str) -> Reply {
    let body = format!(
        r#"<p class="lead" role="alert">{}</p><p>Go back to the application and start again.</p>"#,
        escape(message)
    );
    page(400, "This sign-in can't go on", &body, "")
}

/// A page with nothing to do on it.
pub(crate) fn message(title: &str, text: &str) -> Reply {
    page(200, title, &format!(r#"<p class="lead">{}</p>"#, escape(text)), "")
}

/// Where a device code is entered, and sent to `action`; `code` is filled in when it came with the address (RFC 8628 section 3.3.1).
pub(crate) fn device(world: &World, action: &str, code: &str, problem: Option<&str>) -> Reply {
    let people: String = world.idp().users.iter().enumerate().map(|(n, user)| person(user, n == 0)).collect();
    let problem =
        problem.map_or_else(String::new, |text| format!(r#"<p class="problem" role="alert">{}</p>"#, escape(text)));
    let body = format!(
        r#"<p class="lead">Compare the code with the one on your device. Go on only if you started this sign-in yourself.</p>
{problem}<form method="post" action="{action}">
<label class="field" for="user_code">Code</label>
<input id="user_code" name="user_code" value="{}" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
<fieldset><legend>Who are you?</legend>{people}</fieldset>
<div class="buttons"><button class="primary" name="sandbox_action" value="sign-in">Allow</button>
<button name="sandbox_action" value="cancel">Deny</button></div>
</form>"#,
        escape(code)
    );
    page(if problem.is_empty() { 200 } else { 400 }, "Connect a device", &body, "")
}

fn matches(user: &User, chosen: &str) -> bool {
    user.login == chosen || user.email.as_deref() == Some(chosen)
}

fn person(user: &User, checked: bool) -> String {
    let detail = user.email.clone().unwrap_or_else(|| "no email address".to_owned());
    let groups = match user.groups.len() {
        0 => String::new(),
        1 => " · 1 group".to_owned(),
        count => format!(" · {count} groups"),
    };
    format!(
        r#"<label class="person"><input type="radio" name="user" value="{login}"{checked} required><span><b>{name}</b><small>{detail}{groups}</small></span></label>"#,
        login = escape(&user.login),
        checked = if checked { " checked" } else { "" },
        name = escape(&user.full_name()),
        detail = escape(&detail),
    )
}

fn page(status: u16, title: &str, body: &str, redirect_origin: &str) -> Reply {
    let html = format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title} – sandbox</title><style>{STYLE}</style></head>
<body><main><p class="badge">Sandbox</p><h1>{title}</h1>
{body}
<footer>This page stands in for your company’s sign-in page. It runs on this computer only, and nothing that you type here
leaves it.</footer></main></body></html>"#
    );
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    // Browsers check form-action against the redirect that answers the form, too.
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self' {redirect_origin}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    Reply::bytes(status, "text/html; charset=utf-8", html.into_bytes())
        .header("content-security-policy", policy.trim())
        .header("cache-control", "no-store")
        .header("x-content-type-options", "nosniff")
        .header("x-frame-options", "DENY")
        .header("referrer-policy", "no-referrer")
}

/// For text and for double-quoted attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let reply = error("<script>alert(\"1\")</script>");
        assert!(!reply.text().contains("<script>"));
        assert!(reply.text().contains("&lt;script&gt;"));
    }

    #[test]
    fn every_page_carries_the_security_headers_and_allows_its_own_style_only() {
        let reply = message("Done", "Signed out.");
        let policy = reply.header_value("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(reply.header_value("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header_value("x-content-type-options"), Some("nosniff"));
    }
}
