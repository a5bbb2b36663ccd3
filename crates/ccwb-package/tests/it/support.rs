use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ccwb_package::{Checksums, Package, Platform, Program, SettingsFile, sha256};

/// The least that a program for a platform is: its header.
pub(crate) fn program(platform: Platform, what: &str) -> Vec<u8> {
    let mut bytes = match platform {
        Platform::LinuxX64 => elf(62),
        Platform::LinuxArm64 => elf(183),
        Platform::MacosArm64 => macho(0x0100_000c),
        Platform::MacosIntel => macho(0x0100_0007),
        Platform::Windows => pe(),
    };
    bytes.extend_from_slice(what.as_bytes());
    bytes
}

/// ELF-64, little-endian, an executable, no sections and no segments (elf(5)).
fn elf(machine: u16) -> Vec<u8> {
    let mut header = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0];
    header.resize(16, 0);
    header.extend(2_u16.to_le_bytes());
    header.extend(machine.to_le_bytes());
    header.extend(1_u32.to_le_bytes());
    header.resize(52, 0);
    header.extend(64_u16.to_le_bytes());
    header.resize(64, 0);
    header
}

/// Mach-O, 64 bits, an executable without load commands.
fn macho(cpu: u32) -> Vec<u8> {
    [0xfeed_facf_u32, cpu, 0, 2, 0, 0, 0, 0].iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// PE32+: the DOS header points to a COFF header and an optional header.
fn pe() -> Vec<u8> {
    let mut file = vec![b'M', b'Z'];
    file.resize(60, 0);
    file.extend(64_u32.to_le_bytes());
    file.extend(b"PE\0\0");
    file.extend(0x8664_u16.to_le_bytes());
    file.resize(64 + 4 + 16, 0);
    file.extend(112_u16.to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(0x020b_u16.to_le_bytes());
    file.resize(64 + 4 + 20 + 112, 0);
    file
}

/// A release folder with every program for these platforms, and its list.
pub(crate) fn release(folder: &Path, platforms: &[Platform]) {
    let mut text = String::new();
    for &platform in platforms {
        for wanted in [Program::CredentialProcess, Program::OtelHelper] {
            let (name, bytes) = (wanted.file_name(platform), program(platform, wanted.name()));
            let _ = writeln!(text, "{}  {name}", sha256(&bytes));
            fs::write(folder.join(name), bytes).expect("a temporary folder can be read and written");
        }
    }
    fs::write(folder.join("SHA256SUMS"), text).expect("a temporary folder can be read and written");
}

pub(crate) const BOTH: &[Program] = &[Program::CredentialProcess, Program::OtelHelper];

pub(crate) const PACKAGE: Package<'_> = Package {
    config: "{\"ClaudeCode\":{}}\n",
    settings: "{\"env\":{}}\n",
    settings_file: SettingsFile::User,
    readme: "# Read me\n",
};

/// What lies below a folder, by path, with its bytes.
pub(crate) fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a temporary folder can be read and written") {
            let path: PathBuf = entry.expect("a temporary folder can be read and written").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("a temporary folder can be read and written")
                    .to_str()
                    .expect("a temporary folder can be read and written")
                    .replace('\\', "/");
                found.push((name, fs::read(path).expect("a temporary folder can be read and written")));
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn checksums(text: &str) -> Checksums {
    Checksums::parse(text).expect("it is a list of checksums")
}
