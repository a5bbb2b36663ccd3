//! Which profile is asked for, and where its files are.

use std::path::PathBuf;

use ccwb_config::{Config, ConfigStamp, Places, Profile, StateDir};
use zeroize::Zeroizing;

use crate::private_read::read;
use crate::problem::Problem;
use crate::world::World;

const CONFIG: &str = "install the package from your administrator, or set CCWB_CONFIG";

/// A profile, and where to look.
pub(crate) struct Lookup<'w> {
    pub(crate) world: &'w World,
    pub(crate) profile: String,
    /// Who named the profile.
    pub(crate) named_by: &'static str,
    places: Places,
    state: StateDir,
    /// config.json as the file system sees it; not read, unless it has to be.
    pub(crate) stamp: ConfigStamp,
}

impl<'w> Lookup<'w> {
    pub(crate) fn new(world: &'w World, profile: Option<&str>) -> Result<Self, Problem> {
        let places = world.places();
        let stamp = ConfigStamp::now(&places)
            .ok_or_else(|| Problem::new("there is no config.json that can be read", CONFIG))?;
        if !stamp.is_file() {
            return Err(Problem::new(format!("{} is not a file", stamp.path.display()), CONFIG));
        }
        let state = places.state_dir().map_err(|error| Problem::new(error.to_string(), "set CCWB_STATE_DIR"))?;
        let (profile, named_by) = match profile {
            Some(name) => (name.to_owned(), "--profile"),
            None => named_by_surroundings(world, &places)?,
        };
        world.say(|| format!("profile {profile} ({named_by}), {}", stamp.path.display()));
        Ok(Self { world, profile, named_by, places, state, stamp })
    }

    pub(crate) fn header_file(&self) -> PathBuf {
        self.state.telemetry_headers(&self.profile)
    }

    /// The header file's bytes.
    pub(crate) fn read(&self) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let path = self.header_file();
        self.world.say(|| format!("header file {}", path.display()));
        read(&path)
    }

    /// The session file's bytes.
    pub(crate) fn read_session(&self) -> Result<Zeroizing<Vec<u8>>, Problem> {
        read(&self.state.session_file(&self.profile))
    }

    /// The profile as config.json has it now.
    pub(crate) fn configured(&self) -> Result<Profile, Problem> {
        load(&self.places)?.profile(&self.profile).map_err(|error| config_problem(&error))
    }
}

/// `CCWB_PROFILE`, else `AWS_PROFILE` if it is one of ours: a user may have many others. Else what config.json says.
fn named_by_surroundings(world: &World, places: &Places) -> Result<(String, &'static str), Problem> {
    if let Some(name) = world.var("CCWB_PROFILE") {
        return Ok((name, "CCWB_PROFILE"));
    }
    let config = load(places)?;
    let names = config.profile_names().map_err(|error| config_problem(&error))?;
    match world.var("AWS_PROFILE").filter(|name| names.contains(name)) {
        Some(name) => Ok((name, "AWS_PROFILE")),
        None => Ok((config.default_profile().map_err(|error| config_problem(&error))?, "config.json")),
    }
}

fn load(places: &Places) -> Result<Config, Problem> {
    Config::load(places).map_err(|error| config_problem(&error))
}

fn config_problem(error: &ccwb_config::ConfigError) -> Problem {
    Problem::new(error.to_string(), CONFIG)
}
