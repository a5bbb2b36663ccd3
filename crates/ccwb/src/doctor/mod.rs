//! `ccwb doctor`: whether this computer has what an administrator's commands need. What it prints is safe to paste.

mod bedrock;
mod redaction;

use std::path::{Path, PathBuf};
use std::time::Duration;

use ccwb_admin::{AdminFolder, AdminProfile};
use ccwb_package::{CHECKSUMS_FILE, Platform};
use clap::Args;
use serde_json::Value;
use url::Url;

use self::redaction::Redaction;
use crate::aws::{Account, AwsArguments};
use crate::failure::{Failure, exit};
use crate::row::{Outcome, Row, Table};
use crate::screen::Screen;
use crate::status::package::{MadeFrom, newest};
use crate::surroundings::Surroundings;
use crate::{administrator, http, package};

/// `ccwb doctor`.
#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    /// The profile whose AWS account, package and identity provider are looked at [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// The AWS profile with your own (the administrator's) credentials [default: the AWS SDKs' usual chain]
    #[arg(long, value_name = "NAME")]
    pub(crate) aws_profile: Option<String>,

    /// Where packages are: PROFILE/TIME/ below it
    #[arg(short, long, value_name = "FOLDER", default_value = "dist")]
    pub(crate) output: PathBuf,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Look whether Claude can be called on Bedrock, and say of each refusal which cause it has, why, and what to do
    ///
    /// With the credentials that a developer would use: the profile that the environment names, else the installed one
    /// (ClaudeCode), else the usual chain. Everything but --api is free.
    #[arg(long)]
    pub(crate) bedrock: bool,

    /// The region that calls go to [default: that of --profile, the environment, the AWS profile or the active profile]
    #[arg(long, value_name = "REGION", requires = "bedrock")]
    pub(crate) region: Option<String>,

    /// Models: aliases, IDs, inference profiles or ARNs [default: the newest of haiku, sonnet and opus]
    #[arg(long = "model", value_name = "MODEL", value_delimiter = ',', requires = "bedrock")]
    pub(crate) models: Vec<String>,

    /// The account that the credentials should be of [default: that of the administrator's profile]
    #[arg(long, value_name = "ACCOUNT", requires = "bedrock")]
    pub(crate) account: Option<String>,

    /// Also ask each model for one token, which costs that much
    #[arg(long, requires = "bedrock")]
    pub(crate) api: bool,
}

/// What is waited for before it counts as not reachable.
const LIMIT: Duration = Duration::from_secs(15);
/// AWS refuses signatures that are five minutes off.
const CLOCK_LIMIT_SECONDS: i64 = 300;

pub(crate) async fn run(arguments: &DoctorArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let screen = if arguments.json { Screen::beside_json() } else { Screen::of_process() };
    let redaction = Redaction::of(surroundings);
    let mut doctor = Doctor { arguments, surroundings, redaction, table: Table::new(&screen) };
    screen.title(&format!("ccwb {} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS), "");
    match arguments.bedrock {
        true => Box::pin(doctor.examine_bedrock()).await,
        false => doctor.examine().await,
    }
    let table = doctor.table;
    if arguments.json {
        Screen::of_process().line(format!("{:#}", table.json()));
    } else {
        screen.blank();
        screen.line(format!("  {}", console::style(table.summary()).bold()));
    }
    match table.count(Outcome::Failed) {
        0 => Ok(()),
        failed => Err(Failure::told(exit_code(failed))),
    }
}

/// The number of failures; no shell gives codes above this a meaning of its own.
fn exit_code(failed: usize) -> u8 {
    u8::try_from(failed.min(100)).unwrap_or(100)
}

struct Doctor<'a> {
    arguments: &'a DoctorArguments,
    surroundings: &'a Surroundings,
    redaction: Redaction,
    table: Table<'a>,
}

impl Doctor<'_> {
    async fn examine(&mut self) {
        let profile = self.profiles();
        self.add("programs", self.programs());
        let Some(profile) = profile else {
            for check in ["newest package", "AWS credentials", "identity provider", "clock"] {
                self.skip(check, "needs a valid profile");
            }
            return;
        };
        self.package(&profile);
        self.aws(&profile).await;
        self.provider(&profile).await;
    }

    fn add(&mut self, check: &str, result: Result<String, Failure>) {
        let mut row = Row::of(check, result);
        row.detail = self.redaction.clean(&row.detail);
        row.hint = row.hint.map(|hint| self.redaction.clean(&hint));
        self.table.add(row);
    }

    fn skip(&mut self, check: &str, reason: &str) {
        self.table.add(Row::skipped(check, self.redaction.clean(reason)));
    }

    /// Every profile; the one that is meant, if it is valid.
    fn profiles(&mut self) -> Option<AdminProfile> {
        let folder = match administrator::folder(self.surroundings) {
            Ok(folder) => folder,
            Err(failure) => {
                self.add("profiles", Err(failure));
                return None;
            }
        };
        let names = match folder.list() {
            Ok(names) => names,
            Err(error) => {
                self.add("profiles", Err(error.into()));
                return None;
            }
        };
        if names.is_empty() {
            self.skip("profiles", "there is none yet: ccwb init makes one");
            return None;
        }
        for name in &names {
            let loaded = folder.load(name).and_then(|stored| stored.profile());
            let about = |profile: AdminProfile| match profile.oidc() {
                Some(oidc) => format!("valid; {:?}, {}", oidc.provider, profile.aws_region),
                None => format!("valid; {}", profile.aws_region),
            };
            self.add(&format!("profile {name}"), loaded.map(about).map_err(Failure::from));
        }
        self.add("privacy", privacy(&folder));
        let meant = folder.choose(self.arguments.profile.as_deref()).and_then(|name| folder.load(&name)?.profile());
        match meant {
            Ok(profile) => Some(profile),
            // A profile that is not valid was told above.
            Err(error) if self.arguments.profile.is_none() => {
                self.skip("active profile", error.to_string().lines().next().unwrap_or_default());
                None
            }
            Err(error) => {
                self.add("active profile", Err(error.into()));
                None
            }
        }
    }

    /// Where `ccwb package` would take its programs from.
    fn programs(&self) -> Result<String, Failure> {
        let beside = self.surroundings.executable().parent().unwrap_or(Path::new("."));
        if beside.join(CHECKSUMS_FILE).is_file() {
            let has = |platform: &&Platform| {
                beside.join(ccwb_package::Program::CredentialProcess.file_name(**platform)).is_file()
            };
            let names: Vec<&str> = Platform::ALL.iter().filter(has).map(|platform| platform.name()).collect();
            return Ok(format!("a release beside ccwb, for {}", names.join(", ")));
        }
        let missing = |what: &str| {
            let hint = "download a release and name its folder with ccwb package --binaries";
            Err(Failure::new("programs-missing", exit::CONFIG, what.to_owned(), hint))
        };
        if package::programs::checkout(self.surroundings).is_none() {
            return missing("there is no release beside ccwb and no checkout to build from");
        }
        match on_path(self.surroundings, "cargo") {
            Some(_) => Ok("a checkout and cargo, which builds for this computer and for installed targets".to_owned()),
            None => missing("there is a checkout, and no cargo on the PATH to build it"),
        }
    }

    fn package(&mut self, profile: &AdminProfile) {
        match newest(&self.arguments.output, profile, &profile.outputs) {
            None => self.skip("newest package", "there is none yet: ccwb package makes one"),
            Some(package) => {
                let folder = package.folder.display();
                match package.made_from {
                    MadeFrom::This => self.add("newest package", Ok(format!("{folder} is current"))),
                    MadeFrom::Other(keys) => {
                        let message = format!("{folder} is out of date: {}", keys.join(", "));
                        self.add(
                            "newest package",
                            Err(Failure::new("package-outdated", exit::CONFIG, message, "run ccwb package")),
                        );
                    }
                    MadeFrom::Unknown(problem) => self.skip("newest package", &problem),
                }
            }
        }
    }

    async fn aws(&mut self, profile: &AdminProfile) {
        const CHECK: &str = "AWS credentials";
        let arguments = AwsArguments { aws_profile: self.arguments.aws_profile.clone(), give_up_after: 5 };
        let opened = tokio::time::timeout(LIMIT, Account::open(&arguments, profile, self.surroundings)).await;
        match opened {
            Ok(Ok(account)) => {
                let whose = if profile.aws_account_id.is_some() { ", the profile's" } else { "" };
                self.add(CHECK, Ok(format!("of account {}{whose}", account.identity.account)));
            }
            Ok(Err(failure)) if failure.code == "aws-credentials-missing" => {
                self.skip(CHECK, "there are none: deploy, status and destroy need them");
            }
            Ok(Err(failure)) if failure.exit == exit::NETWORK => self.skip(CHECK, "AWS cannot be reached from here"),
            Ok(Err(failure)) => self.add(CHECK, Err(failure)),
            Err(_) => self.skip(CHECK, "AWS did not answer in time"),
        }
    }

    /// OpenID Connect Discovery 1.0, section 4; the answer's date also tells the time.
    async fn provider(&mut self, profile: &AdminProfile) {
        let Some(oidc) = profile.oidc() else {
            self.skip("identity provider", "people do not sign in through one");
            self.skip("clock", "nobody was asked for the time");
            return;
        };
        let issuer = oidc.issuer.as_str().trim_end_matches('/');
        let client = match http::client(self.surroundings, LIMIT) {
            Ok(client) => client,
            Err(error) => {
                let hint = "check the variables of proxies and certificate authorities (HTTPS_PROXY, AWS_CA_BUNDLE)";
                self.add(
                    "identity provider",
                    Err(Failure::new("network-settings", exit::CONFIG, error.to_string(), hint)),
                );
                return;
            }
        };
        let address = Url::parse(&format!("{issuer}/.well-known/openid-configuration"));
        let answer = match address {
            Ok(address) => client.get_json(&address).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match answer {
            Err(problem) => self.skip("identity provider", &format!("it cannot be reached from here: {problem}")),
            Ok(answer) => self.add("identity provider", discovery(issuer, answer.status().as_u16(), answer.body())),
        }
        if client.knows_the_time() {
            self.add("clock", clock(client.clock_skew()));
        } else {
            self.skip("clock", "nobody could be asked for the time");
        }
    }
}

/// A profile may hold a client secret: nobody else may read it.
#[cfg(unix)]
fn privacy(folder: &AdminFolder) -> Result<String, Failure> {
    use std::os::unix::fs::PermissionsExt;
    let is_open = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    // Behind a private folder, the modes of files do not matter.
    if !is_open(folder.root()) {
        return Ok("nobody else can read the profiles".to_owned());
    }
    let profiles = folder.list()?;
    match profiles.iter().map(|name| folder.profile_file(name)).find(|file| is_open(file)) {
        None => Ok("nobody else can read the profiles".to_owned()),
        Some(file) => Err(Failure::new(
            "profile-open",
            exit::STORE,
            format!("others on this computer can read {}", file.display()),
            format!("chmod -R go= {}", folder.root().display()),
        )),
    }
}

#[cfg(not(unix))]
fn privacy(_: &AdminFolder) -> Result<String, Failure> {
    Ok("the folder's own rights hold".to_owned())
}

fn on_path(surroundings: &Surroundings, program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = surroundings.get("PATH").unwrap_or_default();
    std::env::split_paths(path).map(|folder| folder.join(&name)).find(|file| file.is_file())
}

fn discovery(issuer: &str, status: u16, body: &[u8]) -> Result<String, Failure> {
    let wrong = |message: String| {
        Err(Failure::new("provider-answer", exit::CONFIG, message, "check the provider's address: ccwb init"))
    };
    if status != 200 {
        return wrong(format!("{issuer} answers {status} where its configuration should be"));
    }
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    match document["issuer"].as_str().map(|named| named.trim_end_matches('/')) {
        Some(named) if named == issuer => Ok(format!("{issuer} describes itself")),
        // Entra ID's document of a multi-tenant address names a template.
        Some(named) => wrong(format!("{issuer} calls itself {named}")),
        None => wrong(format!("{issuer} answers with something else than its configuration")),
    }
}

fn clock(skew: i64) -> Result<String, Failure> {
    if skew.abs() <= CLOCK_LIMIT_SECONDS {
        return Ok(format!("right within {} s", skew.abs().max(1)));
    }
    let direction = if skew > 0 { "behind" } else { "ahead" };
    let message = format!("this computer's clock is {} s {direction}: AWS refuses its signatures", skew.abs());
    Err(Failure::new("clock", exit::CONFIG, message, "set the clock, by the network if you can"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_must_name_itself() {
        let issuer = "https://acme.okta.com";
        assert!(discovery(issuer, 200, br#"{"issuer": "https://acme.okta.com"}"#).is_ok());
        for (status, body) in [(404, "{}"), (200, "<html>"), (200, r#"{"issuer": "https://other.okta.com"}"#)] {
            assert_eq!(discovery(issuer, status, body.as_bytes()).unwrap_err().code, "provider-answer", "{body}");
        }
    }

    #[test]
    fn five_minutes_are_what_aws_bears() {
        assert!(clock(0).is_ok() && clock(-300).is_ok());
        assert!(clock(301).unwrap_err().message.contains("301 s behind"));
        assert!(clock(-4000).unwrap_err().message.contains("4000 s ahead"));
    }

    #[test]
    fn the_exit_code_counts_failures_and_stays_below_those_with_a_meaning() {
        assert_eq!((exit_code(3), exit_code(300)), (3, 100));
    }
}
