//! An administrator's computer whose AWS is the sandbox.

use ccwb_sandbox::Fault;
use ccwb_tests::Home;
use ccwb_tests::part::Sandbox;

pub(crate) struct Site {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: Home,
}

impl Site {
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::start();
        let mut home = Home::new();
        home.set_envs(sandbox.administrator_environment());
        home.set_env("AWS_EC2_METADATA_DISABLED", "true");
        Self { sandbox, home }
    }

    /// A scripted answer of an endpoint.
    pub(crate) fn answers(&self, endpoint: &str, fault: Fault) {
        self.sandbox.control().add_fault(Fault { endpoint: endpoint.to_owned(), ..fault }).expect("it is there");
    }
}
