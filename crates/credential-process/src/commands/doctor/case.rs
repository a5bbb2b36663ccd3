//! What is known of this machine before any check runs.

use std::path::{Path, PathBuf};

use ccwb_config::StateDir;

use crate::aws_files;
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::world::World;

/// The machine and, if it can be loaded, the profile.
pub(super) struct Case<'w> {
    pub(super) world: &'w World,
    pub(super) home: Option<PathBuf>,
    pub(super) state: Option<StateDir>,
    /// A configuration that cannot be loaded is a finding like any other.
    pub(super) context: Result<Context<'w>, Error>,
    requested: Option<String>,
}

impl<'w> Case<'w> {
    pub(super) fn open(world: &'w World, profile: Option<&str>) -> Self {
        let places = world.places();
        Self {
            world,
            home: places.home(),
            state: places.state_dir().ok(),
            context: Context::load(world, profile, KeyringManners::Quick),
            requested: profile.or_else(|| world.var("CCWB_PROFILE")).map(str::to_owned),
        }
    }

    /// The profile, as far as it is known.
    pub(super) fn profile_name(&self) -> Option<String> {
        self.context.as_ref().ok().map(|context| context.profile.name.clone()).or_else(|| self.requested.clone())
    }

    /// A file of AWS's: where the variable says, else below `~/.aws`.
    pub(super) fn aws_file(&self, variable: &str, name: &str) -> Option<PathBuf> {
        aws_files::place(self.world, self.home.as_deref(), variable, name)
    }

    /// A program that the `PATH` has, or that is named with its folder.
    pub(super) fn find_program(&self, program: &Path) -> Option<PathBuf> {
        if program.components().count() > 1 {
            return program.is_file().then(|| program.to_owned());
        }
        let suffixes: &[&str] = if cfg!(windows) { &["", ".exe", ".cmd", ".bat"] } else { &[""] };
        std::env::split_paths(self.world.var("PATH")?)
            .flat_map(|folder| suffixes.iter().map(move |suffix| (folder.clone(), *suffix)))
            .map(|(folder, suffix)| {
                let mut name = program.as_os_str().to_owned();
                name.push(suffix);
                folder.join(name)
            })
            .find(|path| path.is_file())
    }
}
