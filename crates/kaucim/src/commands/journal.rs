//! `kaucim journal`: the readings that were kept on this machine, or those of a server.

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal, Write},
    path::Path,
};

use serde_json::{Value, json};

use super::{ask::show::Show, server::Server};
use crate::{
    arguments::{Journal, JournalCommand, ListReadings},
    configuration::Configuration,
    environment::Environment,
    exit::Failed,
    output,
};

mod first;
mod reading;
mod shelf;
mod source;

pub(super) use self::{
    first::{followed_here, followed_there},
    shelf::Shelf,
};
use self::{reading::id_of, source::Source};

pub(super) async fn run(
    typed: Journal,
    configuration: &Configuration,
    environment: &Environment,
) -> Result<(), Failed> {
    let source = match Server::of(environment)? {
        Some(server) => Source::Server(server),
        None => Source::Here(Shelf::of(&configuration.data_dir)),
    };
    let marks = Shelf::of(&configuration.data_dir);
    match typed.command.unwrap_or(JournalCommand::List(typed.list)) {
        JournalCommand::List(wanted) => list(&source, &marks, &wanted).await,
        JournalCommand::Show { id, json } => show(&source, id, json, environment).await,
        JournalCommand::Search { words, json } => search(&source, &marks, &words, json).await,
        JournalCommand::Favourite { id, remove } => {
            let id = source.meant(&id).await?;
            let marks = Shelf::make(&configuration.data_dir)?;
            mark(&marks, &id, !remove)
        }
        JournalCommand::Export { file, text } => {
            let words = exported(&source, text).await?;
            export(&words, file.as_deref())
        }
        JournalCommand::Erase { ids, all, yes } => {
            let wanted = if all { None } else { Some(ids) };
            erase(&source, &marks, wanted, yes).await
        }
    }
}

async fn list(source: &Source, marks: &Shelf, wanted: &ListReadings) -> Result<(), Failed> {
    let favourites = marks.favourites()?;
    let most = if wanted.favourites {
        usize::MAX
    } else {
        wanted.limit
    };
    let mut readings = source.list(most).await?;
    if readings.is_empty() {
        output::tell(source.empty());
    }
    if wanted.favourites {
        readings.retain(|reading| favourites.contains(id_of(reading)));
    }
    readings.truncate(wanted.limit);
    print_lines(&readings, marks, wanted.json)
}

async fn search(
    source: &Source,
    marks: &Shelf,
    words: &[String],
    is_json: bool,
) -> Result<(), Failed> {
    let mut readings = source.whole().await?;
    readings.retain(|one| reading::has(one, words));
    if readings.is_empty() {
        output::tell("no reading has these words");
    }
    print_lines(&readings, marks, is_json)
}

/// A line for each reading, for people or for programs.
fn print_lines(readings: &[Value], marks: &Shelf, is_json: bool) -> Result<(), Failed> {
    let favourites = marks.favourites()?;
    let columns = output::columns();
    let lines = readings.iter().map(|one| {
        let is_favourite = favourites.contains(id_of(one));
        if !is_json {
            return reading::line(one, is_favourite, columns);
        }
        let mut summary = json!({});
        for name in [
            "task_id",
            "status",
            "created_at",
            "deity_id",
            "fortune_number",
            "question",
            "language",
        ] {
            summary[name] = one[name].clone();
        }
        if one["follows"].is_string() {
            summary["follows"] = one["follows"].clone();
        }
        summary["favourite"] = json!(is_favourite);
        format!("{summary}\n")
    });
    output::print(&lines.collect::<String>())?;
    Ok(())
}

async fn show(
    source: &Source,
    id: Option<String>,
    is_json: bool,
    environment: &Environment,
) -> Result<(), Failed> {
    let document = match id {
        Some(id) => source.document(&source.meant(&id).await?).await?,
        None => match source.list(1).await?.first() {
            Some(newest) => source.document(id_of(newest)).await?,
            None => {
                output::tell(source.empty());
                return Ok(());
            }
        },
    };
    if is_json {
        output::print(&format!("{document}\n"))?;
    } else {
        output::print(&Show::for_output(environment).document(&document))?;
    }
    Ok(())
}

fn mark(marks: &Shelf, id: &str, is_favourite: bool) -> Result<(), Failed> {
    let mut favourites = marks.favourites()?;
    let is_new = if is_favourite {
        favourites.insert(id.to_owned())
    } else {
        favourites.remove(id)
    };
    if is_new {
        marks.keep_favourites(&favourites)?;
    }
    let words = if is_favourite {
        "is a favourite"
    } else {
        "is no favourite"
    };
    output::tell(&format!("{} {words}", reading::short(id)));
    Ok(())
}

/// All readings, in the form of the API's export, or to be read.
async fn exported(source: &Source, as_text: bool) -> Result<String, Failed> {
    let readings = source.whole().await?;
    if !as_text {
        return Ok(format!("{}\n", json!({ "tasks": readings })));
    }
    let mut show = Show::for_file();
    let texts = readings.iter().map(|one| show.document(one));
    Ok(texts.collect::<Vec<_>>().join("\n\n"))
}

fn export(words: &str, file: Option<&Path>) -> Result<(), Failed> {
    let Some(file) = file else {
        output::print(words)?;
        return Ok(());
    };
    let written = shelf::private(file).and_then(|mut file| {
        file.write_all(words.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| {
        let message = format!("could not write {}: {error}", file.display());
        Failed::usage(message, "name a file that is not there yet")
    })?;
    output::tell(&format!("the readings are in {}", file.display()));
    Ok(())
}

async fn erase(
    source: &Source,
    marks: &Shelf,
    typed: Option<Vec<String>>,
    yes: bool,
) -> Result<(), Failed> {
    let readings = source.list(usize::MAX).await?;
    let mut wanted: BTreeSet<&str> = match &typed {
        Some(ids) => {
            let meant = ids.iter().map(|id| reading::meant(id, &readings));
            let meant = meant.map(|reading| reading.map(id_of));
            meant.collect::<Result<_, _>>()?
        }
        None => {
            let finished = readings.iter().filter(|one| reading::is_finished(one));
            finished.map(id_of).collect()
        }
    };
    // What follows a reading goes with it.
    let with_them = readings.iter().filter(|one| {
        let follows = one["follows"].as_str();
        follows.is_some_and(|first| wanted.contains(first))
    });
    let with_them: Vec<&str> = with_them.map(id_of).collect();
    wanted.extend(with_them);
    if wanted.is_empty() {
        output::tell(source.empty());
        return Ok(());
    }
    if !yes && !confirmed(wanted.len(), source)? {
        output::tell("nothing was erased");
        return Err(Failed::Question(None));
    }
    let mut favourites = marks.favourites()?;
    for id in &wanted {
        source.erase(id).await?;
        if favourites.remove(*id) {
            marks.keep_favourites(&favourites)?;
        }
    }
    output::tell(&format!("erased: {}", wanted.len()));
    Ok(())
}

/// Whether the person at the terminal wants it; nobody there is no consent.
fn confirmed(count: usize, source: &Source) -> Result<bool, Failed> {
    if !io::stdin().is_terminal() {
        return Err(Failed::usage(
            "nobody is there to be asked",
            "say --yes to erase without being asked",
        ));
    }
    let readings = match count {
        1 => "this reading".to_owned(),
        count => format!("these {count} readings"),
    };
    output::ask(&format!(
        "Erase {readings} {} for good? [y/N] ",
        source.place()
    ));
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(matches!(
        line.trim().to_lowercase().as_str(),
        "y" | "yes" | "是" | "はい"
    ))
}
