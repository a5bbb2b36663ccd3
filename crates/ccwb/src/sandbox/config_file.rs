//! `--write-config`: a copy of config.json where the person wants it.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::failure::{Failure, exit};

/// Copies the sandbox's config.json. A real one is never overwritten.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if to.exists() && !is_of_a_sandbox(to) {
        return Err(Failure::new(
            "config-exists",
            exit::CONFIG,
            format!("{} is there already and is not a sandbox's", to.display()),
            "choose another path for --write-config",
        ));
    }
    replace(from, to).map_err(|error| {
        let message = format!("could not write {}: {error}", to.display());
        Failure::new("config-unwritable", exit::STORE, message, "choose a path in a folder that you can write")
    })
}

/// Whether every profile in it signs in at this computer, which no company's does.
fn is_of_a_sandbox(path: &Path) -> bool {
    let config = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(Value::Object(profiles)) = config else { return false };
    let is_local = |profile: &Value| {
        profile["oidc_issuer_url"].as_str().is_some_and(|issuer| issuer.starts_with("http://127.0.0.1:"))
    };
    !profiles.is_empty() && profiles.values().all(is_local)
}

/// Written beside it and renamed, readable for this user only.
fn replace(from: &Path, to: &Path) -> std::io::Result<()> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&std::fs::read(from)?)?;
    file.persist(to).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_s_file_is_replaced_and_a_company_s_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from.json", "config.json"].map(|name| folder.path().join(name));
        std::fs::write(&from, r#"{"P": {"oidc_issuer_url": "http://127.0.0.1:2"}}"#).unwrap();
        copy(&from, &to).unwrap();
        std::fs::write(&to, r#"{"P": {"oidc_issuer_url": "http://127.0.0.1:1/x"}}"#).unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), std::fs::read(&from).unwrap());
        for real in [r#"{"P": {"provider_domain": "company.okta.com"}}"#, "{}", "not json"] {
            std::fs::write(&to, real).unwrap();
            assert_eq!(copy(&from, &to).unwrap_err().code, "config-exists", "{real}");
        }
    }
}
