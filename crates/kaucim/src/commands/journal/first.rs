//! The reading of a journal that one more question is asked about.

use std::fs::File;

use kaucim_tasks::TaskResult;
use serde_json::Value;

use super::{
    reading::{self, id_of},
    shelf::Shelf,
    source::Source,
};
use crate::{arguments::NEWEST, commands::server::Server, exit::Failed};

/// The id of the reading that was meant at a server; whether it can be followed, that one says.
pub(in crate::commands) async fn followed_there(
    server: &Server,
    typed: &str,
) -> Result<String, Failed> {
    let source = Source::Server(server.clone());
    let most = if typed == NEWEST { 1 } else { usize::MAX };
    let readings = source.list(most).await?;
    Ok(id_of(meant(typed, &readings, &source)?).to_owned())
}

/// A reading of this machine that a question is asked about, which is its only one as long as this
/// is held: nobody else asks about it, or erases it.
pub(in crate::commands) struct First {
    pub result: TaskResult,
    _held: File,
}

/// The reading that was meant on this machine, if a question can follow it.
pub(in crate::commands) fn followed_here(shelf: Shelf, typed: &str) -> Result<First, Failed> {
    let readings = shelf.all()?;
    let source = Source::Here(shelf.clone());
    let id = id_of(meant(typed, &readings, &source)?);
    let Some(held) = shelf.hold(id)? else {
        return Err(Failed::usage(
            "one more question about this reading is being read",
            "wait for it; of a reading one more question is asked",
        ));
    };
    // It may have been asked in between.
    let readings = shelf.all()?;
    let first = reading::meant(id, &readings)?;
    let follows = |one: &Value, id: &str| one["follows"] == id && one["status"] == "completed";
    let asked = readings.iter().find(|one| follows(one, id));
    // One that follows another is the one more question itself.
    let asked = asked.or_else(|| first["follows"].is_string().then_some(first));
    if let Some(asked) = asked {
        let id = reading::short(id_of(asked));
        return Err(Failed::usage(
            "of a reading one more question is asked, and it was",
            format!("`kaucim journal show {id}` shows it; for another matter, ask anew"),
        ));
    }
    let result = serde_json::from_value(first["result"].clone()).map_err(|_| {
        let id = reading::short(id);
        Failed::usage(
            format!("{id} ended without a reading"),
            "ask the question anew",
        )
    })?;
    Ok(First {
        result,
        _held: held,
    })
}

/// The newest, where no id was typed.
fn meant<'a>(typed: &str, readings: &'a [Value], source: &Source) -> Result<&'a Value, Failed> {
    if typed != NEWEST {
        return reading::meant(typed, readings);
    }
    readings
        .first()
        .ok_or_else(|| Failed::usage("there is no reading to ask about", source.empty()))
}
