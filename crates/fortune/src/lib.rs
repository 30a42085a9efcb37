//! Turns a question and a lot into a reading: the facade of everything below the tasks.

mod ask;
mod checks;
mod classic;
mod decoder;
mod engine;
mod guard;
mod neighbours;
mod prepare;
mod prompt;
mod reading;
mod retrieval;
mod safety;
#[cfg(test)]
mod sample;
mod script;
mod system;
mod template;
mod wording;

pub use kaucim_decks::{Language, Lot, Matter, Readings, Resource, Source};

pub use crate::{
    ask::{Ask, AskError, Budget, First, Prepared, Question, QuestionError, Resume},
    reading::{
        CallFailure, Check, FortuneResult, Notice, NoticeKind, Origin, ResetReason, Section,
        SectionId, SectionOrigin, Step, Usage, Version, Writer, plain_text,
    },
    safety::Care,
    system::{Error, FortuneSystem, Settings, Unrepaired},
};
