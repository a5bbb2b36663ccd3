//! Answers of the query protocol, for CloudFormation and IAM.

use super::sts::xml::{element, text};
use crate::http::reply::Reply;
use crate::random;

/// An error answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueryError {
    status: u16,
    code: &'static str,
    pub(super) message: String,
}

impl QueryError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The code for whatever else is wrong with a request.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }

    pub(super) fn reply(self, namespace: &str) -> Reply {
        let error = [text("Type", "Sender"), text("Code", self.code), text("Message", &self.message)];
        let children = [element("Error", &error), text("RequestId", &random::uuid())].concat();
        let body = format!(r#"<ErrorResponse xmlns="{namespace}">{children}</ErrorResponse>"#);
        Reply::bytes(self.status, "text/xml", body.into_bytes()).note("error", self.code)
    }
}

/// `<ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…`.
pub(super) fn response(namespace: &str, action: &str, result: &str) -> Reply {
    let metadata = element("ResponseMetadata", &[text("RequestId", &random::uuid())]);
    let body = format!(
        r#"<{action}Response xmlns="{namespace}"><{action}Result>{result}</{action}Result>{metadata}</{action}Response>"#
    );
    Reply::bytes(200, "text/xml", body.into_bytes())
}

/// `<Name><member>…</member>…</Name>`.
pub(super) fn list(name: &str, members: impl IntoIterator<Item = String>) -> String {
    let members: String = members.into_iter().map(|member| format!("<member>{member}</member>")).collect();
    format!("<{name}>{members}</{name}>")
}
