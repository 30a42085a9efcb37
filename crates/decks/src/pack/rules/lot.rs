//! The rules of form for one lot.

use super::{CONTROL, Unfit, letters, line_fault, texts_fault};
use crate::{
    lint::Code,
    pack::{
        Fault,
        format::{DeckFile, LotFile, Texts},
    },
};

pub(super) fn check(file: &str, lot: &LotFile, deck: &DeckFile, faults: &mut Vec<Fault>) {
    Checked { file, lot, faults }.lot(deck);
}

/// One lot under examination.
struct Checked<'a> {
    file: &'a str,
    lot: &'a LotFile,
    faults: &'a mut Vec<Fault>,
}

impl Checked<'_> {
    fn lot(&mut self, deck: &DeckFile) {
        let number = self
            .file
            .trim_start_matches("lots/")
            .trim_end_matches(".toml");
        if number.parse() != Ok(self.lot.number) {
            self.fault(Code::Number, "number", "differs from the file's name");
        }
        match line_fault(&self.lot.title) {
            Some(Unfit::Blank) => self.fault(Code::Required, "title", "missing"),
            Some(Unfit::Control) => self.fault(Code::Control, "title", CONTROL),
            None => {}
        }
        self.verse(deck);
        self.pronunciation();
        if let Some(grade) = &self.lot.grade
            && !deck.grades.is_empty()
            && !deck.grades.iter().any(|known| known.word == *grade)
        {
            let reason = format!("`{grade}` is not among the deck's grades");
            self.fault(Code::GradeUnknown, "grade", reason);
        }
        self.texts();
    }

    fn texts(&mut self) {
        for entry in &self.lot.commentary {
            if line_fault(&entry.kind).is_some() {
                self.fault(Code::Required, "commentary.kind", "missing");
            }
            if let Some((code, reason)) = texts_fault(entry.texts()) {
                self.fault(code, "commentary", reason);
            }
        }
        for entry in &self.lot.allusion {
            if let Some((code, reason)) = texts_fault(entry.texts()) {
                self.fault(code, "allusion", reason);
            }
            if !entry.title.is_empty()
                && let Some((code, reason)) = texts_fault(entry.title.iter())
            {
                self.fault(code, "allusion.title", reason);
            }
        }
        for texts in self.lot.topics.values() {
            if let Some((code, reason)) = texts_fault(Texts::iter(texts)) {
                self.fault(code, "topics", reason);
            }
        }
    }

    fn verse(&mut self, deck: &DeckFile) {
        if self.lot.verse.is_empty() {
            self.fault(Code::Required, "verse", "missing");
        }
        for (line, text) in (1..).zip(&self.lot.verse) {
            match line_fault(text) {
                Some(Unfit::Blank) => {
                    self.fault(Code::EmptyText, "verse", format!("line {line} is empty"));
                }
                Some(Unfit::Control) => {
                    self.fault(Code::Control, "verse", format!("line {line}: {CONTROL}"));
                }
                None => {}
            }
        }
        let Some(metre) = deck.metre else { return };
        if deck.special_lots.contains(&self.lot.number) {
            return;
        }
        let lines = self.lot.verse.len();
        if lines != metre.lines && lines > 0 {
            let reason = format!("{lines} lines; the metre asks for {}", metre.lines);
            self.fault(Code::Metre, "verse", reason);
        }
        for (line, text) in (1..).zip(&self.lot.verse) {
            let characters = letters(text).count();
            if characters != metre.characters {
                let wanted = metre.characters;
                let reason =
                    format!("line {line} has {characters} characters; the metre asks for {wanted}");
                self.fault(Code::Metre, "verse", reason);
            }
        }
    }

    fn pronunciation(&mut self) {
        let (lines, wanted) = (self.lot.pronunciation.len(), self.lot.verse.len());
        if lines != 0 && lines != wanted {
            let reason = format!("{lines} lines; the verse has {wanted}");
            self.fault(Code::Pronunciation, "pronunciation", reason);
        }
        for (line, text) in (1..).zip(&self.lot.pronunciation) {
            let reason = match line_fault(text) {
                Some(Unfit::Blank) => format!("line {line} is empty"),
                Some(Unfit::Control) => format!("line {line}: {CONTROL}"),
                None => continue,
            };
            self.fault(Code::Pronunciation, "pronunciation", reason);
        }
    }

    fn fault(&mut self, code: Code, field: &str, reason: impl Into<String>) {
        let place = (self.file, self.lot.number);
        self.faults.push(Fault::of_lot(code, place, field, reason));
    }
}
