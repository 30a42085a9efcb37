//! Simulated model server.
