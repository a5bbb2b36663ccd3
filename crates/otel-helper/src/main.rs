//! Who a user of Claude Code on Amazon Bedrock is, as OTLP headers.
//!
//! Claude Code runs this program as `otelHeadersHelper` and waits for it, so it does next to nothing: it reads the header
//! file that `credential-process` wrote at the last sign-in or renewal and prints it. No network, no keyring, no browser, no
//! other process. Where there is nothing to tell, it tells `{}`.

mod answer;
mod arguments;
mod lookup;
mod private_read;
mod problem;
mod status;
mod test_table;
mod world;

use std::io::Write as _;
use std::process::ExitCode;

use ccwb_hardening::{FORGETFUL_HEAP, ForgetfulHeap};
use ccwb_telemetry::to_json;
use secrecy::{ExposeSecret, SecretString};

use answer::Answer;
use arguments::{Arguments, Mode};
use lookup::Lookup;
use problem::Problem;
use world::World;

#[global_allocator]
static HEAP: ForgetfulHeap = FORGETFUL_HEAP;

fn main() -> ExitCode {
    ccwb_hardening::keep_memory_private();
    let arguments = match Arguments::parse(World::arguments()) {
        Ok(arguments) => arguments,
        Err(usage) => return usage.report(),
    };
    let world = World::from_process(arguments.verbose);
    match arguments.mode {
        Mode::Version => print(&world::version()),
        Mode::Help => print(arguments::HELP),
        Mode::Headers | Mode::Test | Mode::Status => answer(&world, &arguments),
    }
}

fn answer(world: &World, arguments: &Arguments) -> ExitCode {
    let lookup = Lookup::new(world, arguments.profile.as_deref());
    let bytes = lookup.as_ref().map_err(Problem::clone).and_then(Lookup::read);
    let both = lookup.as_ref().and_then(|lookup| Ok((lookup, bytes.as_ref()?)));
    let answer = both.map_err(Problem::clone).and_then(|(lookup, bytes)| Answer::of(lookup, bytes));
    if let Err(problem) = &answer {
        world.say(|| format!("nothing to tell: {problem}"));
    }
    match arguments.mode {
        Mode::Test => print(&test_table::render(world, lookup.as_ref().ok(), &answer)),
        Mode::Status => print(&status::render(world, arguments.proxy_port, lookup.as_ref().ok(), &answer)),
        _ => print_secret(&answer.map_or_else(
            |_| SecretString::from("{}"),
            |answer| to_json(&answer.file.rows, answer.bearer.as_ref().ok()),
        )),
    }
}

fn print_secret(line: &SecretString) -> ExitCode {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(line.expose_secret().len() + 1));
    bytes.extend_from_slice(line.expose_secret().as_bytes());
    bytes.push(b'\n');
    write(&bytes)
}

fn print(text: &str) -> ExitCode {
    write(text.as_bytes())
}

/// A reader that is gone is no failure of ours.
fn write(bytes: &[u8]) -> ExitCode {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
    ExitCode::SUCCESS
}
