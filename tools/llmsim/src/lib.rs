//! A simulated OpenAI and Ollama server: the same question and seed give the same reading, token
//! by token, and every way in which real servers fail can be asked for by name.
//!
//! Start one with [`Sim::start`]; say how it shall behave in [`Settings`], in the model's name
//! (`sim;rate=50;fault=cut@120`, or a behaviour: `hostile:promise`) or in the question
//! (`[[sim fault=stall@40]]`); look at what it was asked with [`Sim::calls`].

mod answer;
mod behaviour;
mod calls;
mod embed;
mod listener;
mod plan;
mod play;
mod random;
mod reading;
mod request;
mod script;
mod settings;
mod sim;
mod wire;

pub use crate::{
    behaviour::{Behaviour, DEMANDED, Hostile, Json, Weak, behaviours},
    calls::{Call, Ended, SentToken, Times},
    reading::Language,
    settings::{BadSetting, Fault, FaultKind, KeyForms, Place, SchemaRefusal, Settings, Style},
    sim::{Config, Sim},
};
