//! The target `cookie` under libFuzzer, which looks for inputs that reach new code.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kaucim_fuzz::cookie(data));
