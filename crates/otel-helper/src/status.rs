//! `--status`: the guidance's JSON, with the age of the header file. No header's value is in it.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::lookup::Lookup;
use crate::problem::Problem;
use crate::world::World;

pub(crate) fn render(
    world: &World,
    proxy_port: u16,
    lookup: Option<&Lookup<'_>>,
    answer: &Result<Answer<'_>, Problem>,
) -> String {
    let status = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "platform": format!("{}/{}", go_os(), go_arch()),
        "profile": lookup.map(|lookup| &*lookup.profile),
        // The guidance's program has a proxy of its own. This one has none, and asks no port.
        "proxy": {"listening": false, "port": proxy_port},
        "cache": cache(world, answer),
        "header_file": lookup.map(Lookup::header_file),
        "problem": answer.as_ref().err().map(|problem| json!({"message": problem.what, "hint": problem.fix})),
    });
    format!("{status:#}\n")
}

fn cache(world: &World, answer: &Result<Answer<'_>, Problem>) -> Value {
    let Ok(answer) = answer else { return json!({"has_headers": false}) };
    let file = &answer.file;
    let mut keys: Vec<&str> = file.rows.iter().filter(|row| row.sent().is_some()).map(|row| &*row.name).collect();
    keys.sort_unstable();
    json!({
        "has_headers": !keys.is_empty(),
        "header_keys": keys,
        "age_seconds": (world.now - file.written).max(0),
        "expires_in_seconds": file.good_until() - world.now,
        "left_out_by_provider": file.left_out,
        "bearer": {
            "sent": answer.bearer.is_ok(),
            "expires_in_seconds": answer.bearer.is_ok().then(|| file.token_expires - world.now),
            "withheld": answer.bearer.as_ref().err().map(ToString::to_string),
        },
    })
}

/// As Go, and so the guidance, names operating systems.
fn go_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

fn go_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
