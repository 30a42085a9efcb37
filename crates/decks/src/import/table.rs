//! A table becomes records: cells between commas, tabs or semicolons, headings in the first row.

use std::collections::BTreeSet;

use csv::{ReaderBuilder, StringRecord};
use serde_json::Value;

use crate::import::{
    Delimiter, ImportError, Map,
    record::{Record, Records},
    tree::MAX_VALUES,
};

/// A table of more columns is refused.
const MAX_COLUMNS: usize = 1000;

/// A cell of more bytes is refused.
const MAX_CELL_BYTES: usize = 1 << 20;

/// A row that is added at the end: whatever else it is read as, a quotation mark was not closed.
const END: &str = "\u{1}end of table\u{1}";

/// Reads a table. Whose delimiter is not said in the map has the one that cuts the headings into
/// most.
pub(super) fn read(file: &str, text: &str, map: Option<&Map>) -> Result<Records, ImportError> {
    let malformed = |place: String, reason: String| ImportError::Malformed { place, reason };
    let delimiter = match map.and_then(|map| map.delimiter) {
        Some(delimiter) => delimiter,
        None => delimiter(text).map_err(|reason| malformed(file.to_owned(), reason))?,
    };
    let ended = format!("{text}\n{END}\n");
    let mut rows = rows(&ended, delimiter);
    let mut records = Records::default();
    let mut row = StringRecord::new();
    let mut values = 0;
    let mut last = (1, false);
    while rows
        .read_record(&mut row)
        .map_err(|error| malformed(file.to_owned(), error.to_string()))?
    {
        let line = row.position().map_or(0, csv::Position::line);
        let place = format!("{file}: line {line}");
        if &row[0] == END {
            last.1 = true;
            break;
        }
        last.0 = line;
        if let Some(cell) = row.iter().position(|cell| cell.len() > MAX_CELL_BYTES) {
            let reason = format!("cell {} is larger than 1 MiB; {UNCLOSED}", cell + 1);
            return Err(malformed(place, reason));
        }
        if records.headings.is_empty() {
            if row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            records.headings = headings(&row).map_err(|reason| malformed(place, reason))?;
            continue;
        }
        let record = record(&row, &records.headings, place)?;
        values += record.fields.len();
        if values > MAX_VALUES {
            let reason = format!("more than {MAX_VALUES} cells have a value");
            return Err(malformed(record.place, reason));
        }
        if record.fields.is_empty() {
            records.blank_rows += 1;
        } else {
            records.list.push(record);
        }
    }
    if !last.1 {
        return Err(malformed(
            format!("{file}: line {}", last.0),
            UNCLOSED.to_owned(),
        ));
    }
    Ok(records)
}

const UNCLOSED: &str = "a quotation mark may not be closed; one inside a quoted cell is doubled";

fn rows(text: &str, delimiter: Delimiter) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.byte())
        .from_reader(text.as_bytes())
}

/// The delimiter that cuts the headings into more than any other does.
fn delimiter(text: &str) -> Result<Delimiter, String> {
    let mut counted = Vec::new();
    for delimiter in Delimiter::ALL {
        let mut row = StringRecord::new();
        let read = rows(text, delimiter).read_record(&mut row);
        read.map_err(|error| error.to_string())?;
        counted.push((row.len(), delimiter));
    }
    let most = counted.iter().map(|(count, _)| *count).max().unwrap_or(0);
    let mut best = counted.iter().filter(|(count, _)| *count == most);
    match (most, best.next(), best.next()) {
        (2.., Some((_, delimiter)), None) => Ok(*delimiter),
        (2.., ..) => Err(
            "its headings could be separated by more than one sign; say \
             delimiter = \"comma\", \"tab\" or \"semicolon\" in a map"
                .to_owned(),
        ),
        _ => Err("its first row has no headings between commas, tabs or semicolons".to_owned()),
    }
}

fn headings(row: &StringRecord) -> Result<Vec<String>, String> {
    if row.len() > MAX_COLUMNS {
        return Err(format!(
            "{} columns; at most {MAX_COLUMNS} are read",
            row.len()
        ));
    }
    let mut seen = BTreeSet::new();
    let mut headings = Vec::with_capacity(row.len());
    for (index, heading) in row.iter().enumerate() {
        let heading = match heading.trim() {
            "" => format!("column {}", index + 1),
            heading => heading.to_owned(),
        };
        if !seen.insert(heading.clone()) {
            return Err(format!("two columns are called `{heading}`; rename one"));
        }
        headings.push(heading);
    }
    Ok(headings)
}

fn record(row: &StringRecord, headings: &[String], place: String) -> Result<Record, ImportError> {
    let beyond = row.iter().skip(headings.len());
    if beyond.into_iter().any(|cell| !cell.trim().is_empty()) {
        let reason = format!(
            "{} cells below {} headings; a cell with a separator in it is put in quotation marks",
            row.len(),
            headings.len()
        );
        return Err(ImportError::Malformed { place, reason });
    }
    let cells = headings.iter().zip(row.iter());
    let fields = cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(heading, cell)| (heading.clone(), Value::String(cell.to_owned())))
        .collect();
    Ok(Record {
        place,
        number: None,
        fields,
    })
}
