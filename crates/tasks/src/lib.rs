//! Placeholder until its first room lands.
