//! The one place where environment, arguments and clock are read, and the one that writes to standard error.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use ccwb_config::Places;

/// Where the collector may be asked for, in the words of OpenTelemetry.
const ENDPOINTS: &[&str] = &[
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];

/// The surroundings.
pub(crate) struct World {
    /// Unix seconds.
    pub(crate) now: i64,
    verbose: bool,
}

impl World {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    pub(crate) fn from_process(verbose: bool) -> Self {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let world = Self { now: i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX), verbose: false };
        // The guidance's switch for the same.
        Self { verbose: verbose || world.var("DEBUG_MODE").is_some(), ..world }
    }

    pub(crate) fn arguments() -> impl Iterator<Item = OsString> {
        std::env::args_os().skip(1)
    }

    /// A variable; one that is set to nothing counts as not set.
    pub(crate) fn var(&self, name: &str) -> Option<String> {
        self.path(name)?.into_os_string().into_string().ok()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    #[expect(clippy::unused_self, reason = "nobody asks for the environment who was not given the world")]
    fn path(&self, name: &str) -> Option<PathBuf> {
        std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    pub(crate) fn places(&self) -> Places {
        Places {
            config_override: self.path("CCWB_CONFIG"),
            state_override: self.path("CCWB_STATE_DIR"),
            executable: std::env::current_exe().ok(),
            home_override: None,
        }
    }

    /// The collector's addresses, as Claude Code has them.
    pub(crate) fn endpoints(&self) -> Vec<String> {
        ENDPOINTS.iter().filter_map(|name| self.var(name)).collect()
    }

    /// A line for a person who asked for more.
    pub(crate) fn say(&self, line: impl FnOnce() -> String) {
        if self.verbose {
            let _ = writeln!(std::io::stderr(), "otel-helper: {}", line());
        }
    }
}

/// `otel-helper <version> (<commit>)`, as the guidance's program prints it.
pub(crate) fn version() -> String {
    format!("otel-helper {} ({})\n", env!("CARGO_PKG_VERSION"), option_env!("CCWB_COMMIT").unwrap_or("unknown"))
}
