use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Url;

use crate::aws::AwsState;
use crate::clock::Clock;
use crate::control::ControlState;
use crate::idp::IdpState;
use crate::options::Options;

/// Everything one sandbox knows. Handlers are plain functions of this and of one request.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) idp_url: Url,
    pub(crate) aws_url: Url,
    pub(crate) otlp_url: Url,
    /// Exactly as in the `iss` claim: with or without a trailing slash, as the shape has it.
    pub(crate) issuer: String,
    pub(crate) clock: Clock,
    idp: Mutex<IdpState>,
    aws: Mutex<AwsState>,
    control: Mutex<ControlState>,
}

impl World {
    pub(crate) fn new(options: Options, [idp_url, aws_url, otlp_url]: [Url; 3]) -> Arc<Self> {
        let issuer = options.shape.issuer(options.public_idp_url.as_ref().unwrap_or(&idp_url));
        Arc::new(Self {
            idp: Mutex::new(IdpState::new(&options)),
            aws: Mutex::new(AwsState::new(&options)),
            control: Mutex::new(ControlState::new(&options)),
            clock: Clock::default(),
            issuer,
            idp_url,
            aws_url,
            otlp_url,
            options,
        })
    }

    /// The provider's state. Lock order, where two are needed: control, then provider, then AWS; none is held across an await.
    pub(crate) fn idp(&self) -> MutexGuard<'_, IdpState> {
        lock(&self.idp)
    }

    pub(crate) fn aws(&self) -> MutexGuard<'_, AwsState> {
        lock(&self.aws)
    }

    pub(crate) fn control(&self) -> MutexGuard<'_, ControlState> {
        lock(&self.control)
    }

    /// Where the provider says it is.
    pub(crate) fn public_idp_url(&self) -> &Url {
        self.options.public_idp_url.as_ref().unwrap_or(&self.idp_url)
    }

    /// A path of the provider as an absolute URL.
    pub(crate) fn idp_address(&self, path: &str) -> String {
        format!("{}{path}", self.public_idp_url().as_str().trim_end_matches('/'))
    }

    /// The issuer as identity pools and ARNs name it.
    pub(crate) fn issuer_without_scheme(&self) -> &str {
        without_scheme(&self.issuer)
    }
}

pub(crate) fn without_scheme(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

/// A handler that panicked has failed its own test; the others should still see a working sandbox.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
impl World {
    /// A sandbox without sockets, for tests of single handlers.
    pub(crate) fn for_test(options: Options) -> Arc<Self> {
        let url = |port: u16| Url::parse(&format!("http://127.0.0.1:{port}")).expect("a fixed URL");
        Self::new(options, [9001, 9002, 9003].map(url))
    }
}
