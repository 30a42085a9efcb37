//! What the simulated server looks like from outside, over real connections.

mod behaviour;
mod client;
mod embeddings;
mod fault;
mod form;
mod observation;
mod protocol;
