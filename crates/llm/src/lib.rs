//! Sends one request to a language model and yields what it writes, as it writes it.
//!
//! The only provider trait lives here: [`Model`]. Everything else is one way to build one.

mod error;
mod model;

pub use crate::{
    error::{Error, Limit},
    model::{Answer, Delta, Finish, Message, Model, ModelName, Request, Role, Schema, Usage},
};
