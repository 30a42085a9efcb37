//! Knows the lots: packs, import, fair draw, lookup and search. Calls no model.

mod language;
mod library;
mod lot;

pub use crate::{
    language::{Language, UnknownLanguage},
    library::{Blocks, Deck, Deity, Library, LookupError},
    lot::{Allusion, Commentary, Lot, Provenance, Source, Tone, Topic},
};
