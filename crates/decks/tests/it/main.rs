//! Decks from outside: packs in folders, the starter deck, real crawls, and what is found in them.
#![cfg(test)]

mod corpora;
mod crawl;
mod evaluation;
mod lamps;
mod packs;
mod retrieval;
mod starter;
mod topics;
mod verse;
