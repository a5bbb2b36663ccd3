use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use crate::http::call::Call;
use crate::random::hex;

/// How `host` was signed. Claude Code up to 2.1.100 leaves a non-default port out of the signed host; with AWS's own
/// endpoints on 443 nobody can tell the difference, so neither do we.
#[derive(Debug, Clone, Copy)]
pub(super) enum HostForm {
    AsSent,
    WithoutPort,
}

pub(super) fn canonical_request(call: &Call, signed_headers: &[&str], host: HostForm) -> String {
    let headers: Vec<String> =
        signed_headers.iter().map(|name| format!("{name}:{}\n", header_value(call, name, host))).collect();
    let headers = headers.concat();
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        call.method,
        canonical_path(&call.path),
        canonical_query(call.query.as_deref().unwrap_or_default()),
        signed_headers.join(";"),
        sha256_hex(&call.body),
    )
}

/// RFC 3986 unreserved characters stay.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ESCAPED_IN_PATH: &AsciiSet = &ESCAPED.remove(b'/');

/// For every service but S3 the path is normalised and encoded once more than on the wire: `%3A` is signed as `%253A`.
fn canonical_path(path: &str) -> String {
    utf8_percent_encode(&normalized(path), ESCAPED_IN_PATH).to_string()
}

/// RFC 3986 section 6.2.2.3, and runs of slashes as one.
fn normalized(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    let trailing = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{trailing}", segments.join("/"))
}

fn canonical_query(query: &str) -> String {
    let encode = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8_lossy().into_owned();
        utf8_percent_encode(&decoded, ESCAPED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Values of one name joined by commas, trimmed, inner runs of spaces as one.
fn header_value(call: &Call, name: &str, host: HostForm) -> String {
    let values = call.headers.get_all(name).iter();
    let values: Vec<String> = values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let value = values.join(",");
    match host {
        HostForm::WithoutPort if name == "host" => value.split(':').next().unwrap_or_default().to_owned(),
        _ => value,
    }
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_encoded_a_second_time() {
        assert_eq!(canonical_path("/model/a-v1%3A0/invoke"), "/model/a-v1%253A0/invoke");
        assert_eq!(canonical_path("/model/a-v1:0/invoke"), "/model/a-v1%3A0/invoke");
        assert_eq!(canonical_path("/"), "/");
        assert_eq!(canonical_path("//a/./b/../c/"), "/a/c/");
    }

    #[test]
    fn the_query_is_sorted_and_encoded_once() {
        assert_eq!(canonical_query("b=2&a=%3a&c"), "a=%3A&b=2&c=");
    }
}
