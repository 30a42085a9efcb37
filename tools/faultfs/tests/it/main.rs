//! What the disk promises, shown with real connections of SQLite.

mod erasing;
mod faults;
mod ledger;
mod power;
mod sharing;
mod trace;
