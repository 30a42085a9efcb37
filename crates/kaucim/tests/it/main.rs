//! The real program, started as a process: what its users meet, end to end.

mod backup;
mod care;
mod client;
mod command_line;
mod crash;
mod damaged_file;
mod drain;
mod drawing;
mod embeddings;
mod evaluation;
mod five_attempts;
mod full_disk;
mod house;
mod import;
mod keys;
mod locked_file;
mod outage;
mod packs;
mod page;
mod page_draw;
mod program;
mod reading;
mod reconnect;
mod reload;
mod storm;
mod variables;
