//! How the demo learns what address credential-process wants to open.
//!
//! `$BROWSER` in the throw-away home is this program. It only hands the address over: the window is opened by the demo
//! itself, in the person's own environment, because a browser that started in the throw-away home would be a stranger's,
//! without the person's settings.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use crate::failure::{Failure, TELL_US, exit};

/// The value of `BROWSER`: a command line, to which the address is appended.
pub(crate) fn browser_variable(executable: &Path, file: &Path) -> OsString {
    let words = [executable, file].map(|path| path.to_string_lossy().into_owned());
    let [executable, file] = words.map(|word| shlex::try_quote(&word).map_or_else(|_| word.clone(), Into::into));
    format!("{executable} __browser {file}").into()
}

/// What `ccwb __browser` does. The rename makes the address appear whole.
pub(crate) fn deliver(file: &Path, address: &str) -> Result<(), Failure> {
    let new = file.with_extension("new");
    std::fs::write(&new, address)
        .and_then(|()| std::fs::rename(&new, file))
        .map_err(|error| Failure::new("hand-over", exit::UNEXPECTED, format!("{}: {error}", file.display()), TELL_US))
}

/// Waits for an address, for as long as it takes.
pub(crate) async fn receive(file: PathBuf) -> Url {
    loop {
        if let Ok(address) = tokio::fs::read_to_string(&file).await
            && let Ok(address) = Url::parse(&address)
        {
            return address;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_spaces_stay_one_word() {
        let browser = browser_variable(Path::new("/my tools/ccwb"), Path::new("/tmp/x/address"));
        assert_eq!(browser, "'/my tools/ccwb' __browser /tmp/x/address");
    }

    #[tokio::test]
    async fn what_is_delivered_is_received() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("address");
        let waiting = tokio::spawn(receive(file.clone()));
        deliver(&file, "http://127.0.0.1:1/authorize?a=b").unwrap();
        assert_eq!(waiting.await.unwrap().as_str(), "http://127.0.0.1:1/authorize?a=b");
    }
}
