//! Decks from outside: packs in folders, the starter deck, real crawls, and what is found in them.
#![cfg(test)]

mod candles;
mod corpora;
mod crawl;
mod document;
mod documents;
mod draw;
mod entry;
mod evaluation;
mod hostile;
mod hostile_sources;
mod lamps;
mod lint;
mod packs;
mod reload;
mod retrieval;
mod round_trips;
mod rules;
mod rules_beside;
mod starter;
mod tables;
mod temples;
mod topics;
mod verse;
