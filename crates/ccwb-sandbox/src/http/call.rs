use axum::body::Bytes;
use axum::http::{HeaderMap, Method};

use super::form::Form;

/// One request, read completely. `path` and `query` are as they came over the wire: signatures cover exactly those bytes.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn query(&self) -> Form {
        Form::parse(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// The body, if it says that it is a form.
    pub(crate) fn form(&self) -> Option<Form> {
        let media_type = self.header("content-type")?.split(';').next()?.trim();
        media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded").then(|| Form::parse(&self.body))
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.header("cookie")?
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}

#[cfg(test)]
impl Call {
    pub(crate) fn get(path: &str, query: &str) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            query: Some(query.to_owned()),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn post_form(path: &str, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut headers = HeaderMap::new();
        let form = axum::http::HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert("content-type", form);
        Self { method: Method::POST, headers, body: Bytes::from(body), query: None, ..Self::get(path, "") }
    }
}
