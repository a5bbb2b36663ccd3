//! What texts must and must not hold.

use url::Url;

/// A message for a person: nothing in it can move the cursor, ring the bell or end the line, whoever wrote it.
pub(crate) fn assert_printable(message: &str) {
    assert!(!message.chars().any(char::is_control), "control characters in {message:?}");
}

/// An address that secrets may be sent to.
pub(crate) fn assert_trustworthy(url: &Url) {
    let host = url.host_str().unwrap_or_default();
    let local = host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]";
    assert!(url.scheme() == "https" || (url.scheme() == "http" && local), "{url} is not encrypted");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{url}");
}

/// One line as SDKs take it from a `credential_process`: the keys in their order, and an expiration that all of them read.
pub(crate) fn assert_process_json(line: &str) -> serde_json::Map<String, serde_json::Value> {
    assert!(!line.contains('\n'), "more than one line");
    let mut at = 0;
    for key in ["{\"Version\":1,", "\"AccessKeyId\":", "\"SecretAccessKey\":", "\"SessionToken\":", "\"Expiration\":"] {
        at += line[at..].find(key).unwrap_or_else(|| panic!("no {key} in its place"));
    }
    let object: serde_json::Map<_, _> = serde_json::from_str(line).expect("the line is JSON");
    assert_eq!(object.len(), 5);
    let expiration = object["Expiration"].as_str().expect("a text");
    let form = "0000-00-00T00:00:00Z";
    let fits = expiration.len() == form.len()
        && expiration.bytes().zip(form.bytes()).all(|(found, form)| match form {
            b'0' => found.is_ascii_digit(),
            other => found == other,
        });
    assert!(fits, "Expiration is {expiration:?}");
    object
}
