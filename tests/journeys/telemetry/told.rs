use std::fs;
use std::path::PathBuf;

use ccwb_tests::Output;
use serde_json::{Map, Value};

use crate::support::Journey;

/// What `otel-helper` said: one flat object of lower-case names to texts that Claude Code takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told(Map<String, Value>);

impl Told {
    #[track_caller]
    pub(crate) fn by(journey: &Journey) -> Self {
        Self::of(&journey.otel_helper(&["--profile", "ClaudeCode"]))
    }

    #[track_caller]
    pub(crate) fn of(output: &Output) -> Self {
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
        assert_eq!(output.stdout.lines().count(), 1, "{output}");
        let headers: Map<String, Value> = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output}"));
        for (name, value) in &headers {
            let value = value.as_str().unwrap_or_else(|| panic!("{name} is no text: {output}"));
            assert!(!value.is_empty() && value.chars().all(|c| matches!(c, ' '..='~')), "{name}: {value}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c)), "{name}");
        }
        Self(headers)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

pub(crate) fn header_file(journey: &Journey) -> PathBuf {
    journey.state().join("ClaudeCode.otel-headers.json")
}

/// Changes the header file.
pub(crate) fn rewrite(journey: &Journey, change: impl FnOnce(&mut Value)) {
    let path = header_file(journey);
    let mut file: Value = serde_json::from_slice(&fs::read(&path).expect("there is a header file")).expect("JSON");
    change(&mut file);
    fs::write(path, file.to_string()).expect("the state folder can be written");
}
