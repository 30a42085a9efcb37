//! Readings at the boundary of the crate: scripted models in, steps out.
#![cfg(test)]

mod example;
mod failures;
mod follow_up;
mod limits;
mod model;
mod properties;
mod reading;
mod real_lots;
mod repair;
mod resume;
mod retrieval;
mod safety;
mod temple;
mod without_model;
