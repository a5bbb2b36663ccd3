//! What each file is to hold, from the command line, config.json and this machine.

use std::path::{Path, PathBuf};

use ccwb_config::{Config, Profile};
use ccwb_install::aws_profile::{self, StaticKeys};
use ccwb_install::{
    Audience, ClaudeSettings, Entry, Form, Found, Identity, InstallError, Models, Programs, Record, Step, System, Wish,
    template,
};

use crate::aws_files;
use crate::cli::{InstallSettings, Managed};
use crate::codes;
use crate::error::Error;
use crate::world::World;

/// What is to be written, and what the person should know of it.
pub(super) struct Wishes {
    pub(super) wishes: Vec<Wish>,
    pub(super) notes: Vec<String>,
}

impl Wishes {
    pub(super) fn of(
        world: &World,
        profile: Option<&str>,
        wanted: &InstallSettings,
        record: &Record,
    ) -> Result<Self, Error> {
        let config = Config::load(&world.places())?;
        let name = match profile.or_else(|| world.var("CCWB_PROFILE")) {
            Some(name) => name.to_owned(),
            None => config.default_profile()?,
        };
        let profile = config.profile(&name)?;
        let (programs, profiles) = (programs(world, wanted.helper_to_come)?, config.profile_names()?);
        let mut all = Self { wishes: Vec::new(), notes: Vec::new() };
        if !wanted.without_claude_code {
            all.claude_code(world, &profile, &programs, &profiles, wanted)?;
        }
        if wanted.aws_config || wanted.profile_mode {
            all.aws_config(world, &config, &programs, wanted.remove_static_keys, record)?;
        }
        if wanted.remove_static_keys {
            all.aws_credentials(world, &config)?;
        }
        all.wishes.iter_mut().for_each(|wish| wish.older_comes_back = wanted.older_comes_back);
        Ok(all)
    }

    fn claude_code(
        &mut self,
        world: &World,
        profile: &Profile,
        programs: &Programs,
        profiles: &[String],
        wanted: &InstallSettings,
    ) -> Result<(), Error> {
        let identity =
            if wanted.profile_mode || profile.claude.sets_aws_profile { Identity::Profile } else { Identity::Hooks };
        let settings = ClaudeSettings::of(profile, programs, models(profile), identity);
        let mut entries = settings.entries(wanted.managed.is_some());
        if let Some(from) = &wanted.from {
            let template = Found::read(from).map_err(InstallError::from)?;
            let missing = || {
                let message = format!("{} does not exist", from.display());
                Error::new(codes::SETTINGS_FILE, message, "name a settings file with --from")
            };
            let text = template.text.ok_or_else(missing)?;
            let combined = template::combine(&text, programs, entries);
            entries = combined.map_err(|problem| InstallError::Malformed { path: from.clone(), problem })?;
        }
        if profile.monitoring.enabled && programs.otel_helper.is_none() {
            self.notes.push(
                "otel-helper is not beside this program: telemetry will not say who the user is. Install it and run this again."
                    .to_owned(),
            );
        }
        let path = settings_file(world, wanted)?;
        let is_managed = wanted.managed.is_some();
        if is_managed && home(world).is_ok_and(|home| world.executable.starts_with(home)) {
            self.notes.push(format!(
                "{} is in a home folder: other users of this machine cannot run it.",
                world.executable.display()
            ));
        }
        let audience = if is_managed { Audience::Everybody } else { Audience::Owner };
        self.wishes.push(Wish {
            path,
            form: Form::ClaudeSettings,
            entries,
            profiles: profiles.to_vec(),
            older_comes_back: false,
            audience,
        });
        Ok(())
    }

    fn aws_config(
        &mut self,
        world: &World,
        config: &Config,
        programs: &Programs,
        remove_static_keys: bool,
        record: &Record,
    ) -> Result<(), Error> {
        let path = aws_file(world, "AWS_CONFIG_FILE", "config")?;
        // What was taken away once stays away until it is undone.
        let removed_before = record.files.get(&path).is_some_and(|known| {
            known
                .remembered
                .ours
                .iter()
                .any(|owned| owned.value.is_none() && owned.key.ends_with(&["aws_access_key_id".to_owned()]))
        });
        let found = Found::read(&path).map_err(InstallError::from)?;
        let ini = found.text.as_deref().and_then(|text| aws_files::parse(text).ok()).unwrap_or_default();
        let (mut entries, mut profiles) = (Vec::new(), Vec::new());
        for profile in signing_in(config)? {
            let region = profile.claude.bedrock_region.as_ref().unwrap_or(&profile.aws_region);
            let removes = remove_static_keys || removed_before;
            let program = &programs.credential_process;
            entries.extend(aws_profile::config_entries(programs.system, &profile.name, program, region, removes));
            if !removes && ini.value(&profile.name, "aws_access_key_id").is_some() {
                self.notes.push(shadowed(&path, &profile.name));
            }
            if ini.profiles().iter().filter(|name| **name == profile.name).count() > 1 {
                self.notes.push(format!(
                    "{} has two sections for {}: the AWS CLI refuses such a file. Make one of them.",
                    path.display(),
                    profile.name
                ));
            }
            profiles.push(profile.name);
        }
        self.wishes.push(Wish {
            path,
            form: Form::AwsConfig,
            entries,
            profiles,
            older_comes_back: false,
            audience: Audience::Owner,
        });
        Ok(())
    }

    fn aws_credentials(&mut self, world: &World, config: &Config) -> Result<(), Error> {
        let path = aws_file(world, "AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let profiles: Vec<String> = signing_in(config)?.into_iter().map(|profile| profile.name).collect();
        let entries: Vec<Entry> =
            profiles.iter().flat_map(|profile| aws_profile::credentials_entries(profile)).collect();
        self.wishes.push(Wish {
            path,
            form: Form::AwsCredentials,
            entries,
            profiles,
            older_comes_back: false,
            audience: Audience::Owner,
        });
        Ok(())
    }
}

/// Keys that come before us and that nobody asked to take away (field report R-21).
pub(super) fn static_keys(world: &World, wishes: &[Wish], steps: &[Step]) -> Vec<String> {
    let is_removed = steps.iter().any(|step| step.form() == Form::AwsCredentials);
    let Ok(path) = aws_file(world, "AWS_SHARED_CREDENTIALS_FILE", "credentials") else { return Vec::new() };
    let Some(ini) = aws_files::look_into(&path).ok().flatten().filter(|_| !is_removed) else { return Vec::new() };
    let config = wishes.iter().find(|wish| wish.form == Form::AwsConfig);
    let profiles = config.map(|wish| wish.profiles.as_slice()).unwrap_or_default();
    let shadowing = profiles.iter().filter(|profile| StaticKeys::of(&ini, profile) != StaticKeys::None);
    shadowing.map(|profile| shadowed(&path, profile)).collect()
}

fn shadowed(path: &Path, profile: &str) -> String {
    format!(
        "{} holds keys for {profile}: AWS tools use them and never ask this program. --remove-static-keys takes them away.",
        path.display()
    )
}

/// The profiles of config.json that this program gives credentials for.
fn signing_in(config: &Config) -> Result<Vec<Profile>, Error> {
    let names = config.profile_names()?;
    let profiles: Result<Vec<Profile>, _> = names.iter().map(|name| config.profile(name)).collect();
    Ok(profiles?.into_iter().filter(|profile| profile.auth.answers_sdks()).collect())
}

/// This program and its neighbour, as they are installed.
fn programs(world: &World, helper_to_come: bool) -> Result<Programs, Error> {
    let text = |path: &Path| {
        path.to_str().filter(|path| !path.contains(['\n', '\r'])).map(str::to_owned).ok_or_else(|| {
            let message = format!("settings files cannot hold the path {}", path.display());
            Error::new(codes::SETTINGS_FILE, message, "install the program in another folder")
        })
    };
    let helper = world.executable.with_file_name(format!("otel-helper{}", std::env::consts::EXE_SUFFIX));
    Ok(Programs {
        system: System::HERE,
        credential_process: text(&world.executable)?,
        otel_helper: if helper_to_come || helper.is_file() { Some(text(&helper)?) } else { None },
    })
}

/// Models as far as config.json names them.
fn models(profile: &Profile) -> Models {
    let choices = &profile.claude;
    Models {
        model: choices.model_alias.clone().or_else(|| profile.selected_model.clone()),
        small_fast: choices.small_fast_model.clone(),
        ..Models::default()
    }
}

fn settings_file(world: &World, wanted: &InstallSettings) -> Result<PathBuf, Error> {
    if let Some(managed) = wanted.managed {
        let [file, drop_in] = managed_files();
        return Ok(match managed {
            Managed::File => file,
            Managed::DropIn => drop_in,
        });
    }
    if let Some(path) = &wanted.settings {
        return absolute(path);
    }
    match world.var("CLAUDE_CONFIG_DIR") {
        Some(folder) => absolute(&Path::new(folder).join("settings.json")),
        None => Ok(home(world)?.join(".claude").join("settings.json")),
    }
}

/// Where Claude Code looks for settings that an administrator wrote.
pub(super) fn managed_folder() -> &'static Path {
    Path::new(match std::env::consts::OS {
        "macos" => "/Library/Application Support/ClaudeCode",
        "windows" => r"C:\Program Files\ClaudeCode",
        _ => "/etc/claude-code",
    })
}

/// The two files in it that may be ours.
pub(super) fn managed_files() -> [PathBuf; 2] {
    let folder = managed_folder();
    let drop_in = folder.join("managed-settings.d").join("50-claude-code-with-bedrock.json");
    [folder.join("managed-settings.json"), drop_in]
}

fn aws_file(world: &World, variable: &str, name: &str) -> Result<PathBuf, Error> {
    let home = home(world)?;
    aws_files::place(world, Some(&home), variable, name)
        .map_or_else(|| Ok(home.join(".aws").join(name)), |path| absolute(&path))
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| {
        let message = format!("{} is no place for a file: {error}", path.display());
        Error::new(codes::SETTINGS_FILE, message, "name another file")
    })
}

fn home(world: &World) -> Result<PathBuf, Error> {
    Ok(world.places().home().ok_or(ccwb_config::ConfigError::NoHome)?)
}
