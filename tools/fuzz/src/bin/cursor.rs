//! The target `cursor` under libFuzzer, which looks for inputs that reach new code.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kaucim_fuzz::cursor(data));
