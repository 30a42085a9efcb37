//! The integration tests: recorded answers, real sockets, time limits and retries.
#![cfg(test)]

mod cassette;
mod decoding;
mod embeddings;
mod limits;
mod ollama;
mod properties;
mod replay;
mod retrying;
mod server;
mod support;
mod terms;
