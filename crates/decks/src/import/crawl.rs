//! Reads the original system's crawl: a folder of `chuck_N.json`, one per lot, in all its forms.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

use serde_json::{Map, Value};

use crate::{
    Language, Provenance,
    import::{
        ImportError, Imported, Options, Report, fill,
        grades::{self, Fortune},
        map,
        metadata::Description,
        pack_files, reference, source, verdicts, verse,
    },
    pack::{
        MAX_LOTS,
        format::{AllusionEntry, CommentaryEntry, LotFile, Texts},
    },
};

/// A file of more bytes is not read.
const MAX_FILE_BYTES: u64 = 1 << 20;

const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];

/// Makes a pack of a folder of `chuck_N.json`.
///
/// Texts are taken as they are; a verse is split at its separators and not otherwise touched.
/// What the report calls faults keeps the pack from being loaded until someone mends it.
pub fn crawl(folder: &Path, options: &Options) -> Result<Imported, ImportError> {
    let map = match &options.map {
        Some(path) => map::read(path)?,
        None => map::Map::default(),
    };
    pack_files::owner(options, &map.deck)?;
    let mut report = Report::default();
    let sources = sources(folder, &mut report)?;
    let mut numbers = BTreeSet::new();
    let mut lots = Vec::with_capacity(sources.len());
    for source in &sources {
        if !numbers.insert(source.number) {
            let reason = format!("another file has its id {}", source.number);
            return Err(ImportError::NotALot {
                file: source.file.clone(),
                reason,
            });
        }
        let not_understood = report.verdicts_not_understood;
        lots.push(lot(source, &mut report)?);
        if report.verdicts_not_understood > not_understood {
            report.lots_not_understood.insert(source.number);
        }
    }
    let parts = pack_files::Parts {
        options,
        said: &map.deck,
        description: Description::of_crawl(),
        lots,
    };
    pack_files::made(parts, report)
}

/// One file of the crawl.
struct Source {
    file: String,
    number: u32,
    fields: Map<String, Value>,
}

/// The files in the order of their numbers.
fn sources(folder: &Path, report: &mut Report) -> Result<Vec<Source>, ImportError> {
    let unreadable = |source| ImportError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut numbered = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let file = entry
            .map_err(unreadable)?
            .file_name()
            .to_string_lossy()
            .into_owned();
        let number = file
            .strip_prefix("chuck_")
            .and_then(|rest| rest.strip_suffix(".json"));
        match number.and_then(|number| number.parse::<u32>().ok()) {
            Some(number) => numbered.push((number, file)),
            None => report.ignored_files.push(file),
        }
    }
    if numbered.is_empty() {
        return Err(ImportError::NoLots(folder.to_owned()));
    }
    if numbered.len() > MAX_LOTS as usize {
        return Err(ImportError::TooManyLots {
            folder: folder.to_owned(),
        });
    }
    numbered.sort();
    report.ignored_files.sort();
    let mut most = source::MAX_BYTES;
    numbered
        .into_iter()
        .map(|(number, file)| one(folder, number, file, &mut most))
        .collect()
}

/// One file, if no more than `most` bytes are left for it.
fn one(folder: &Path, number: u32, file: String, most: &mut u64) -> Result<Source, ImportError> {
    let path = folder.join(&file);
    let content = source::bytes(&path, most)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        let source = io::Error::other("larger than 1 MiB");
        return Err(ImportError::Unreadable { path, source });
    }
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content);
    let value: Value = serde_json::from_slice(content).map_err(|source| ImportError::NotJson {
        file: file.clone(),
        source,
    })?;
    let Value::Object(fields) = value else {
        return Err(ImportError::NotALot {
            file,
            reason: "not an object".to_owned(),
        });
    };
    let number = match fields.get("id") {
        None => number,
        Some(id) => match text(id).and_then(|id| id.parse().ok()) {
            Some(id) => id,
            None => {
                return Err(ImportError::NotALot {
                    file,
                    reason: format!("its id is {id}"),
                });
            }
        },
    };
    Ok(Source {
        file,
        number,
        fields,
    })
}

fn lot(source: &Source, report: &mut Report) -> Result<LotFile, ImportError> {
    let known = ["id", "title", "subtitle", "fortune", "poem", "analysis"];
    count_unknown(&source.fields, &known, report);
    let field = |name| source.fields.get(name).and_then(text);
    let no_analysis = Map::new();
    let analysis = match source.fields.get("analysis") {
        Some(Value::Object(analysis)) => analysis,
        Some(_) | None => &no_analysis,
    };
    count_unknown(analysis, &["zh", "en", "jp", "ja", "reference"], report);
    let part = |name| analysis.get(name).and_then(text);
    let Some(poem) = field("poem") else {
        return Err(ImportError::NotALot {
            file: source.file.clone(),
            reason: "it has no poem".to_owned(),
        });
    };

    let mut lot = LotFile {
        number: source.number,
        title: field("title").unwrap_or_else(|| format!("第{}籤", source.number)),
        grade: None,
        verse: verse::lines(&poem),
        pronunciation: Vec::new(),
        commentary: Vec::new(),
        allusion: Vec::new(),
        topics: BTreeMap::new(),
    };
    let subtitle = field("subtitle");
    let story_title = subtitle
        .as_deref()
        .and_then(|text| story_title(text, source.number));
    if let Some(subtitle) = subtitle {
        lot.commentary.push(classic("subtitle", subtitle));
    }
    if let Some(fortune) = field("fortune") {
        match grades::fortune(&fortune) {
            Fortune::Grade => lot.grade = Some(fortune),
            Fortune::Hexagram => lot.commentary.push(classic("hexagram", fortune)),
            Fortune::Remark => lot.commentary.push(classic("remark", fortune)),
        }
    }
    if let Some(meaning) = part("zh") {
        add_verdicts(&mut lot, &verdicts::read(&meaning, Language::Zh, report));
        lot.commentary.push(classic("meaning", meaning));
    }
    let (en, ja) = (part("en"), part("ja").or_else(|| part("jp")));
    if en.is_some() || ja.is_some() {
        lot.commentary.push(CommentaryEntry {
            kind: "meaning".to_owned(),
            provenance: Provenance::Translated,
            zh: None,
            zh_hans: None,
            en,
            ja,
        });
    }
    if let Some(reference) = part("reference") {
        add_reference(&mut lot, reference, story_title, report);
    }
    Ok(lot)
}

fn add_reference(
    lot: &mut LotFile,
    reference: String,
    story_title: Option<String>,
    report: &mut Report,
) {
    let verdicts = verdicts::read(&reference, Language::Zh, report);
    add_verdicts(lot, &verdicts);
    let stories = reference::stories(&reference, verdicts.span.as_ref());
    // A subtitle that names a story, and nothing but the story in the reference.
    if stories.is_empty() && verdicts.by_topic.is_empty() && story_title.is_some() {
        report.allusions += 1;
        lot.allusion.push(allusion(reference, story_title));
        return;
    }
    for story in stories {
        report.allusions += 1;
        lot.allusion.push(allusion(story, None));
    }
    lot.commentary.push(classic("reference", reference));
}

fn add_verdicts(lot: &mut LotFile, verdicts: &verdicts::Verdicts) {
    for (topic, verdict) in &verdicts.by_topic {
        let texts = lot.topics.entry(*topic).or_default();
        fill::add_verdict(texts, Language::Zh, verdict);
    }
}

/// The name of a story before the lot's number written in two stems, as 甲丙 for 3.
fn story_title(subtitle: &str, number: u32) -> Option<String> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    let code = [STEMS.get(at / 10)?, &STEMS[at % 10]]
        .into_iter()
        .collect::<String>();
    let title = subtitle.strip_suffix(&code)?.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

fn classic(kind: &str, text: String) -> CommentaryEntry {
    CommentaryEntry {
        kind: kind.to_owned(),
        provenance: Provenance::Classic,
        zh: Some(text),
        zh_hans: None,
        en: None,
        ja: None,
    }
}

fn allusion(text: String, title: Option<String>) -> AllusionEntry {
    AllusionEntry {
        provenance: Provenance::Classic,
        zh: Some(text),
        zh_hans: None,
        en: None,
        ja: None,
        title: Texts {
            zh: title,
            ..Texts::default()
        },
    }
}

/// A text that is there: not empty, not `--`, the parts of a list on lines of their own.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(parts) => parts.iter().filter_map(text).collect::<Vec<_>>().join("\n"),
        Value::Null | Value::Bool(_) | Value::Object(_) => return None,
    };
    (!text.is_empty() && text != "--").then_some(text)
}

fn count_unknown(fields: &Map<String, Value>, known: &[&str], report: &mut Report) {
    for key in fields.keys().filter(|key| !known.contains(&key.as_str())) {
        *report.unknown_keys.entry(key.clone()).or_default() += 1;
    }
}
