//! What makes the output safe to paste: the last thing that happens to every text.

use std::path::PathBuf;

use ccwb_config::ClientAuth;
use ccwb_http::printable;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::case::Case;

/// Hides what belongs to one person or company: the home folder, known secrets, and what looks like one.
pub(super) struct Redactor {
    homes: Vec<String>,
    secrets: Vec<SecretString>,
}

/// Variables whose value must not be shown, whoever repeats it.
const SECRET_VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CCWB_CLIENT_SECRET",
    "CLAUDE_CODE_MONITORING_TOKEN",
];

pub(super) const PROXY_VARIABLES: &[&str] =
    &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Shorter values would hide ordinary words.
const SHORTEST_SECRET: usize = 6;

impl Redactor {
    pub(super) fn new(case: &Case<'_>) -> Self {
        let values = SECRET_VARIABLES.iter().filter_map(|name| case.world.var(name)).map(str::to_owned);
        let proxies = PROXY_VARIABLES.iter().filter_map(|name| case.world.var(name)).filter_map(proxy_password);
        let client = case.context.as_ref().ok().and_then(|context| match &context.profile.oidc()?.client_auth {
            ClientAuth::Secret(secret) => Some(secret.expose_secret().to_owned()),
            _ => None,
        });
        Self::of(case.home.as_ref(), values.chain(proxies).chain(client))
    }

    fn of(home: Option<&PathBuf>, secrets: impl Iterator<Item = String>) -> Self {
        let named = home.map(|home| home.to_string_lossy().into_owned());
        let real = home.and_then(|home| home.canonicalize().ok()).map(|home| home.to_string_lossy().into_owned());
        let mut homes: Vec<String> = named.into_iter().chain(real).filter(|home| home.len() > 1).collect();
        homes.sort_by_key(|home| std::cmp::Reverse(home.len()));
        homes.dedup();
        let secrets = secrets.filter(|secret| secret.len() >= SHORTEST_SECRET).map(SecretString::from).collect();
        Self { homes, secrets }
    }

    pub(super) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.expose_secret(), "[hidden]");
        }
        for home in &self.homes {
            text = without_home(&text, home);
        }
        by_words(&text)
    }
}

/// A text that somebody else wrote (a server, an earlier error): no escape sequences, and no word that could be a token,
/// a code or a key.
pub(super) fn foreign(text: &str) -> String {
    const LONGEST: usize = 24;
    let text = printable(text);
    map_runs(
        &text,
        |c| c.is_ascii_alphanumeric() || "_-+=".contains(c),
        |word| {
            let opaque = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
            (word.len() >= LONGEST && opaque && !is_uuid(word)).then(|| "[hidden]".to_owned())
        },
    )
}

fn proxy_password(address: &str) -> Option<String> {
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&address).ok()?;
    // The password as it stands there; its decoded form is in nobody's message.
    url.password().map(str::to_owned)
}

/// `/home/alice/x` is `~/x`; `/home/alice2` stays.
fn without_home(text: &str, home: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(home) {
        let (before, after) = (&rest[..at], &rest[at + home.len()..]);
        let ends = after.chars().next().is_none_or(|c| !(c.is_alphanumeric() || "_-.".contains(c)));
        clean.push_str(before);
        clean.push_str(if ends { "~" } else { home });
        rest = after;
    }
    clean + rest
}

/// Words that tell by their form that they are nobody else's business.
fn by_words(text: &str) -> String {
    let in_address = |c: char| !c.is_whitespace() && !"\"'<>,;".contains(c);
    let text = map_runs(text, in_address, |word| {
        let word = without_user_info(&without_query(word));
        Some(masked_address(&word).unwrap_or(word))
    });
    let in_token = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let is_token = |word: &str| word.len() >= 20 && word.starts_with("eyJ");
    let text = map_runs(&text, in_token, |word| is_token(word).then(|| "<token>".to_owned()));
    map_runs(&text, |c| c.is_ascii_alphanumeric(), masked_number)
}

/// The query of an address may hold a code.
fn without_query(word: &str) -> String {
    match word.split_once('?') {
        Some((address, query)) if address.contains("://") && query.contains('=') => format!("{address}?..."),
        _ => word.to_owned(),
    }
}

/// `http://user:password@proxy` is `http://[hidden]@proxy`.
fn without_user_info(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://[hidden]@{host}{path}"),
        None => word.to_owned(),
    }
}

/// `alice@example.com` is `a***@example.com`.
fn masked_address(word: &str) -> Option<String> {
    if word.contains("://") {
        return None;
    }
    let (before, domain) = word.split_once('@')?;
    let start = before.rfind(|c: char| !(c.is_alphanumeric() || "._%+-".contains(c))).map_or(0, |at| at + 1);
    let start = (start..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(before.len());
    let local = &before[start..];
    let is_address = domain.contains('.') && !local.is_empty();
    is_address.then(|| {
        let first = local.chars().next().unwrap_or('*');
        format!("{}{first}***@{domain}", &before[..start])
    })
}

/// An AWS account keeps its last four digits, an access key its kind.
fn masked_number(word: &str) -> Option<String> {
    let is_account = word.len() == 12 && word.bytes().all(|b| b.is_ascii_digit());
    let is_key = word.len() >= 16
        && ["AKIA", "ASIA"].iter().any(|kind| word.starts_with(kind))
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    match (is_account, is_key) {
        (true, _) => Some(format!("********{}", &word[8..])),
        (_, true) => Some(format!("{}...", &word[..4])),
        _ => None,
    }
}

fn is_uuid(word: &str) -> bool {
    let lengths: Vec<usize> = word.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// Replaces runs of characters of one kind where `replace` says so.
fn map_runs(text: &str, is_part: impl Fn(char) -> bool, replace: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let part = is_part(first);
        let end = rest.find(|c| is_part(c) != part).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        match replace(run).filter(|_| part) {
            Some(other) => result.push_str(&other),
            None => result.push_str(run),
        }
        rest = after;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        let home = PathBuf::from("/home/alice");
        Redactor::of(Some(&home), ["hunter2hunter2".to_owned()].into_iter()).clean(text)
    }

    #[test]
    fn what_belongs_to_a_person_or_company_is_masked_and_the_rest_stays_readable() {
        for (text, expected) in [
            ("/home/alice/x and \"/home/alice\"", "~/x and \"~\""),
            ("/home/alice2/x", "/home/alice2/x"),
            ("arn:aws:iam::123456789012:role/Bedrock", "arn:aws:iam::********9012:role/Bedrock"),
            ("us-east-1:11111111-2222-3333-4444-555555555555", "us-east-1:11111111-2222-3333-4444-********5555"),
            ("for alice.o+x@example.com.", "for a***@example.com."),
            ("http://alice:hunter2hunter2@proxy:3128/x", "http://[hidden]@proxy:3128/x"),
            ("https://i.example/cb?code=abc&state=d next", "https://i.example/cb?... next"),
            ("really? a=b", "really? a=b"),
            ("it said hunter2hunter2!", "it said [hidden]!"),
            ("Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "Bearer <token>"),
            ("key AKIAIOSFODNN7EXAMPLE", "key AKIA..."),
            ("127.0.0.1:8400 (process 1234)", "127.0.0.1:8400 (process 1234)"),
        ] {
            assert_eq!(clean(text), expected);
        }
    }

    #[test]
    fn texts_of_others_lose_every_word_that_could_be_a_secret() {
        assert_eq!(foreign("code 4f9Kd03jfKdl20fKslw93jf0Lk refused"), "code [hidden] refused");
        assert_eq!(
            foreign("\u{1b}[31mNot authorized to perform sts:AssumeRoleWithWebIdentity"),
            "[31mNot authorized to perform sts:AssumeRoleWithWebIdentity"
        );
        let pool = "IdentityPool 'us-east-1:11111111-2222-3333-4444-555555555555' not found";
        assert_eq!(foreign(pool), pool);
    }
}
