//! `kaucim config`: what the configuration comes to, where each value is from, and what is wrong.

use serde::Serialize;

use crate::{
    arguments::Config,
    configuration::{DEFAULTS, Mistake, Settled, Shown, Source, Sources, check, shown},
    exit::Failed,
    output,
};

/// The columns that keys and values have before the source.
const COLUMNS: usize = 56;

/// What programs get of `check`.
#[derive(Serialize)]
struct Checked<'a> {
    file: Option<String>,
    errors: &'a [Mistake],
}

/// What programs get of `show`.
#[derive(Serialize)]
struct Configured {
    file: Option<String>,
    keys: Vec<Shown>,
}

pub(super) fn run(typed: &Config, sources: &Sources) -> Result<(), Failed> {
    let file = sources.path().map(|path| path.display().to_string());
    match typed {
        Config::Show { json: true, .. } => {
            let keys = shown(sources)?;
            print(&Configured { file, keys })
        }
        Config::Show { json: false, .. } => {
            let keys = shown(sources)?;
            let lines: Vec<String> = keys.iter().map(line).collect();
            output::print(&format!("{}\n", lines.join("\n")))?;
            Ok(())
        }
        Config::Check { json, .. } => checked(sources, file, *json),
        Config::Defaults => Ok(output::print(DEFAULTS)?),
    }
}

fn checked(sources: &Sources, file: Option<String>, json: bool) -> Result<(), Failed> {
    let mut mistakes = check(sources)?;
    if mistakes.is_empty() {
        mistakes.extend(of_files(&sources.settle()?));
    }
    let named = file.clone().unwrap_or_else(|| "no file".to_owned());
    if json {
        print(&Checked {
            file,
            errors: &mistakes,
        })?;
    } else {
        for mistake in &mistakes {
            let hint = mistake.hint.as_ref();
            let hint = hint.map_or_else(String::new, |hint| format!("  hint: {hint}\n"));
            let (location, words) = (mistake.location(), mistake.words());
            output::print(&format!("{location}{words}\n{hint}"))?;
        }
    }
    match mistakes.len() {
        0 if json => Ok(()),
        0 => Ok(output::print(&format!("{named}: nothing is wrong\n"))?),
        1 => Err(Failed::usage("1 mistake in the configuration", ADVICE)),
        many => Err(Failed::usage(
            format!("{many} mistakes in the configuration"),
            ADVICE,
        )),
    }
}

const ADVICE: &str = "`kaucim config defaults` prints a file with every key";

/// The files that the configuration names are read as a start would read them.
fn of_files(settled: &Settled) -> Option<Mistake> {
    let certificate = settled.configuration.certificate.as_ref()?;
    let error = certificate.load().err()?;
    Some(settled.mistake(
        "tls.certificate",
        format!("{error:#}"),
        "name files in PEM form that this user can read",
    ))
}

/// One key for people. Values are written as in the file.
fn line(shown: &Shown) -> String {
    let Shown {
        key,
        value,
        source,
        is_hidden,
        reloads: _,
    } = shown;
    let assigned = if value.is_null() {
        format!("# {key} is not set")
    } else if *is_hidden {
        format!("# {key} is set, and not shown")
    } else {
        format!("{key} = {value}")
    };
    let source = match source {
        Source::Default => "default".to_owned(),
        Source::File { file, line } => format!("{file}, line {line}"),
        Source::Variable { name } | Source::Flag { name } => name.clone(),
    };
    format!(
        "{} # {source}",
        output::padded(&output::plain(&assigned), COLUMNS)
    )
}

fn print(document: &impl Serialize) -> Result<(), Failed> {
    let json = serde_json::to_string_pretty(document).map_err(anyhow::Error::from)?;
    output::print(&format!("{json}\n"))?;
    Ok(())
}
