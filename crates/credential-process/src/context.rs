//! One profile, resolved: configuration, identity, store, lock.

use std::time::Duration;

use ccwb_config::{AuthMode, Config, IdentityDigest, OidcProfile, Profile, StateDir, Storage};
use ccwb_store::{KeyringAccess, LockFile, Policy, SecretStore};

use crate::codes;
use crate::error::Error;
use crate::world::World;
use crate::{other_ways, surroundings};

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Context<'w> {
    pub(crate) world: &'w World,
    pub(crate) config: Config,
    pub(crate) profile: Profile,
    /// What the lock and the records of sign-ins are of.
    pub(crate) identity: IdentityDigest,
    /// The identity in the hands of one of many: a job, a service account.
    held: Option<IdentityDigest>,
    pub(crate) state: StateDir,
    pub(crate) store: SecretStore,
}

/// How patient the keyring may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyringManners {
    /// No prompt, and an answer within moments.
    Quick,
    /// A person waits and may be asked to unlock it.
    Person,
}

impl<'w> Context<'w> {
    /// Reads the configuration and resolves the profile: `--profile`, `CCWB_PROFILE`, the only one, `ClaudeCode`.
    pub(crate) fn load(world: &'w World, profile: Option<&str>, manners: KeyringManners) -> Result<Self, Error> {
        let places = world.places();
        let config = Config::load(&places)?;
        let name = match profile.or_else(|| world.var("CCWB_PROFILE")) {
            Some(name) => name.to_owned(),
            None => config.default_profile()?,
        };
        let mut profile = config.profile(&name)?;
        if let (AuthMode::Oidc(oidc), Some(port)) = (&mut profile.auth, world.var("REDIRECT_PORT")) {
            oidc.redirect_ports = vec![redirect_port(port)?];
        }
        let state = places.state_dir()?;
        not_in_the_home_that_sudo_left(world, &state)?;
        let identity = IdentityDigest::of(&profile);
        let context = Self {
            held: other_ways::held(world, &profile, &identity),
            identity,
            store: store(world, &profile, &state, manners),
            world,
            config,
            profile,
            state,
        };
        context.debug(|| {
            let unknown = context.config.unknown_keys(&context.profile.name).unwrap_or_default();
            format!("{}: profile {}, unknown keys: {unknown:?}", context.config.path().display(), context.profile.name)
        });
        Ok(context)
    }

    /// What cached secrets are bound to: the identity, and which of its holders this is.
    pub(crate) fn binding(&self) -> &str {
        self.held.as_ref().unwrap_or(&self.identity).as_str()
    }

    /// The sign-in part of the profile.
    pub(crate) fn oidc(&self) -> Result<&OidcProfile, Error> {
        self.profile.oidc().ok_or_else(|| {
            Error::new(
                codes::MODE_UNSUPPORTED,
                format!("profile \"{}\" does not sign in with OpenID Connect", self.profile.name),
                "use a profile with provider_domain and client_id for this",
            )
        })
    }

    /// Where a person signs in.
    pub(crate) fn signs_in_at(&self) -> Result<&str, Error> {
        match &self.profile.auth {
            AuthMode::IdentityCenter(center) => Ok(center.start_url.as_str()),
            _ => Ok(self.oidc()?.issuer.as_str()),
        }
    }

    pub(crate) fn lock(&self) -> LockFile {
        LockFile::new(self.state.lock(&self.profile.name, &self.identity))
    }

    /// The command line of another command for this profile.
    pub(crate) fn command_line(&self, arguments: &[&str]) -> String {
        self.world.command_line(Some(&self.profile.name), arguments)
    }

    /// A line for people who look for a fault; never a secret.
    pub(crate) fn debug(&self, line: impl FnOnce() -> String) {
        if self.world.flag("COGNITO_AUTH_DEBUG") {
            crate::output::note(&format!("Debug: {}", line()));
        }
    }
}

/// `sudo` may leave `HOME` as it was: a state folder of root's in there would lock its owner out.
fn not_in_the_home_that_sudo_left(world: &World, state: &StateDir) -> Result<(), Error> {
    let (true, Some(person)) = (surroundings::is_root(), world.var("SUDO_USER").filter(|user| *user != "root")) else {
        return Ok(());
    };
    let folder = state.root().ancestors().find(|folder| folder.exists()).unwrap_or(state.root());
    if !surroundings::belongs_to(folder, world.var("SUDO_UID")) {
        return Ok(());
    }
    let message =
        format!("this runs as root by sudo, and {} belongs to {person}: nothing is written there", folder.display());
    Err(Error::new(codes::STORE_FOREIGN, message, "run this without sudo; each user signs in for themselves"))
}

fn redirect_port(text: &str) -> Result<u16, Error> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
        let message = format!("REDIRECT_PORT is \"{text}\", which is not a port");
        Error::new(codes::CONFIG_VALUE, message, "set REDIRECT_PORT to a number from 1 to 65535, or unset it")
    })
}

fn store(world: &World, profile: &Profile, state: &StateDir, manners: KeyringManners) -> SecretStore {
    let (name, access) = (&profile.name, keyring_access(world, manners));
    SecretStore::new(name, policy(profile.storage), state.session_file(name), state.storage_note(name), access)
}

/// What the configuration asks for, in the store's words.
pub(crate) fn policy(storage: Storage) -> Policy {
    match storage {
        Storage::Keyring => Policy::Keyring,
        Storage::KeyringOnly => Policy::KeyringOnly,
        Storage::Session => Policy::SessionFile,
    }
}

/// How the keyring of this machine may be reached.
pub(crate) fn keyring_access(world: &World, manners: KeyringManners) -> KeyringAccess {
    let bus_socket = || {
        let runtime = world.var("XDG_RUNTIME_DIR").map(std::path::Path::new);
        runtime.is_some_and(|runtime| runtime.join("bus").exists())
    };
    KeyringAccess {
        session_bus: world.var("DBUS_SESSION_BUS_ADDRESS").is_some() || bus_socket(),
        prompt_seconds: if manners == KeyringManners::Person { 60 } else { 0 },
        // macOS and Windows ask the person themselves, in the middle of the call.
        limit: if cfg!(target_os = "linux") { Duration::from_millis(700) } else { Duration::from_secs(30) },
    }
}
