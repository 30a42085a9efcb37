//! Readings at the boundary of the crate: a real store, scripted models, and readers that hold
//! what they are sent against the contract.
#![cfg(test)]

mod accounts;
mod app;
mod backup;
mod budget;
mod calls;
mod cancel;
mod clock;
mod cluster;
mod crowd;
mod draws;
mod erase;
mod estimate;
mod follow;
mod follow_up;
mod hand;
mod heartbeat;
mod history;
mod leases;
mod matters;
mod migration;
mod model;
mod operator;
mod packs;
mod properties;
mod reader;
mod reconnect;
mod report;
mod restart;
mod retention;
mod simulation;
mod spending;
mod stop;
mod storage;
mod submit;
mod turns;
mod unrepaired;
