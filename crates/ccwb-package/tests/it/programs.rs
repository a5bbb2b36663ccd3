//! Programs that are nothing but what tells them apart. The whole-program tests use them too.

use ccwb_package::Platform;

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
