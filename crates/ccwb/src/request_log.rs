//! The sandbox's request log, as lines for a person.

use std::collections::BTreeMap;
use std::time::Duration;

use ccwb_sandbox::{Control, LoggedRequest};
use console::style;

/// How often the log is looked at.
const INTERVAL: Duration = Duration::from_millis(150);

/// Reads the requests as they come.
#[derive(Debug)]
pub(crate) struct Follower {
    control: Control,
    last: u64,
}

impl Follower {
    /// Starts behind the requests so far.
    pub(crate) fn new(control: &Control) -> Self {
        let last = control.requests().last().map_or(0, |request| request.sequence);
        Self { control: control.clone(), last }
    }

    /// Waits for the next requests.
    pub(crate) async fn next(&mut self) -> Vec<LoggedRequest> {
        loop {
            let mut requests = self.control.requests();
            requests.retain(|request| request.sequence > self.last);
            if let Some(newest) = requests.last() {
                self.last = newest.sequence;
                return requests;
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

/// One request as a line of at most `width` columns: time, status, endpoint, parameters.
pub(crate) fn line(request: &LoggedRequest, width: usize) -> String {
    let time = request.time.get(11..19).unwrap_or(&request.time);
    let endpoint = if request.endpoint == "other" { request.path.as_str() } else { &request.endpoint };
    let endpoint = format!("{:<33}", printable(endpoint));
    let status = match request.status {
        0 => style("---".to_owned()).red(),
        status @ 400.. => style(status.to_string()).red(),
        status => style(status.to_string()).green(),
    };
    let room = width.saturating_sub(16 + endpoint.chars().count());
    let parameters = cut(&parameters(&request.parameters), room);
    format!("{}  {status}  {endpoint} {}", style(time).dim(), style(parameters).dim()).trim_end().to_owned()
}

/// What tells most comes first, what is the same each time not at all.
fn parameters(parameters: &BTreeMap<String, String>) -> String {
    const TELLING: &[&str] = &["error", "user", "grant_type", "session", "arn", "role", "model", "names"];
    const ROUTINE: &[&str] =
        &["response_type", "code_challenge_method", "scope", "redirect_uri", "client_authentication", "kid"];
    let telling = TELLING.iter().filter_map(|name| parameters.get_key_value(*name));
    let others =
        parameters.iter().filter(|(name, _)| !TELLING.contains(&name.as_str()) && !ROUTINE.contains(&name.as_str()));
    telling.chain(others).map(|(name, value)| format!("{name}={}", printable(value))).collect::<Vec<_>>().join(" ")
}

/// What a client sends must not move the cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(parameters: &[(&str, &str)]) -> LoggedRequest {
        LoggedRequest {
            sequence: 1,
            time: "2026-01-01T12:34:56.789Z".to_owned(),
            endpoint: "authorize".to_owned(),
            method: "GET".to_owned(),
            path: "/authorize".to_owned(),
            status: 302,
            fault: false,
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    #[test]
    fn a_line_has_time_status_endpoint_and_what_tells_something() {
        console::set_colors_enabled(false);
        let line = line(&request(&[("scope", "openid"), ("client_id", "c"), ("user", "alice")]), usize::MAX);
        assert_eq!(line, "12:34:56  302  authorize                         user=alice client_id=c");
    }

    #[test]
    fn a_line_fits_the_terminal_and_cannot_move_its_cursor() {
        console::set_colors_enabled(false);
        let line = line(&request(&[("client_id", &format!("\u{1b}[2J{}", "x".repeat(100)))]), 80);
        assert!(line.contains("client_id=?[2Jxxx") && line.ends_with('…'), "{line}");
        assert_eq!(line.chars().count(), 80);
    }
}
