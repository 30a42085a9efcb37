//! Writes lots that were read from a source as the files of a pack.

use std::collections::BTreeMap;

use crate::{
    Fault, Language,
    import::{
        ImportError, Imported, Options, Report,
        metadata::{self, Description, Owner},
        names,
    },
    lint::Code,
    pack::{
        self,
        format::{DeckFile, LotFile, Texts},
    },
};

/// What a pack is made of.
pub(super) struct Parts<'a> {
    pub(super) options: &'a Options,
    /// Keys of `deck.toml` that the map says.
    pub(super) said: &'a toml::Table,
    pub(super) description: Description,
    pub(super) lots: Vec<LotFile>,
}

/// Makes the files of a pack, and notes what its loader will refuse.
pub(super) fn made(parts: Parts<'_>, mut report: Report) -> Result<Imported, ImportError> {
    let Parts {
        options,
        said,
        description,
        lots,
    } = parts;
    let deck = deck_file(options, said, description, (&lots, &mut report))?;
    let mut files = BTreeMap::from([("deck.toml".to_owned(), toml_text(&deck))]);
    for lot in &lots {
        files.insert(format!("lots/{:03}.toml", lot.number), toml_text(lot));
    }
    report.lots = u32::try_from(lots.len()).expect("checked against the limit");
    report.faults = faults(&deck.id, &files);
    Ok(Imported {
        deck_id: deck.id,
        report,
        files,
    })
}

/// Fails before the source is read if there is no name to be had for whose lots they are.
pub(super) fn owner(options: &Options, said: &toml::Table) -> Result<Owner, ImportError> {
    let key = |key: &str| {
        said.get(key)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
    };
    let deity = options.deity.clone().or_else(|| key("deity"));
    let deity = deity.ok_or_else(|| {
        ImportError::Map("nobody says whose lots they are; give --deity".to_owned())
    })?;
    let deck_id = options.deck_id.clone().or_else(|| key("id"));
    let deck_id = deck_id.unwrap_or_else(|| format!("imported_{deity}"));
    for id in [&deity, &deck_id] {
        if !pack::is_id(id) {
            return Err(ImportError::BadId(id.clone()));
        }
    }
    let name = |language| options.deity_name.get(&language).cloned();
    let deity_name = if !options.deity_name.is_empty() {
        Texts {
            zh: name(Language::Zh),
            zh_hans: name(Language::ZhHans),
            en: name(Language::En),
            ja: name(Language::Ja),
        }
    } else if let Some(said) = said.get("deity_name") {
        let names = said.clone().try_into();
        names.map_err(|error: toml::de::Error| {
            ImportError::Map(format!("[deck]: `deity_name`: {}", error.message()))
        })?
    } else {
        names::of_deity(&deity).ok_or_else(|| ImportError::UnknownDeity(deity.clone()))?
    };
    Ok(Owner {
        deck_id,
        deity,
        deity_name,
    })
}

/// What the lots have in common, and what the map says instead.
fn deck_file(
    options: &Options,
    said: &toml::Table,
    description: Description,
    (lots, report): (&[LotFile], &mut Report),
) -> Result<DeckFile, ImportError> {
    let owner = owner(options, said)?;
    let (id, deity) = (owner.deck_id.clone(), owner.deity.clone());
    let found = metadata::deck_file(owner, description, lots, report);
    let mut keys = if said.contains_key("format") {
        toml::Table::new()
    } else {
        toml::Table::try_from(found).expect("texts, numbers and tables")
    };
    keys.extend(said.clone());
    keys.insert("id".to_owned(), id.into());
    keys.insert("deity".to_owned(), deity.into());
    keys.try_into()
        .map_err(|error: toml::de::Error| ImportError::Map(format!("[deck]: {}", error.message())))
}

fn toml_text(file: &impl serde::Serialize) -> String {
    toml::to_string_pretty(file).expect("texts, numbers and tables")
}

/// What the loader says about the files.
fn faults(name: &str, written: &BTreeMap<String, String>) -> Vec<Fault> {
    let bytes = |path: &str| written[path].clone().into_bytes();
    let lots = written.keys().filter(|path| path.starts_with("lots/"));
    let files = pack::Files {
        name: name.to_owned(),
        is_starter: false,
        deck: bytes("deck.toml"),
        lots: lots.map(|path| (path.clone(), bytes(path))).collect(),
    };
    let large = |(path, content): (&String, &String)| {
        let most = usize::try_from(pack::MAX_FILE_BYTES).unwrap_or(usize::MAX);
        (content.len() > most).then(|| Fault::of_file(Code::TooLarge, path, "larger than 1 MiB"))
    };
    let mut faults: Vec<_> = written.iter().filter_map(large).collect();
    faults.extend(
        pack::check(&files)
            .err()
            .into_iter()
            .flat_map(|fault| fault.faults),
    );
    faults
}
