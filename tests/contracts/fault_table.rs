//! Ways in which a server can fail, and what each is to become.

use ccwb_sandbox::Fault;
use serde_json::{Value, json};

use crate::failure::exit;

/// Where it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Discovery,
    Keys,
    Exchange,
    Refresh,
    Cognito,
    Sts,
}

impl At {
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "jwks",
            Self::Exchange => "token:authorization_code",
            Self::Refresh => "token:refresh_token",
            Self::Cognito => "cognito",
            Self::Sts => "sts",
        }
    }

    fn is_aws(self) -> bool {
        matches!(self, Self::Cognito | Self::Sts)
    }

    fn is_token(self) -> bool {
        matches!(self, Self::Exchange | Self::Refresh)
    }

    /// Nobody answered.
    pub(crate) fn unreachable(self) -> Outcome {
        Outcome::fails(
            exit::NETWORK,
            if self.is_aws() { "aws-unreachable" } else { "provider-unreachable" },
            "check the network",
        )
    }

    /// Somebody answered who is not the provider, or not AWS.
    fn no_answer(self) -> Outcome {
        if self.is_aws() {
            Outcome::fails(exit::AWS, "aws-answer", "try again in a minute")
        } else {
            Outcome::fails(exit::PROVIDER, "provider-answer", "try again in a minute")
        }
    }

    /// Somebody on the way answered.
    fn portal() -> Outcome {
        Outcome::fails(exit::NETWORK, "captive-portal", "the network's login page")
    }

    fn refused(self) -> Outcome {
        if self.is_aws() {
            Outcome::fails(exit::AWS, "aws-refused", "your administrator")
        } else {
            Outcome::fails(exit::PROVIDER, "provider-refused", "your administrator")
        }
    }
}

/// What a command is to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: i32,
    pub(crate) code: &'static str,
    /// What the hint is about.
    pub(crate) hint: &'static str,
    /// It may also work all the same.
    pub(crate) may_work: bool,
    /// Only a sign-in helps: the refresh token is no longer good, or gives no ID token.
    pub(crate) needs_sign_in: bool,
}

impl Outcome {
    fn fails(exit: i32, code: &'static str, hint: &'static str) -> Self {
        Self { exit, code, hint, may_work: false, needs_sign_in: false }
    }
}

/// One row: its name, the fault, and what is to become of it.
pub(crate) type Row = (&'static str, Fault, Outcome);

/// Everything that can happen quickly at this endpoint.
pub(crate) fn rows(at: At) -> Vec<Row> {
    let fault = || Fault { endpoint: at.endpoint().into(), ..Fault::default() };
    let status = |status, body: Value| Fault { status: Some(status), body: Some(body), ..fault() };
    let html = "<html><body><h1>Welcome to the hotel's network</h1></body></html>";
    let json_type = Some("application/json".to_owned());
    let mut rows = vec![
        ("reset", Fault { drop: true, ..fault() }, at.unreachable()),
        ("cut off", Fault { truncate: Some(10), ..fault() }, at.unreachable()),
        ("404", status(404, json!("not here")), at.no_answer()),
        (
            "429",
            Fault { headers: [("retry-after".into(), "1".into())].into(), ..status(429, json!("slow down")) },
            at.no_answer(),
        ),
        ("500", status(500, json!({"message": "oops"})), at.no_answer()),
        ("500 HTML", status(500, json!(html)), at.no_answer()),
        ("HTML with 200", status(200, json!(html)), At::portal()),
        ("half a JSON", Fault { content_type: json_type, ..status(200, json!("{\"id_token\": \"")) }, at.no_answer()),
        ("nothing with 200", status(200, json!("")), at.no_answer()),
        (
            "a redirect",
            Fault { headers: [("location".into(), "/elsewhere".into())].into(), ..status(302, json!("")) },
            at.no_answer(),
        ),
        (
            "a redirect to another host",
            Fault { headers: [("location".into(), "http://login.example/".into())].into(), ..status(302, json!("")) },
            At::portal(),
        ),
        // A lax client may read it all the same.
        (
            "wrong content type",
            Fault { headers: [("content-type".into(), "text/plain".into())].into(), ..fault() },
            Outcome { may_work: true, ..at.no_answer() },
        ),
    ];
    if at.is_token() {
        rows.push(("invalid_client", status(401, json!({"error": "invalid_client"})), at.refused()));
        rows.push((
            "invalid_request",
            status(400, json!({"error": "invalid_request", "error_description": "no"})),
            at.refused(),
        ));
        rows.push(("server_error", status(500, json!({"error": "server_error"})), at.refused()));
        let grant = Outcome { needs_sign_in: at == At::Refresh, ..at.refused() };
        rows.push((
            "invalid_grant",
            status(400, json!({"error": "invalid_grant", "error_description": "gone"})),
            grant,
        ));
        // OpenID Connect Core 1.0, section 12.2 allows a refresh without one; then only a sign-in gives one.
        let without = Outcome { needs_sign_in: at == At::Refresh, ..at.no_answer() };
        rows.push(("no ID token", status(200, json!({"access_token": "a", "token_type": "Bearer"})), without));
    }
    if at == At::Cognito {
        let refusal = |code: &str, message: &str| status(400, json!({"__type": code, "message": message}));
        rows.push((
            "not authorized",
            refusal("NotAuthorizedException", "Token is not from a supported provider"),
            at.refused(),
        ));
        rows.push(("unknown pool", refusal("ResourceNotFoundException", "IdentityPool not found."), at.refused()));
        rows.push(("throttled", refusal("TooManyRequestsException", "Rate exceeded"), at.refused()));
    }
    if at == At::Sts {
        let refusal = |status_code, code: &str| {
            let text = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
            );
            Fault { content_type: Some("text/xml".into()), ..status(status_code, json!(text)) }
        };
        rows.push(("access denied", refusal(403, "AccessDenied"), at.refused()));
        rows.push(("expired token", refusal(400, "ExpiredTokenException"), at.refused()));
        rows.push(("throttled", refusal(400, "Throttling"), at.refused()));
    }
    rows
}
