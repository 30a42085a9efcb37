//! Knows the lots: packs, import, fair draw, lookup, entry by words, and search. Calls no model.

mod deck;
pub mod draw;
mod entry;
pub mod export;
pub mod harm;
pub mod import;
mod language;
mod library;
pub mod lint;
mod lot;
mod numerals;
mod pack;
mod search;
mod topic;

pub use crate::{
    deck::{Blocks, Deck, Grade, LookupError, Matter, Readings, Redraw, Resource},
    entry::{Entry, How, cardinal as english_cardinal, comparable},
    language::{Language, UnknownLanguage},
    library::{Deity, Library, Reload},
    lot::{Allusion, Commentary, Lot, Provenance, Source, Tone, Topic},
    pack::{Fault, PackFault},
    search::{Query, Vector, compared as compared_character},
};
