//! Asks the real program a fixed set of questions over HTTP, follows each reading as a reader
//! does, and judges with its own eyes what must never reach a reader.
//!
//! It uses none of the crates it judges: what a verse, a quotation or a language is, it decides
//! by itself, so that a fault in the program's own checks is seen here.

mod behaviours;
mod case;
mod document;
mod library;
mod oracle;
mod program;
mod reader;
mod report;
mod run;
mod table;

pub mod real;

pub use crate::{
    behaviours::{handful, under_a_deadline},
    case::{Case, Kind, cases},
    document::write_between,
    library::Known,
    oracle::{Violation, judge},
    program::{Program, Setup},
    reader::{Asker, Reading},
    report::{Judged, Outcome, Report},
    run::was_sent,
    run::{prompts_of, run},
    table::table,
};
