//! The command line: plain data, nothing resolved.
#![expect(clippy::doc_markdown, reason = "doc comments here are help texts, where backticks would be shown")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::codes;
use crate::error::Error;
use crate::renewal::Wanted;
use crate::sign_in::Method;
use crate::world::World;

/// AWS credentials for Claude Code on Amazon Bedrock, through your company's own sign-in.
///
/// Without a command it prints credentials in the form that AWS SDKs expect of a credential_process.
#[derive(Debug, Parser)]
#[command(name = "credential-process", disable_version_flag = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// The profile in config.json [default: CCWB_PROFILE, else the only one, else ClaudeCode]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Never open a browser; fail with exit code 4 where a sign-in is needed [env: CCWB_NO_BROWSER=1]
    #[arg(long, global = true)]
    pub(crate) no_browser: bool,

    /// Print the version
    #[arg(short = 'v', long)]
    pub(crate) version: bool,

    #[command(flatten)]
    pub(crate) guidance: GuidanceFlags,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print credentials for Claude Code's awsCredentialExport; never opens a browser
    Export,
    /// Sign in if needed; silent and instant when credentials are good
    Login {
        /// How to sign in
        #[arg(long, value_enum, default_value_t = Method::Auto)]
        method: Method,
        /// Sign in even if credentials are good
        #[arg(long)]
        force: bool,
        /// Show the address instead of opening a browser; the same as --method paste
        #[arg(long, conflicts_with = "method")]
        print_url: bool,
        /// Sign in as somebody else than whom your browser is signed in as; implies --force
        #[arg(long)]
        switch_account: bool,
        /// The account to sign in with, handed to the provider
        #[arg(long, value_name = "NAME")]
        login_hint: Option<String>,
    },
    /// Revoke the refresh token where the provider can, and remove everything that is stored
    Logout {
        /// Every profile in config.json
        #[arg(long)]
        all: bool,
    },
    /// Show who is signed in, what is cached until when, and the last error
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one line for Claude Code's statusLine: who, which role, until when, or what to do
    Statusline,
    /// Check everything and say what is wrong; the output is safe to paste, the exit code counts failures
    Doctor {
        /// As JSON
        #[arg(long)]
        json: bool,
        /// Ask the identity provider and AWS too
        #[arg(long)]
        live: bool,
    },
    /// Print the ID token (or the Bedrock API key, of a profile that has one), or an HTTP header with it
    Token {
        /// What to print
        #[arg(long, value_enum, default_value_t = TokenFormat::Raw)]
        format: TokenFormat,
    },
    /// Print the claims of the cached ID token
    Claims {
        /// Only the claims that become AWS principal tags
        #[arg(long)]
        tags: bool,
        /// Only the value of one principal tag
        #[arg(long, value_name = "KEY")]
        tag: Option<String>,
    },
    /// Print the region to call Bedrock in: the usual one, or the fallback while that one is down
    ///
    /// Asks each region with a request that no model answers and that costs nothing. Needs credentials that are cached or can
    /// be renewed; never opens a browser. AWS_REGION=$(credential-process region) claude starts Claude Code there.
    Region {
        /// Write the region into Claude Code's settings, where install-settings put one
        #[arg(long)]
        apply: bool,
        /// What each region said, as JSON
        #[arg(long)]
        json: bool,
    },
    /// Store, show, remove or rotate the key of a profile whose auth_type is iam-user or bedrock-api-key
    Key {
        /// What to do with it
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Start a program with the profile's Bedrock API key in its environment (AWS_BEARER_TOKEN_BEDROCK)
    Run {
        /// The program and its arguments, after --
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "PROGRAM")]
        program: Vec<OsString>,
    },
    /// Print the resolved configuration as JSON; no network, no secrets
    Explain,
    /// Install a package for this user: programs, AWS profile, Claude Code's settings
    ///
    /// What install.sh and install.ps1 run after they have checked the package. A second run changes nothing, a newer package
    /// updates, and uninstall puts back what was there before.
    Install(Install),
    /// Take back what install did: sign out, restore settings, remove the programs
    Uninstall(Uninstall),
    /// Write Claude Code's settings for the profile, and undo it with uninstall-settings
    ///
    /// Only the keys that are needed are touched: comments, order and everything else in the file stay as they are.
    /// A copy of the old file is kept beside it. A second run changes nothing.
    InstallSettings(InstallSettings),
    /// Take back what install-settings wrote, in every file
    ///
    /// Files that nobody has changed since become what they were, byte for byte. In others only what was written is
    /// taken back, and values that somebody has changed since stay.
    UninstallSettings(UninstallSettings),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
    /// The detached sign-in; started by this program only
    #[command(name = "__sign-in", hide = true)]
    SignIn {
        /// How
        #[arg(long, value_enum)]
        method: Method,
        /// Started by login: a person waits for it
        #[arg(long)]
        by_person: bool,
    },
    /// The detached renewal; started by this program only
    #[command(name = "__renew", hide = true)]
    Renew {
        /// What for
        #[arg(long, value_enum)]
        wanted: Wanted,
    },
}

/// What install installs.
#[derive(Args, Debug)]
pub(crate) struct Install {
    /// The unpacked package [default: the folder of this program]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) package: Option<PathBuf>,
    /// Set AWS_PROFILE in Claude Code's settings too: for versions before 2.1.176; every command that it runs sees it
    #[arg(long)]
    pub(crate) profile_mode: bool,
    /// Take keys of these profiles, which AWS tools would use instead, out of ~/.aws/credentials and ~/.aws/config
    #[arg(long)]
    pub(crate) remove_static_keys: bool,
    /// Change nothing, show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// How uninstall works.
#[derive(Args, Debug)]
pub(crate) struct Uninstall {
    /// The install folder [default: claude-code-with-bedrock in the home folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) installed: Option<PathBuf>,
    /// Change nothing, show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What install-settings writes, and where.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct InstallSettings {
    /// Write the managed settings of this machine, as one file or as a file of our own in managed-settings.d
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "file")]
    #[arg(conflicts_with_all = ["aws_config", "profile_mode", "remove_static_keys"])]
    pub(crate) managed: Option<Managed>,
    /// Another settings file [default: settings.json in CLAUDE_CONFIG_DIR, else in ~/.claude]
    #[arg(long, value_name = "FILE", conflicts_with = "managed")]
    pub(crate) settings: Option<PathBuf>,
    /// Set AWS_PROFILE too: for Claude Code before 2.1.176; every command that it runs sees it. Implies --aws-config
    #[arg(long)]
    pub(crate) profile_mode: bool,
    /// Add these settings too; in them __CREDENTIAL_PROCESS_PATH__ and __OTEL_HELPER_PATH__ become the programs' paths
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Write the sections of all profiles of config.json into ~/.aws/config (or AWS_CONFIG_FILE) too
    #[arg(long)]
    pub(crate) aws_config: bool,
    /// Take keys of these profiles, which AWS tools would use instead, out of ~/.aws/credentials and ~/.aws/config
    #[arg(long)]
    pub(crate) remove_static_keys: bool,
    /// Change nothing, show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// otel-helper is about to be installed beside this program.
    #[arg(skip)]
    pub(crate) helper_to_come: bool,
    /// The programs of an older install come back when this one is undone.
    #[arg(skip)]
    pub(crate) older_comes_back: bool,
    /// Claude Code's settings are left alone: the machine's will say all that is needed.
    #[arg(skip)]
    pub(crate) without_claude_code: bool,
}

/// The two forms of managed settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Managed {
    /// managed-settings.json
    File,
    /// managed-settings.d/50-claude-code-with-bedrock.json
    DropIn,
}

/// How uninstall-settings works.
#[derive(Args, Debug)]
pub(crate) struct UninstallSettings {
    /// The managed settings of this machine, and nothing else
    #[arg(long)]
    pub(crate) managed: bool,
    /// Change nothing, show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is done with a stored key.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyAction {
    /// Ask for the key, or read it from standard input, and store it in the OS keyring
    Set,
    /// Show which key is stored and how old it is; never the key itself
    Show {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove it from the keyring
    Remove,
    /// Exchange an IAM user's key for a new one, which is tried before the old one is deleted
    Rotate,
}

/// What token prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenFormat {
    /// The token; may open a browser
    Raw,
    /// {"Authorization":"Bearer ..."}; never opens a browser
    Header,
}

/// The flags of the AWS guidance's binary, for installs that use them.
#[derive(Args, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "flags of another program, kept as they are")]
pub(crate) struct GuidanceFlags {
    #[arg(long, hide = true)]
    pub(crate) get_monitoring_token: bool,
    #[arg(long, hide = true)]
    pub(crate) get_mcp_auth_header: bool,
    #[arg(long, hide = true)]
    pub(crate) clear_cache: bool,
    #[arg(long, hide = true)]
    pub(crate) check_expiration: bool,
    #[arg(long, hide = true)]
    pub(crate) refresh_if_needed: bool,
    #[arg(long, hide = true)]
    pub(crate) show_tags: bool,
    #[arg(long, hide = true)]
    pub(crate) show_claims: bool,
    #[arg(long, hide = true, value_name = "KEY")]
    pub(crate) get_tag: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) login: bool,
    #[arg(long, hide = true)]
    pub(crate) set_client_secret: bool,
    #[arg(long, hide = true)]
    pub(crate) explain: bool,
}

/// Parses the arguments; None if they asked for help, which is printed. What cannot be parsed is an error like any
/// other.
pub(crate) fn parse(world: &World) -> Result<Option<Cli>, Error> {
    if let Some(cli) = known_by_heart(&world.arguments) {
        return Ok(Some(cli));
    }
    match Cli::try_parse_from(world.arguments.iter().map(go_style)) {
        Ok(cli) => Ok(Some(cli)),
        Err(error) if error.use_stderr() => {
            let text = error.to_string();
            // The message is its first paragraph; a list of names may follow its first line.
            let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
            let message = lines.collect::<Vec<_>>().join(" ");
            let message = message.trim_start_matches("error: ");
            Err(Error::new(codes::USAGE, message, format!("run {}", world.command_line(None, &["--help"]))))
        }
        Err(help) => crate::output::text(&help.to_string()).map(|()| None),
    }
}

/// The command lines that programs call, again and again: no parser needs to be built for them, which costs more than
/// their whole work.
fn known_by_heart(arguments: &[OsString]) -> Option<Cli> {
    let mut known =
        Cli { profile: None, no_browser: false, version: false, guidance: GuidanceFlags::default(), command: None };
    let mut words = arguments.get(1..)?.iter();
    while let Some(word) = words.next() {
        match word.to_str()? {
            "--profile" | "-p" if known.profile.is_none() => known.profile = Some(value(words.next()?)?),
            "--version" | "-v" if arguments.len() == 2 => known.version = true,
            command if known.command.is_none() => known.command = Some(bare_command(command)?),
            _ => return None,
        }
    }
    Some(known)
}

/// A value that can be nothing else.
fn value(word: &OsString) -> Option<String> {
    word.to_str().filter(|word| !word.is_empty() && !word.starts_with('-')).map(ToOwned::to_owned)
}

fn bare_command(name: &str) -> Option<Command> {
    Some(match name {
        "export" => Command::Export,
        "statusline" => Command::Statusline,
        "status" => Command::Status { json: false },
        "explain" => Command::Explain,
        _ => return None,
    })
}

/// The guidance's binary takes long flags with one hyphen too (-profile X).
fn go_style(argument: &OsString) -> OsString {
    const FLAGS: &[&str] = &[
        "profile",
        "version",
        "get-monitoring-token",
        "get-mcp-auth-header",
        "clear-cache",
        "check-expiration",
        "refresh-if-needed",
        "show-tags",
        "show-claims",
        "get-tag",
        "login",
        "set-client-secret",
        "explain",
        "help",
    ];
    let flag = argument.to_str().and_then(|text| text.strip_prefix('-'));
    match flag.filter(|flag| FLAGS.contains(&flag.split('=').next().unwrap_or_default())) {
        Some(flag) => OsString::from(format!("--{flag}")),
        None => argument.clone(),
    }
}

#[cfg(test)]
mod tests;
