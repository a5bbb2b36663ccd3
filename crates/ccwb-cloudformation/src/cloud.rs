//! The account, and the clients that speak to it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_config::{Region, SdkConfig};

/// An AWS account in the hands of an administrator.
#[derive(Debug)]
pub struct Cloud {
    pub(crate) config: SdkConfig,
    pub(crate) patience: Patience,
    nonce: String,
    tokens: AtomicU32,
}

/// How long to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long an operation is followed while AWS cannot be reached. As long as AWS answers, it is followed for ever.
    pub unreachable: Duration,
    /// The shortest and the longest pause between two questions.
    pub pause: (Duration, Duration),
}

impl Default for Patience {
    fn default() -> Self {
        Self { unreachable: Duration::from_mins(3), pause: (Duration::from_millis(500), Duration::from_secs(5)) }
    }
}

impl Cloud {
    /// `nonce` is part of the names of change sets: letters and digits that no other run has.
    pub fn new(config: SdkConfig, patience: Patience, nonce: String) -> Self {
        Self { config, patience, nonce, tokens: AtomicU32::new(0) }
    }

    /// A name that no other request has: `[a-zA-Z][-a-zA-Z0-9]*`.
    pub(crate) fn token(&self) -> String {
        format!("ccwb-{}-{}", self.nonce, self.tokens.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn stacks_in(&self, region: &str) -> aws_sdk_cloudformation::Client {
        let config = aws_sdk_cloudformation::config::Builder::from(&self.config);
        aws_sdk_cloudformation::Client::from_conf(config.region(Region::new(region.to_owned())).build())
    }

    pub(crate) fn buckets_in(&self, region: &str) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config);
        // A stand-in has no name for each bucket.
        let path_style = self.config.endpoint_url().is_some();
        let config = config.region(Region::new(region.to_owned())).force_path_style(path_style);
        aws_sdk_s3::Client::from_conf(config.build())
    }
}
