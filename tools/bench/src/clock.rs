//! The wall clock, which the simulated model's notes are written by too.

use std::time::SystemTime;

/// Microseconds since 1970.
pub(crate) fn wall_us() -> u64 {
    SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |elapsed| elapsed.as_micros() as u64)
}

/// From one moment to another, in milliseconds.
pub(crate) fn between_ms(from_us: u64, to_us: u64) -> f64 {
    (to_us as f64 - from_us as f64) / 1000.0
}
