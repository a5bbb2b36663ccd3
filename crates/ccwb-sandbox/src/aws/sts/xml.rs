use crate::http::reply::Reply;
use crate::random;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// An error answer of the query protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    status: u16,
    code: &'static str,
    message: String,
}

impl ApiError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// A parameter that breaks its constraint, in the words of the AWS validator.
    pub(super) fn constraint(value: &str, name: &str, constraint: &str) -> Self {
        let message = format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must {constraint}"
        );
        Self::new(400, "ValidationError", message)
    }

    pub(super) fn reply(self) -> Reply {
        let error =
            element("Error", &[text("Type", "Sender"), text("Code", self.code), text("Message", &self.message)]);
        let body = format!(
            r#"<ErrorResponse xmlns="{NAMESPACE}">{error}{}</ErrorResponse>"#,
            text("RequestId", &random::uuid())
        );
        Reply::bytes(self.status, "text/xml", body.into_bytes()).note("error", self.code)
    }
}

/// `<ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…`.
pub(super) fn response(action: &str, result: &[String]) -> Reply {
    let result = element(&format!("{action}Result"), result);
    let metadata = element("ResponseMetadata", &[text("RequestId", &random::uuid())]);
    let body = format!(r#"<{action}Response xmlns="{NAMESPACE}">{result}{metadata}</{action}Response>"#);
    Reply::bytes(200, "text/xml", body.into_bytes())
}

pub(in crate::aws) fn element(name: &str, children: &[String]) -> String {
    format!("<{name}>{}</{name}>", children.concat())
}

pub(in crate::aws) fn text(name: &str, value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<{name}>{value}</{name}>")
}
