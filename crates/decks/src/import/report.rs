//! What an import tells of itself: what was understood, what was not, what is to be mended.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::Fault;

/// Lots that a report names one by one.
const MOST_LISTED: usize = 10;

/// What became of the texts, and what was not understood.
#[derive(Debug, Default)]
pub struct Report {
    pub lots: u32,
    /// Lines and characters of every verse, where all agree.
    pub metre: Option<(usize, usize)>,
    /// Lots beside the numbered ones, as their titles tell.
    pub special_lots: Vec<u32>,
    /// Lots without a grade.
    pub without_grade: u32,
    /// Words that stand as grades although no tone is known for them, and how often.
    pub unknown_grades: BTreeMap<String, u32>,
    /// Verdicts that were found inside free text.
    pub verdicts: u32,
    /// Labels of verdicts that belong to no topic, and how often; they stay in the free text.
    pub verdicts_without_topic: BTreeMap<String, u32>,
    /// Labels whose verdict is empty, doubled or too long to be one; likewise.
    pub verdicts_not_understood: u32,
    /// Lots with such labels.
    pub lots_not_understood: BTreeSet<u32>,
    /// Stories that were found inside free text.
    pub allusions: u32,
    /// Keys of the source that mean nothing here, and how often.
    pub unknown_keys: BTreeMap<String, u32>,
    /// What the columns of a table or of documents were taken as.
    pub columns: Vec<Column>,
    /// Columns beyond those that are listed.
    pub more_columns: usize,
    /// Rows of a table without a single value.
    pub blank_rows: u32,
    /// Lots whose title was made of their number.
    pub made_titles: u32,
    /// Numbers below the last lot's that no lot has.
    pub missing_numbers: Vec<u32>,
    /// Files of the source that are no lots, and parts of a document beside them.
    pub ignored_files: Vec<String>,
    /// What the loader will refuse the pack for; to be mended by hand.
    pub faults: Vec<Fault>,
}

/// What became of one column of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// Such as `verse`; absent: it was not understood, and nothing of it is in the pack.
    pub taken_as: Option<String>,
    /// Lots with something in it, and lots without.
    pub values: u32,
    pub empty: u32,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.taken_as {
            Some(what) => write!(f, "column `{}` is the {what}", self.name)?,
            None => write!(f, "column `{}` is not understood and left out", self.name)?,
        }
        write!(f, ": {} values", self.values)?;
        if self.empty > 0 {
            write!(f, ", {} empty", self.empty)?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} lots, {} without a grade",
            self.lots, self.without_grade
        )?;
        match self.metre {
            Some((lines, characters)) => {
                writeln!(f, "metre: {lines} lines of {characters} characters")?;
            }
            None => writeln!(f, "no common metre")?,
        }
        for column in &self.columns {
            writeln!(f, "{column}")?;
        }
        for (count, what) in [
            (self.more_columns, "more columns"),
            (self.blank_rows as usize, "blank rows passed over"),
            (self.made_titles as usize, "titles made of the number"),
        ] {
            if count > 0 {
                writeln!(f, "{count} {what}")?;
            }
        }
        if !self.missing_numbers.is_empty() {
            writeln!(
                f,
                "no lot has the number {}",
                listed(self.missing_numbers.iter())
            )?;
        }
        writeln!(
            f,
            "{} verdicts and {} stories found",
            self.verdicts, self.allusions
        )?;
        if self.verdicts_not_understood > 0 {
            writeln!(
                f,
                "{} verdicts not understood, in lots {}",
                self.verdicts_not_understood,
                listed(self.lots_not_understood.iter())
            )?;
        }
        for (what, counts) in [
            ("verdict without a topic", &self.verdicts_without_topic),
            ("grade without a known tone", &self.unknown_grades),
            ("unknown key", &self.unknown_keys),
        ] {
            for (name, count) in counts {
                writeln!(f, "{what}: {name}, {count} times")?;
            }
        }
        for number in &self.special_lots {
            writeln!(f, "special lot: {number}")?;
        }
        for file in &self.ignored_files {
            writeln!(f, "ignored: {file}")?;
        }
        for fault in &self.faults {
            writeln!(f, "to be mended: {fault}")?;
        }
        Ok(())
    }
}

/// The first ten numbers, and how many more there are.
fn listed<'a>(numbers: impl ExactSizeIterator<Item = &'a u32>) -> String {
    let more = numbers.len().saturating_sub(MOST_LISTED);
    let first: Vec<_> = numbers.take(MOST_LISTED).map(u32::to_string).collect();
    let first = first.join(", ");
    match more {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
