//! Runs a sandbox with its login page until it is interrupted: `cargo run -p ccwb-sandbox --example sandbox`.

use ccwb_sandbox::{Options, Sandbox, SandboxError};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example for people")]
async fn main() -> Result<(), SandboxError> {
    let sandbox = Sandbox::start(Options { idp_port: 9400, aws_port: 9401, ..Options::default() }).await?;
    println!("provider {}\nAWS      {}\nabout    {}_sandbox/", sandbox.issuer(), sandbox.aws_url(), sandbox.idp_url());
    std::future::pending().await
}
