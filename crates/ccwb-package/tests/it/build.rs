//! Building, with stand-ins for cargo, rustc and Docker that do what those do to the disk.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use ccwb_package::{Builder, Platform, Programs, Provenance};
use tempfile::TempDir;

use crate::support::{BOTH, program};

struct Bench {
    root: TempDir,
    docker: bool,
}

impl Bench {
    /// With these Rust targets installed; `cargo` copies a program for the target, or fails as `failing` says.
    fn new(installed: &[&str], failing: &str, docker: bool) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder can be written");
        let bench = Self { root, docker };
        for platform in Platform::ALL {
            for target in platform.targets() {
                fs::write(bench.path(&format!("{target}.program")), program(*platform, "built"))
                    .expect("a temporary folder can be written");
            }
        }
        for target in installed {
            fs::create_dir_all(bench.path(&format!("sysroot/{target}"))).expect("a temporary folder can be written");
        }
        fs::create_dir_all(bench.path("bin")).expect("a temporary folder can be written");
        let root = bench.root.path().display();
        bench.script("rustc", &format!("echo '{root}/sysroot/'\"$4\""));
        bench.script(
            "cargo",
            &format!(
                "echo \"cargo $*\" >>'{root}/log'\n[ \"$1\" = build ] || exit 101\n\
                 target=$9 folder=${{11}}\n{failing}\nmkdir -p \"$folder/$target/release\"\n\
                 case $target in *windows*) end=.exe ;; *) end= ;; esac\n\
                 cp '{root}/'\"$target.program\" \"$folder/$target/release/$5$end\""
            ),
        );
        bench.script(
            "docker",
            &format!(
                "echo \"docker $*\" >>'{root}/log'\n\
                 out=${{8%:/out}}\nfor target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do\n\
                 case $* in *$target*) mkdir -p \"$out/$target/release\"\n\
                 for program in credential-process otel-helper; do\n\
                 cp '{root}/'$target.program \"$out/$target/release/$program\"; done ;; esac; done"
            ),
        );
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn script(&self, name: &str, body: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("a temporary folder can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a temporary folder can be written");
    }

    fn build(&self, platforms: &[Platform]) -> (Programs, Vec<String>) {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        let builder = Builder {
            cargo: self.path("bin/cargo"),
            source: self.root.path().to_owned(),
            target_folder: self.path("target"),
            docker: self.docker.then(|| self.path("bin/docker")),
            environment: BTreeMap::from([("PATH".into(), path.into())]),
        };
        let mut said = Vec::new();
        let programs = builder.build(platforms, BOTH, &mut |line| said.push(line.to_owned()));
        (programs, said)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }
}

fn reason(programs: &Programs, platform: Platform) -> &str {
    &programs
        .missing()
        .iter()
        .find(|missing| missing.platform == platform)
        .expect("a temporary folder can be written")
        .reason
}

#[test]
fn every_installed_target_is_built_for_and_each_other_platform_is_missing_with_what_to_install() {
    let bench = Bench::new(&["x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu"], "", false);
    let (programs, _) = bench.build(Platform::ALL);
    let built = |target: &str| Provenance::Built { target: target.to_owned(), docker: false };
    assert_eq!(
        programs.platforms().collect::<Vec<_>>(),
        [
            (Platform::LinuxX64, &built("x86_64-unknown-linux-musl")),
            (Platform::Windows, &built("x86_64-pc-windows-gnu"))
        ]
    );
    assert_eq!(
        reason(&programs, Platform::MacosArm64),
        "no Rust target for it is installed here (rustup target add aarch64-apple-darwin)"
    );
    assert!(bench.log().contains(
        "build --release --locked --package otel-helper --config .cargo/release.toml --target x86_64-pc-windows-gnu"
    ));
}

#[test]
fn a_build_that_fails_is_missing_with_cargos_own_first_error_and_ends_nothing_else() {
    let failing =
        "case $target in *musl) echo 'warning: x' >&2; echo 'error: linker `cc` not found' >&2; exit 101 ;; esac";
    let bench = Bench::new(&["aarch64-unknown-linux-musl", "x86_64-pc-windows-msvc"], failing, false);
    let (programs, said) = bench.build(&[Platform::LinuxArm64, Platform::Windows]);
    assert_eq!(
        reason(&programs, Platform::LinuxArm64),
        "credential-process for aarch64-unknown-linux-musl: error: linker `cc` not found"
    );
    assert_eq!(programs.platforms().count(), 1);
    assert!(said.iter().any(|line| line.contains("warning: x")), "{said:?}");
}

#[test]
fn where_the_first_target_fails_the_next_one_is_tried() {
    let failing = "case $target in *musl) exit 1 ;; esac";
    let bench = Bench::new(&["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"], failing, false);
    let (programs, _) = bench.build(&[Platform::LinuxX64]);
    let expected = Provenance::Built { target: "x86_64-unknown-linux-gnu".to_owned(), docker: false };
    assert_eq!(programs.platforms().collect::<Vec<_>>(), [(Platform::LinuxX64, &expected)]);
}

#[test]
fn docker_builds_linux_programs_that_no_installed_target_can_and_nothing_else() {
    let bench = Bench::new(&[], "", true);
    let (programs, _) = bench.build(Platform::ALL);
    let platforms: Vec<_> = programs.platforms().map(|(platform, _)| platform).collect();
    assert_eq!(platforms, [Platform::LinuxX64, Platform::LinuxArm64]);
    assert!(programs.platforms().all(|(_, from)| matches!(from, Provenance::Built { docker: true, .. })));
    assert!(bench.log().contains("--platform linux/arm64"), "{}", bench.log());
    assert_eq!(programs.missing().len(), 3);
}
