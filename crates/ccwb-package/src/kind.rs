//! What an executable file is made for, from its own header.

use object::{Architecture, BinaryFormat, FileKind, Object};

use crate::platform::Platform;

/// Why a file is no program for this platform; `Ok` if it is one.
pub(crate) fn check(bytes: &[u8], platform: Platform) -> Result<(), String> {
    // A universal binary of macOS holds programs for both processors.
    if matches!(FileKind::parse(bytes), Ok(FileKind::MachOFat32 | FileKind::MachOFat64)) {
        return if is_macos(platform) { Ok(()) } else { Err("it is a program for macOS".to_owned()) };
    }
    let Ok(file) = object::File::parse(bytes) else { return Err("it is not an executable".to_owned()) };
    let found = (file.format(), file.architecture());
    if found == made_for(platform) { Ok(()) } else { Err(format!("it is a program for {}", words(found))) }
}

/// The newest version of glibc that a Linux program asks for, as `(2, 34)`; none if it needs no glibc.
pub(crate) fn glibc_needed(bytes: &[u8]) -> Option<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_";
    let marks = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    marks
        .filter_map(|(at, _)| {
            let rest = &bytes[at + MARK.len()..];
            let end = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
            let mut numbers = std::str::from_utf8(&rest[..end]).ok()?.split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .max()
}

fn is_macos(platform: Platform) -> bool {
    matches!(platform, Platform::MacosArm64 | Platform::MacosIntel)
}

fn made_for(platform: Platform) -> (BinaryFormat, Architecture) {
    match platform {
        Platform::MacosArm64 => (BinaryFormat::MachO, Architecture::Aarch64),
        Platform::MacosIntel => (BinaryFormat::MachO, Architecture::X86_64),
        Platform::LinuxX64 => (BinaryFormat::Elf, Architecture::X86_64),
        Platform::LinuxArm64 => (BinaryFormat::Elf, Architecture::Aarch64),
        Platform::Windows => (BinaryFormat::Pe, Architecture::X86_64),
    }
}

fn words((format, architecture): (BinaryFormat, Architecture)) -> String {
    let system = match format {
        BinaryFormat::MachO => "macOS",
        BinaryFormat::Elf => "Linux",
        BinaryFormat::Pe => "Windows",
        _ => "another system",
    };
    match architecture {
        Architecture::Aarch64 => format!("{system} on Arm"),
        Architecture::X86_64 => format!("{system} on x86-64"),
        _ => format!("{system} on another processor"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn this_very_program_is_one_for_linux_and_for_nothing_else() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(check(&bytes, Platform::LinuxX64), Ok(()));
        for other in [Platform::LinuxArm64, Platform::MacosArm64, Platform::MacosIntel, Platform::Windows] {
            assert_eq!(check(&bytes, other), Err("it is a program for Linux on x86-64".to_owned()));
        }
        assert!(glibc_needed(&bytes).is_some_and(|version| version >= (2, 2)));
    }

    #[test]
    fn a_web_page_is_no_program() {
        assert_eq!(check(b"<html>", Platform::Windows), Err("it is not an executable".to_owned()));
        assert_eq!(check(b"", Platform::LinuxX64), Err("it is not an executable".to_owned()));
    }

    #[test]
    fn the_newest_glibc_counts_by_number() {
        assert_eq!(glibc_needed(b"\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.4\0"), Some((2, 34)));
        assert_eq!(glibc_needed(b"GLIBC_PRIVATE\0"), None);
    }
}
