//! The script in every shell that `sh` may be, in a home whose name shells stumble over.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use ccwb_tests::part;

use crate::package::Machine;

const HOME: &str = "Jörg's \"home\" & $HOME; (東京)";

fn installs_and_uninstalls_in(machine: &Machine, shell: &Path) {
    machine.install_with(shell, &[]).success();
    machine.credentials();
    let mut command = machine.home.command(shell);
    command.arg(machine.installed("uninstall.sh"));
    crate::package::end(&mut command).success();
    assert!(!machine.installed("").exists(), "nothing is left of {}", shell.display());
}

/// `sh` is this program, as on systems that use it so: some find out by their name what they have to be.
fn as_sh(machine: &Machine, program: &str) -> Option<PathBuf> {
    let program = part::program_on_path(program)?;
    let sh = machine.home.root().join("sh");
    symlink(program, &sh).expect("the folder can be written");
    Some(sh)
}

#[test]
fn sh() {
    let machine = Machine::named(HOME);
    installs_and_uninstalls_in(&machine, Path::new("sh"));
}

#[test]
#[ignore = "needs dash"]
fn dash() {
    let machine = Machine::named(HOME);
    let Some(sh) = as_sh(&machine, "dash") else { return };
    installs_and_uninstalls_in(&machine, &sh);
}

#[test]
#[ignore = "needs bash"]
fn bash() {
    let machine = Machine::named(HOME);
    let Some(sh) = as_sh(&machine, "bash") else { return };
    installs_and_uninstalls_in(&machine, &sh);
}

#[test]
#[ignore = "needs zsh"]
fn zsh_as_sh() {
    let machine = Machine::named(HOME);
    let Some(sh) = as_sh(&machine, "zsh") else { return };
    installs_and_uninstalls_in(&machine, &sh);
}

/// With `BusyBox`'s own `sha256sum`, `mktemp` and `uname`, as on Alpine.
#[test]
#[ignore = "needs busybox"]
fn busybox_with_its_own_tools() {
    let mut machine = Machine::named(HOME);
    let Some(busybox) = part::program_on_path("busybox") else { return };
    let tools = machine.home.root().join("tools");
    std::fs::create_dir(&tools).expect("a new folder");
    for tool in ["sh", "dirname", "id", "uname", "grep", "sha256sum", "mktemp", "rm", "cp", "chmod"] {
        symlink(&busybox, tools.join(tool)).expect("the folder can be written");
    }
    machine.home.set_env("PATH", &tools);
    let sh = tools.join("sh");
    machine.install_with(&sh, &[]).success();
    assert!(machine.installed("credential-process").is_file());
}
