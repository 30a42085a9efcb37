//! Feeds everything that strangers can send, or that a model, a pack or a table can hold, to the
//! code that reads it, and looks at what comes of it.
//!
//! A target takes any bytes and panics where a promise is broken. Its corpus, a folder of that name
//! below `corpus/`, holds inputs from which others are made: by the tests of this crate for a
//! short while, and by `make fuzz` for as long as one likes.

mod app;
mod mutate;
mod targets;

pub use crate::{
    mutate::Mutator,
    targets::{address, body, chunk, cookie, cursor, import, pack, report, token},
};

/// A target: its name, which is that of its corpus, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("address", address),
    ("body", body),
    ("chunk", chunk),
    ("cookie", cookie),
    ("cursor", cursor),
    ("import", import),
    ("pack", pack),
    ("report", report),
    ("token", token),
];
