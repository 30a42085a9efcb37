//! Readings at the boundary of the crate: scripted models in, steps out.
#![cfg(test)]

mod example;
mod failures;
mod limits;
mod model;
mod reading;
mod resume;
mod without_model;
