//! Who opens the sign-in page.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use ccwb_http::HttpClient;
use url::Url;

use super::stage::unexpected;
use crate::aws_call::http_client;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

#[derive(Debug)]
pub(crate) enum Visitor {
    /// Nobody: this program follows the redirects.
    Nobody(HttpClient),
    /// The person, in a window that opens; in `$BROWSER` if that is set.
    Person(Option<OsString>),
    /// The person, in a browser on another computer or not reachable from here.
    PersonElsewhere {
        /// `user@host`, as the person reached this computer.
        ssh: Option<String>,
    },
}

impl Visitor {
    pub(crate) fn new(no_browser: bool, surroundings: &Surroundings) -> Result<Self, Failure> {
        let browser = surroundings.get("BROWSER").map(OsString::from);
        Ok(if no_browser {
            Self::Nobody(http_client()?)
        } else if browser.is_some() || surroundings.has_display() {
            Self::Person(browser)
        } else {
            Self::PersonElsewhere { ssh: ssh_destination(surroundings) }
        })
    }

    /// Whether a person needs to see the address.
    pub(crate) fn reads_along(&self) -> bool {
        !matches!(self, Self::Nobody(_))
    }

    pub(crate) fn opens_a_window(&self) -> bool {
        matches!(self, Self::Person(_))
    }

    /// Opens the address, or says how a person can. credential-process shows the address itself.
    pub(crate) async fn visit(&self, address: &Url) -> Result<Option<Advice>, Failure> {
        Ok(match self {
            Self::Nobody(client) => {
                follow(client, address).await?;
                None
            }
            Self::Person(browser) => Some(Advice {
                tunnel: None,
                ask: match open(browser.as_ref(), address) {
                    Ok(()) => "Waiting for you to sign in there.".to_owned(),
                    Err(error) => format!("No browser could be opened ({error}): open the address by hand."),
                },
            }),
            Self::PersonElsewhere { ssh } => Some(Advice {
                tunnel: ssh.as_ref().map(|ssh| tunnel(address, ssh)),
                ask: "Waiting for you to sign in there.".to_owned(),
            }),
        })
    }
}

/// What a person should do.
#[derive(Debug)]
pub(crate) struct Advice {
    /// The command that brings a browser on another computer here.
    tunnel: Option<String>,
    ask: String,
}

impl Advice {
    pub(crate) fn give(&self, screen: &Screen) {
        if let Some(tunnel) = &self.tunnel {
            screen.ask("The address leads to this computer. On the one in front of you, first open a tunnel to here:");
            screen.copyable(tunnel);
        }
        screen.ask(&self.ask);
    }
}

/// Comes back from the provider as after Cancel (RFC 6749 section 4.1.2.1).
pub(crate) async fn cancel(authorization: &Url) -> Result<(), Failure> {
    let Some(mut callback) = parameter(authorization, "redirect_uri").and_then(|uri| Url::parse(&uri).ok()) else {
        return Ok(());
    };
    callback.query_pairs_mut().append_pair("error", "access_denied");
    if let Some(state) = parameter(authorization, "state") {
        callback.query_pairs_mut().append_pair("state", &state);
    }
    http_client()?.get_page(&callback).await.map(drop).map_err(|error| unexpected(error.to_string()))
}

/// What a browser does with an address, without showing anything. It leaves this computer for nobody.
async fn follow(client: &HttpClient, address: &Url) -> Result<(), Failure> {
    const REDIRECTS: usize = 10;
    let mut address = address.clone();
    for _ in 0..REDIRECTS {
        if !is_loopback(&address) {
            return Err(unexpected(format!("the sign-in led away from this computer, to {}", address.authority())));
        }
        let answer = client.get_page(&address).await.map_err(|error| unexpected(error.to_string()))?;
        let location = answer.headers().get("location").and_then(|location| location.to_str().ok());
        match location.and_then(|location| address.join(location).ok()) {
            Some(next) if answer.status().is_redirection() => address = next,
            _ if address.path() == "/callback" => return Ok(()),
            _ => {
                return Err(unexpected(format!(
                    "the sign-in ended at {} with status {}",
                    address.path(),
                    answer.status()
                )));
            }
        }
    }
    Err(unexpected("the sign-in redirects in circles"))
}

fn is_loopback(address: &Url) -> bool {
    matches!(address.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn open(browser: Option<&OsString>, address: &Url) -> std::io::Result<()> {
    match browser.and_then(|browser| browser.to_str()).and_then(|list| command(list, address)) {
        Some(mut command) => command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(drop),
        None => open::that_detached(address.as_str()),
    }
}

/// The person's favourite of `$BROWSER`, a list of command lines as elsewhere on Unix: `%s` stands for the address, else
/// it is appended.
fn command(list: &str, address: &Url) -> Option<Command> {
    let first = if Path::new(list).is_file() { vec![list.to_owned()] } else { shlex::split(list.split(':').next()?)? };
    let (program, arguments) = first.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments.iter().map(|argument| argument.replace("%s", address.as_str())));
    if !arguments.iter().any(|argument| argument.contains("%s")) {
        command.arg(address.as_str());
    }
    Some(command)
}

/// How the person reached this computer, from sshd's `SSH_CONNECTION`: client, its port, this host, its port.
fn ssh_destination(surroundings: &Surroundings) -> Option<String> {
    let host = surroundings.text("SSH_CONNECTION")?.split(' ').nth(2)?;
    Some(match surroundings.text("USER").or_else(|| surroundings.text("LOGNAME")) {
        Some(user) => format!("{user}@{host}"),
        None => host.to_owned(),
    })
}

/// Forwards the provider's port and the callback's, which the browser is sent to in the end.
fn tunnel(address: &Url, destination: &str) -> String {
    let provider = address.port_or_known_default();
    let callback = parameter(address, "redirect_uri").and_then(|uri| Url::parse(&uri).ok()?.port_or_known_default());
    let forwards: String =
        provider.into_iter().chain(callback).map(|port| format!("-L {port}:127.0.0.1:{port} ")).collect();
    format!("ssh {forwards}{destination}")
}

fn parameter(address: &Url, wanted: &str) -> Option<String> {
    address.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_browser_variable_may_hold_arguments_and_alternatives() {
        let address = Url::parse("http://127.0.0.1:1/a?b=c").unwrap();
        let words = |list: &str| {
            let command = command(list, &address).unwrap();
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words("node driver.mjs:w3m"), ["node", "driver.mjs", "http://127.0.0.1:1/a?b=c"]);
        assert_eq!(words("firefox --url=%s"), ["firefox", "--url=http://127.0.0.1:1/a?b=c"]);
    }

    #[test]
    fn without_a_display_the_person_is_elsewhere() {
        let visitor =
            |environment: &[(&str, &str)]| Visitor::new(false, &Surroundings::for_test("ccwb", environment)).unwrap();
        assert!(visitor(&[("DISPLAY", ":0")]).opens_a_window());
        assert!(visitor(&[("BROWSER", "w3m")]).opens_a_window());
        let ssh = [("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.9 22"), ("USER", "me")];
        assert!(matches!(visitor(&ssh), Visitor::PersonElsewhere { ssh: Some(host) } if host == "me@192.0.2.9"));
        assert!(matches!(visitor(&[]), Visitor::PersonElsewhere { ssh: None }));
    }

    #[test]
    fn a_tunnel_carries_the_page_and_the_callback() {
        let address = "http://127.0.0.1:9400/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A8401%2Fcallback";
        assert_eq!(
            tunnel(&Url::parse(address).unwrap(), "me@host"),
            "ssh -L 9400:127.0.0.1:9400 -L 8401:127.0.0.1:8401 me@host"
        );
    }

    #[tokio::test]
    async fn redirects_are_followed_on_this_computer_only() {
        let away = Url::parse("http://example.com/").unwrap();
        let failure = follow(&http_client().unwrap(), &away).await.unwrap_err();
        assert!(failure.message.contains("away from this computer"), "{}", failure.message);
    }
}
