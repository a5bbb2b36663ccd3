# The front door. `just` alone lists what there is.

set shell := ["bash", "-euo", "pipefail", "-c"]

[private]
default:
    @just --list --unsorted

# See it work: sandbox, sign-in and a model call on this machine, no account needed
[group('use')]
demo *args:
    cargo run --release -p ccwb -- demo {{ args }}

# Everything: unit tests, whole-program journeys, contracts, races, faults
[group('test')]
test *args:
    ./tests/run {{ args }}

# What is worth running before every commit
[group('test')]
quick *args:
    ./tests/run --quick {{ args }}

# Inputs that break a promise: a minute for each target, or `just fuzz SECONDS TARGET...`
[group('test')]
fuzz *args:
    ./tests/fuzz/run {{ args }}

# Speed and size beside a C hello-world; `just bench check` is what is enforced (docs/development/benchmarks.md)
[group('test')]
bench *args:
    ./tests/bench/run {{ args }}

# Formatting, clippy, scripts, workflows
[group('check')]
lint:
    ./tests/run --lint

# Licences, advisories, banned crates (needs cargo-deny)
[group('check')]
deny:
    cargo deny --workspace check

# Workflows and the other files under .github
[group('check')]
workflows:
    ./.github/check-workflows

# Write the formatting that `just lint` expects
[group('check')]
fmt:
    cargo fmt --all

# Exactly what continuous integration runs
[group('check')]
ci:
    ./.ci/run
