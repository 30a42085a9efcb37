//! `kaucim deck lint`: what is wrong with packs, what to look at, and what they hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::{Path, PathBuf},
};

use kaucim_decks::{
    Fault,
    lint::{self, Code, LintError, Linted, Severity},
};
use serde::Serialize;

use super::picture;
use crate::{configuration::Configuration, exit::Failed, output};

/// Warnings of one kind that are told one by one; of the others the lots are named.
const MOST_TOLD: usize = 6;

/// What was typed.
pub(super) struct Typed {
    pub paths: Vec<PathBuf>,
    pub json: bool,
    pub strict: bool,
    pub colour: bool,
}

/// The shape that programs get; documented in `docs/packs.md`.
#[derive(Serialize)]
struct Report<'a> {
    errors: usize,
    warnings: usize,
    packs: &'a [Linted],
}

pub(super) fn run(typed: &Typed, configuration: &Configuration) -> Result<(), Failed> {
    let packs = packs(&typed.paths, &configuration.data_dir.join("decks"))?;
    let errors = packs.iter().map(|pack| pack.errors.len()).sum();
    let warnings = packs.iter().map(|pack| pack.warnings.len()).sum();
    if typed.json {
        let report = Report {
            errors,
            warnings,
            packs: &packs,
        };
        let json = serde_json::to_string_pretty(&report).map_err(anyhow::Error::from)?;
        output::print(&format!("{json}\n"))?;
    } else {
        let told: Vec<_> = packs.iter().map(|pack| told(pack, typed.colour)).collect();
        output::print(&told.join("\n"))?;
    }
    if errors == 0 && (warnings == 0 || !typed.strict) {
        return Ok(());
    }
    Err(Failed::Usage {
        message: format!(
            "{} and {} in {}",
            counted(errors, "error"),
            counted(warnings, "warning"),
            counted(packs.len(), "pack")
        ),
        hint: Some("docs/packs.md says what each name means".to_owned()),
    })
}

/// The packs that were named, or those of the data folder and the starter deck.
fn packs(paths: &[PathBuf], decks: &Path) -> Result<Vec<Linted>, Failed> {
    let mut packs = Vec::new();
    if paths.is_empty() {
        packs.extend(lint::folder(decks).map_err(unreadable)?);
        packs.extend(lint::starter());
    }
    for path in paths {
        // A pack that lacks one of the two is a pack nevertheless.
        let is_pack = path.join("deck.toml").exists() || path.join("lots").exists();
        let found = if is_pack || !path.exists() {
            vec![lint::pack(path).map_err(unreadable)?]
        } else {
            lint::folder(path).map_err(unreadable)?
        };
        if found.is_empty() {
            return Err(Failed::usage(
                format!("{} holds no pack", path.display()),
                "a pack is a folder with a deck.toml; `kaucim deck new` makes one",
            ));
        }
        packs.extend(found);
    }
    Ok(packs)
}

fn unreadable(error: LintError) -> Failed {
    Failed::Storage {
        message: format!("{:#}", anyhow::Error::from(error)),
        hint: Some("name a pack, or a folder of packs".to_owned()),
    }
}

/// What was found in one pack, and its picture.
fn told(pack: &Linted, colour: bool) -> String {
    let mut text = format!(
        "{}: {}, {}\n",
        pack.pack,
        counted(pack.errors.len(), "error"),
        counted(pack.warnings.len(), "warning")
    );
    for (code, faults) in by_code(pack) {
        let word = match code.severity() {
            Severity::Error => picture::painted(colour, picture::RED, "error"),
            Severity::Warning => picture::painted(colour, picture::YELLOW, "warning"),
        };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "  {word} {} ({})", code.name(), faults.len());
        let most = match code.severity() {
            Severity::Error => faults.len(),
            Severity::Warning => MOST_TOLD,
        };
        for fault in faults.iter().take(most) {
            let _ = writeln!(text, "    {fault}");
        }
        if let Some(rest) = faults.get(most..).filter(|rest| !rest.is_empty()) {
            let _ = writeln!(text, "    … and {} more{}", rest.len(), in_lots(rest));
        }
    }
    if let Some(summary) = &pack.summary {
        text.push_str(&picture::of(summary, colour));
    }
    text
}

fn by_code(pack: &Linted) -> BTreeMap<Code, Vec<&Fault>> {
    let mut groups: BTreeMap<Code, Vec<&Fault>> = BTreeMap::new();
    for fault in pack.errors.iter().chain(&pack.warnings) {
        groups.entry(fault.code).or_default().push(fault);
    }
    groups
}

fn in_lots(faults: &[&Fault]) -> String {
    let lots: BTreeSet<u32> = faults.iter().filter_map(|fault| fault.lot).collect();
    let lots: Vec<String> = lots.iter().map(u32::to_string).collect();
    match lots[..] {
        [] => String::new(),
        [_] => format!(", in lot {}", lots.join(", ")),
        [..] => format!(", in lots {}", lots.join(", ")),
    }
}

fn counted(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}
