//! Decks from outside: packs in folders, the starter deck, real crawls, and what is found in them.
#![cfg(test)]

mod candles;
mod corpora;
mod crawl;
mod document;
mod evaluation;
mod hostile;
mod lamps;
mod lint;
mod packs;
mod reload;
mod retrieval;
mod rules;
mod starter;
mod temples;
mod topics;
mod verse;
