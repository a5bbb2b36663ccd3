#![no_main]
#![expect(missing_docs, reason = "see the function")]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ccwb_fuzz::discovery(input));
