//! The targets, by what they read.

mod decks;
mod model;
mod requests;

pub use self::{
    decks::{import, pack},
    model::{chunk, report},
    requests::{address, body, cookie, cursor, token},
};
