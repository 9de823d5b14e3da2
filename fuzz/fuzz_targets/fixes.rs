#![no_main]
#[path = "../../tests/support/fuzzing/mod.rs"]
mod fuzzing;
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::fixes(bytes));
