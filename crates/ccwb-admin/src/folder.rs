//! `~/.ccwb`: which profiles there are, which one is active, and how they are read and saved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ccwb_store::{LockFile, LockGuard, private_file};
use serde_json::Value;

use crate::document::ProfileDocument;
use crate::error::AdminError;
use crate::name::ProfileName;
use crate::profile::AdminProfile;

/// Saving takes milliseconds; who holds the lock for longer is not saving.
const PATIENCE: Duration = Duration::from_secs(5);

/// The administrator's folder.
#[derive(Clone, Debug)]
pub struct AdminFolder {
    root: PathBuf,
}

/// A profile as it was read, to be changed and saved.
#[derive(Clone, Debug)]
pub struct StoredProfile {
    /// Its name.
    pub name: ProfileName,
    /// Its file's content.
    pub document: ProfileDocument,
    path: PathBuf,
    /// The file when it was read; `None` for a new one.
    loaded: Option<String>,
}

impl StoredProfile {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's text when it was read; `None` for a new profile.
    pub fn loaded(&self) -> Option<&str> {
        self.loaded.as_deref()
    }

    /// Whether saving would change the file.
    pub fn is_changed(&self) -> bool {
        self.loaded.as_deref() != Some(self.document.text())
    }

    /// The profile, checked.
    pub fn profile(&self) -> Result<AdminProfile, AdminError> {
        AdminProfile::parse(&self.name, &self.document)
    }
}

impl AdminFolder {
    /// The folder at this path, `~/.ccwb` as a rule; it may not exist yet.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file of ours beside the guidance's: progress of the wizard.
    pub fn progress_file(&self, name: &ProfileName) -> PathBuf {
        self.root.join(format!("{name}.init-progress.json"))
    }

    /// The file of a profile, whether or not there is one.
    pub fn profile_file(&self, name: &ProfileName) -> PathBuf {
        self.root.join("profiles").join(format!("{name}.json"))
    }

    /// The names of all profiles, sorted.
    pub fn list(&self) -> Result<Vec<ProfileName>, AdminError> {
        let folder = self.root.join("profiles");
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(AdminError::Unreadable { path: folder, source }),
        };
        let name = |entry: std::fs::DirEntry| {
            let file = entry.file_name();
            ProfileName::parse(file.to_str()?.strip_suffix(".json")?).ok()
        };
        let mut names: Vec<ProfileName> = entries.flatten().filter_map(name).collect();
        names.sort();
        Ok(names)
    }

    /// The active profile's name, if it is one; whether there still is such a profile is seen when it is loaded.
    pub fn active(&self) -> Result<Option<ProfileName>, AdminError> {
        let Some(config) = self.config()? else { return Ok(None) };
        let name = config.written().get("active_profile").and_then(Value::as_str);
        Ok(name.and_then(|name| ProfileName::parse(name).ok()))
    }

    /// The profile that is meant: the named one, else the active one, else the only one.
    pub fn choose(&self, named: Option<&str>) -> Result<ProfileName, AdminError> {
        if let Some(name) = named {
            return ProfileName::parse(name);
        }
        if let Some(active) = self.active()? {
            return Ok(active);
        }
        match self.list()?.as_slice() {
            [only] => Ok(only.clone()),
            names => Err(AdminError::NoneActive {
                folder: self.root.clone(),
                available: names.iter().map(ProfileName::to_string).collect(),
            }),
        }
    }

    /// Makes a profile the active one.
    pub fn set_active(&self, name: &ProfileName) -> Result<(), AdminError> {
        let _lock = self.lock()?;
        let path = self.root.join("config.json");
        let loaded = self.config()?;
        let mut config = loaded.clone().unwrap_or_else(ProfileDocument::empty);
        config.set_written("schema_version", "2.0");
        config.set_written("active_profile", name.as_str());
        if !config.written().contains_key("profiles_dir") {
            config.set_written("profiles_dir", self.root.join("profiles").display().to_string());
        }
        if loaded.as_ref() != Some(&config) {
            self.write(&path, config.text())?;
        }
        Ok(())
    }

    /// Reads a profile.
    pub fn load(&self, name: &ProfileName) -> Result<StoredProfile, AdminError> {
        match self.find(name)? {
            Some(stored) => Ok(stored),
            None => Err(AdminError::NotFound {
                name: name.to_string(),
                folder: self.root.join("profiles"),
                available: self.list()?.iter().map(ProfileName::to_string).collect(),
            }),
        }
    }

    /// Reads a profile, if there is one of that name.
    pub fn find(&self, name: &ProfileName) -> Result<Option<StoredProfile>, AdminError> {
        let path = self.profile_file(name);
        let Some(text) = read(&path)? else { return Ok(None) };
        let document = ProfileDocument::parse(&path, &text)?;
        Ok(Some(StoredProfile { name: name.clone(), document, path, loaded: Some(text) }))
    }

    /// A profile that does not exist yet.
    pub fn create(&self, name: &ProfileName) -> StoredProfile {
        StoredProfile {
            name: name.clone(),
            document: ProfileDocument::new(name),
            path: self.profile_file(name),
            loaded: None,
        }
    }

    /// Saves a profile, unless somebody else changed the file since it was read. `false`: nothing had to be written.
    pub fn save(&self, stored: &mut StoredProfile) -> Result<bool, AdminError> {
        if !stored.is_changed() {
            return Ok(false);
        }
        let _lock = self.lock()?;
        if read(&stored.path)? != stored.loaded {
            return Err(AdminError::ChangedMeanwhile { path: stored.path.clone() });
        }
        self.write(&stored.path, stored.document.text())?;
        stored.loaded = Some(stored.document.text().to_owned());
        Ok(true)
    }

    fn config(&self) -> Result<Option<ProfileDocument>, AdminError> {
        let path = self.root.join("config.json");
        read(&path)?.map(|text| ProfileDocument::parse(&path, &text)).transpose()
    }

    /// Makes the folders ours alone, also those that the guidance made with the usual mode.
    fn write(&self, path: &Path, text: &str) -> Result<(), AdminError> {
        for folder in [self.root.clone(), self.root.join("profiles")] {
            private_file::create_dir(&folder)?;
            make_private(&folder);
        }
        // A profile may be a link into a repository: the link stays, its target is written.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Ok(private_file::write(&target, text.as_bytes())?)
    }

    fn lock(&self) -> Result<LockGuard, AdminError> {
        let lock = LockFile::new(self.root.join("ccwb.lock"));
        if let Some(guard) = lock.try_acquire()? {
            return Ok(guard);
        }
        lock.waiter()?.wait(PATIENCE)?;
        lock.try_acquire()?.ok_or_else(|| AdminError::Busy { path: lock.path().to_owned() })
    }
}

fn read(path: &Path) -> Result<Option<String>, AdminError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AdminError::Unreadable { path: path.to_owned(), source }),
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // Where that is not possible, the files in it are private themselves.
    let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
}

#[cfg(not(unix))]
fn make_private(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, AdminFolder) {
        let home = tempfile::tempdir().unwrap();
        let folder = AdminFolder::new(home.path().join(".ccwb"));
        (home, folder)
    }

    fn name(text: &str) -> ProfileName {
        ProfileName::parse(text).unwrap()
    }

    #[test]
    fn what_was_saved_is_listed_loaded_and_active() {
        let (_home, folder) = folder();
        assert_eq!(folder.list().unwrap(), []);
        assert!(matches!(folder.choose(None), Err(AdminError::NoneActive { .. })));
        let mut stored = folder.create(&name("A"));
        assert!(folder.save(&mut stored).unwrap());
        assert!(!folder.save(&mut stored).unwrap(), "nothing changed");
        assert_eq!(folder.choose(None).unwrap(), name("A"), "the only one");
        folder.save(&mut folder.create(&name("B"))).unwrap();
        folder.set_active(&name("B")).unwrap();
        assert_eq!(folder.list().unwrap(), [name("A"), name("B")]);
        assert_eq!(folder.choose(None).unwrap(), name("B"));
        assert_eq!(folder.load(&name("A")).unwrap().document.written()["name"], "A");
        let error = folder.load(&name("C")).unwrap_err().to_string();
        assert!(error.contains("\"C\"") && error.contains("A, B"), "{error}");
    }

    #[test]
    fn the_guidances_config_keeps_what_it_holds() {
        let (_home, folder) = folder();
        std::fs::create_dir_all(folder.root()).unwrap();
        let file = folder.root().join("config.json");
        let text = "{\n    \"schema_version\": \"2.0\",\n    \"active_profile\": \"A\",\n    \"profiles_dir\": \"/x\",\n    \"own\": 1\n}";
        std::fs::write(&file, text).unwrap();
        folder.set_active(&name("A")).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        folder.set_active(&name("B")).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text.replace("\"A\"", "\"B\""));
    }

    #[test]
    fn what_somebody_else_saved_meanwhile_is_not_lost() {
        let (_home, folder) = folder();
        folder.save(&mut folder.create(&name("A"))).unwrap();
        let mut one = folder.load(&name("A")).unwrap();
        let mut other = folder.load(&name("A")).unwrap();
        one.document.set("aws_region", "eu-west-1");
        other.document.set("aws_region", "us-east-1");
        folder.save(&mut one).unwrap();
        assert!(matches!(folder.save(&mut other), Err(AdminError::ChangedMeanwhile { .. })));
        assert_eq!(folder.load(&name("A")).unwrap().document.written()["aws_region"], "eu-west-1");
        assert!(matches!(folder.save(&mut folder.create(&name("A"))), Err(AdminError::ChangedMeanwhile { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private_also_where_the_guidance_left_them_open() {
        use std::os::unix::fs::PermissionsExt;
        let (_home, folder) = folder();
        let profiles = folder.root().join("profiles");
        std::fs::create_dir_all(&profiles).unwrap();
        let file = folder.profile_file(&name("A"));
        std::fs::write(&file, "{}").unwrap();
        let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(folder.root(), 0o755);
        set(&profiles, 0o755);
        set(&file, 0o644);
        let mut stored = folder.load(&name("A")).unwrap();
        stored.document.set("aws_region", "eu-west-1");
        folder.save(&mut stored).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.root()), mode(&profiles), mode(&file)), (0o700, 0o700, 0o600));
    }

    #[test]
    fn many_that_save_at_once_leave_one_whole_file() {
        let (_home, folder) = folder();
        folder.save(&mut folder.create(&name("A"))).unwrap();
        let savers: Vec<_> = (0..8)
            .map(|index| {
                let folder = folder.clone();
                std::thread::spawn(move || {
                    let mut stored = folder.load(&name("A")).unwrap();
                    stored.document.set("aws_region", format!("eu-west-{index}"));
                    folder.save(&mut stored).is_ok()
                })
            })
            .collect();
        let saved = savers.into_iter().map(|saver| saver.join().unwrap()).filter(|saved| *saved).count();
        assert!(saved >= 1);
        assert!(folder.load(&name("A")).unwrap().document.written()["aws_region"].is_string());
    }
}
