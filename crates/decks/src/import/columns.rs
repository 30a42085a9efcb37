//! Counts what the columns of a source hold, and tells what became of each.

use std::collections::BTreeMap;

use crate::import::{
    Column, ImportError, Map, Report,
    record::{self, Records, Text},
};

/// Columns that a report names one by one.
const MOST_LISTED: usize = 200;

/// Notes for each column what it was taken as, how many values it has, and how many are empty.
///
/// A map that names a column which is nowhere is refused: a misspelt name would lose its texts.
pub(super) fn report(records: &Records, map: &Map, report: &mut Report) -> Result<(), ImportError> {
    let uses = map.uses();
    let columns = counted(records, map);
    for (name, _) in &uses {
        let is_there = records.headings.iter().any(|heading| heading == name)
            || records.list.iter().any(|record| record.at(name).is_some());
        if !is_there {
            let known = columns.iter().take(MOST_LISTED);
            let known: Vec<_> = known.map(|(name, _)| name.as_str()).collect();
            return Err(ImportError::Map(format!(
                "there is no column `{name}`; the columns are {}",
                known.join(", ")
            )));
        }
    }
    report.more_columns = columns.len().saturating_sub(MOST_LISTED);
    let lots = u32::try_from(records.list.len()).unwrap_or(u32::MAX);
    for (name, values) in columns.into_iter().take(MOST_LISTED) {
        let taken: Vec<_> = uses
            .iter()
            .filter(|(column, _)| covers(column, &name))
            .map(|(_, what)| what.as_str())
            .collect();
        report.columns.push(Column {
            taken_as: (!taken.is_empty()).then(|| taken.join(", ")),
            name,
            values,
            empty: lots.saturating_sub(values),
        });
    }
    report.ignored_files.extend(records.ignored.iter().cloned());
    Ok(())
}

/// Whether a column that a map names is another one, holds it, or is a part of it.
pub(super) fn covers(named: &str, column: &str) -> bool {
    let holds = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    holds(named, column) || holds(column, named)
}

/// A column, with the number of lots that have something in it.
type Counted = (String, u32);

/// All columns in their order.
fn counted(records: &Records, map: &Map) -> Vec<Counted> {
    let headings = records.headings.iter();
    let mut columns: Vec<Counted> = headings.map(|heading| (heading.clone(), 0)).collect();
    let places = columns.iter().enumerate();
    let mut places: BTreeMap<String, usize> = places
        .map(|(place, (heading, _))| (heading.clone(), place))
        .collect();
    for record in &records.list {
        for (name, value) in record.leaves() {
            let place = *places.entry(name).or_insert_with_key(|name| {
                columns.push((name.clone(), 0));
                columns.len() - 1
            });
            let empty = match record::text(value) {
                Text::Absent => true,
                Text::Present(text) => {
                    let text = text.trim();
                    text.is_empty() || map.empty.iter().any(|empty| empty == text)
                }
                Text::Unfit(_) => false,
            };
            columns[place].1 += u32::from(!empty);
        }
    }
    columns
}
