//! Sends one request to a language model and yields what it writes, as it writes it.
//!
//! The only provider trait lives here: [`Model`]. Everything else is one way to build one:
//! [`connect`] turns a [`ModelConfig`] into a [`Client`] wrapped in [`Retrying`]. [`Embedder`] asks
//! the same servers for vectors.
//!
//! On its way an answer passes `framing` (bytes to events), `dialect` (event to what it says),
//! `judge` (what was said to deltas, and whether it was a success) and `client` (time limits).

mod characters;
mod client;
mod clock;
mod config;
mod decoder;
mod dialect;
mod embeddings;
mod error;
mod framing;
mod judge;
mod model;
mod probe;
mod refusal;
mod retrying;
mod thoughts;

pub use crate::{
    client::Client,
    clock::Limits,
    config::{ConfigError, ModelConfig, Provider, connect},
    decoder::Decoder,
    embeddings::{Embedder, Prefixes, Purpose},
    error::{Error, Limit},
    model::{Answer, Delta, Finish, Message, Model, ModelName, Request, Role, Schema, Usage},
    probe::probe,
    retrying::Retrying,
};
