//! The public contract, proven on the real server: HTTP over a socket, a temporary store, and the
//! simulated model behind it.

mod account;
mod admin;
mod answers;
mod app;
mod attack;
mod bodies;
mod cancel;
mod credentials;
mod cursors;
mod draws;
mod endings;
mod erase;
mod events;
mod handoff;
mod hostile;
mod idempotency;
mod interpret;
mod limits;
mod openapi;
mod page;
mod provider;
mod raw;
mod reader;
mod reconnect;
mod revocation;
mod sessions;
mod stalling;
mod storage;
mod stream;
mod tickets;
mod tls;
mod token_keys;
mod tokens;
mod unread;
mod user;
