//! The rules that a pack keeps, or is refused.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Language,
    pack::{
        Fault, MAX_LOTS,
        format::{DeckFile, LotFile, Metre, Pack, Texts},
    },
};

/// Every rule that the pack breaks; empty for a good pack.
pub(super) fn broken(pack: &Pack) -> Vec<Fault> {
    let mut faults = Vec::new();
    deck(&pack.deck, &mut faults);
    for (file, lot) in &pack.lots {
        Checked {
            file,
            lot,
            faults: &mut faults,
        }
        .lot(&pack.deck);
    }
    numbers(pack, &mut faults);
    repeated_verses(pack, &mut faults);
    grade_mix(pack, &mut faults);
    faults
}

fn deck(deck: &DeckFile, faults: &mut Vec<Fault>) {
    let mut fault = |field: &str, reason: &str| faults.push(Fault::of_deck(field, reason));
    if deck.format != 1 {
        fault("format", "only format 1 is known");
    }
    for (field, id) in [("id", &deck.id), ("deity", &deck.deity)] {
        if !is_id(id) {
            fault(field, "1 to 64 of a-z, 0-9, `_` and `-` are wanted");
        }
    }
    for (field, text) in [
        ("edition", &deck.edition),
        ("source", &deck.source),
        ("licence", &deck.licence),
    ] {
        match text_fault(text) {
            Some(Unfit::Blank) => fault(field, "missing; say where the texts come from"),
            Some(Unfit::Control) => fault(field, CONTROL),
            None => {}
        }
    }
    if !(1..=MAX_LOTS).contains(&deck.count) {
        fault("count", "a deck has 1 to 10000 lots");
    }
    if let Some(Metre { lines: 0, .. } | Metre { characters: 0, .. }) = deck.metre {
        fault("metre", "lines and characters are at least 1");
    }
    if deck
        .special_lots
        .iter()
        .any(|number| !(1..=deck.count).contains(number))
    {
        fault("special_lots", "a number beyond the deck");
    }
    for (field, texts) in [("deity_name", &deck.deity_name), ("name", &deck.name)] {
        if let Some(reason) = texts_fault(texts.iter()) {
            fault(field, reason);
        }
    }
    let mut words = BTreeSet::new();
    for grade in &deck.grades {
        if text_fault(&grade.word).is_some() {
            fault("grades", "a grade without a word");
        } else if !words.insert(&grade.word) {
            fault("grades", &format!("the word `{}` stands twice", grade.word));
        }
    }
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
            self.fault("number", "differs from the file's name");
        }
        match line_fault(&self.lot.title) {
            Some(Unfit::Blank) => self.fault("title", "missing"),
            Some(Unfit::Control) => self.fault("title", CONTROL),
            None => {}
        }
        self.verse(deck);
        if let Some(grade) = &self.lot.grade
            && !deck.grades.is_empty()
            && !deck.grades.iter().any(|known| known.word == *grade)
        {
            self.fault("grade", format!("`{grade}` is not among the deck's grades"));
        }
        for entry in &self.lot.commentary {
            if line_fault(&entry.kind).is_some() {
                self.fault("commentary.kind", "missing");
            }
            if let Some(reason) = texts_fault(entry.texts()) {
                self.fault("commentary", reason);
            }
        }
        for entry in &self.lot.allusion {
            if let Some(reason) = texts_fault(entry.texts()) {
                self.fault("allusion", reason);
            }
            if !entry.title.is_empty()
                && let Some(reason) = texts_fault(entry.title.iter())
            {
                self.fault("allusion.title", reason);
            }
        }
        for texts in self.lot.topics.values() {
            if let Some(reason) = texts_fault(Texts::iter(texts)) {
                self.fault("topics", reason);
            }
        }
    }

    fn verse(&mut self, deck: &DeckFile) {
        if self.lot.verse.is_empty() {
            self.fault("verse", "missing");
        }
        for (index, line) in self.lot.verse.iter().enumerate() {
            match line_fault(line) {
                Some(Unfit::Blank) => self.fault("verse", format!("line {} is empty", index + 1)),
                Some(Unfit::Control) => {
                    self.fault("verse", format!("line {}: {CONTROL}", index + 1));
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
            self.fault(
                "verse",
                format!("{lines} lines; the metre asks for {}", metre.lines),
            );
        }
        for (index, line) in self.lot.verse.iter().enumerate() {
            let characters = letters(line).count();
            if characters != metre.characters {
                let line = index + 1;
                let wanted = metre.characters;
                self.fault(
                    "verse",
                    format!("line {line} has {characters} characters; the metre asks for {wanted}"),
                );
            }
        }
    }

    fn fault(&mut self, field: &str, reason: impl Into<String>) {
        self.faults.push(of_lot(self.file, self.lot, field, reason));
    }
}

fn numbers(pack: &Pack, faults: &mut Vec<Fault>) {
    let count = pack.deck.count.min(MAX_LOTS);
    let mut seen = BTreeSet::new();
    for (file, lot) in &pack.lots {
        if !(1..=count).contains(&lot.number) {
            let reason = format!("the deck's lots are 1 to {count}");
            faults.push(of_lot(file, lot, "number", reason));
        } else if !seen.insert(lot.number) {
            faults.push(of_lot(file, lot, "number", "another file has it too"));
        }
    }
    let missing: Vec<_> = (1..=count)
        .filter(|number| !seen.contains(number))
        .collect();
    if let [first, ..] = missing[..] {
        let reason = match missing.len() {
            1 => format!("lot {first} is missing"),
            many => format!("{many} lots are missing, the first is {first}"),
        };
        faults.push(Fault::of_deck("count", reason));
    }
}

fn repeated_verses(pack: &Pack, faults: &mut Vec<Fault>) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (file, lot) in &pack.lots {
        let verse: String = lot.verse.iter().flat_map(|line| letters(line)).collect();
        if verse.is_empty() || pack.deck.special_lots.contains(&lot.number) {
            continue;
        }
        if let Some(other) = seen.insert(verse, lot.number) {
            let reason = format!("the same as lot {other}'s");
            faults.push(of_lot(file, lot, "verse", reason));
        }
    }
}

fn grade_mix(pack: &Pack, faults: &mut Vec<Fault>) {
    for grade in &pack.deck.grades {
        let Some(declared) = grade.count else {
            continue;
        };
        let counted = pack
            .lots
            .iter()
            .filter(|(_, lot)| lot.grade.as_ref() == Some(&grade.word))
            .count();
        if usize::try_from(declared) != Ok(counted) {
            let reason = format!(
                "`{}` is declared {declared} times, {counted} found",
                grade.word
            );
            faults.push(Fault::of_deck("grades", reason));
        }
    }
}

const CONTROL: &str = "contains a control character";

enum Unfit {
    Blank,
    Control,
}

fn text_fault(text: &str) -> Option<Unfit> {
    if text.trim().is_empty() {
        return Some(Unfit::Blank);
    }
    let unfit = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    text.contains(unfit).then_some(Unfit::Control)
}

/// As [`text_fault`], for what stands on one line.
fn line_fault(text: &str) -> Option<Unfit> {
    text_fault(text).or_else(|| text.contains(char::is_control).then_some(Unfit::Control))
}

/// What is wrong with a text that must be there in at least one language.
fn texts_fault<'a>(texts: impl Iterator<Item = (Language, &'a str)>) -> Option<&'static str> {
    let mut none = true;
    for (_, text) in texts {
        none = false;
        match text_fault(text) {
            Some(Unfit::Blank) => return Some("a text is empty; leave its language out"),
            Some(Unfit::Control) => return Some(CONTROL),
            None => {}
        }
    }
    none.then_some("a text in at least one language is wanted")
}

/// Whether a text may be the id of a deck or a deity.
pub(crate) fn is_id(id: &str) -> bool {
    let known = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=64).contains(&id.len()) && id.bytes().all(known)
}

fn letters(line: &str) -> impl Iterator<Item = char> {
    line.chars().filter(|c| c.is_alphanumeric())
}

fn of_lot(file: &str, lot: &LotFile, field: &str, reason: impl Into<String>) -> Fault {
    Fault {
        lot: Some(lot.number),
        field: Some(field.to_owned()),
        ..Fault::of_file(file, reason)
    }
}
