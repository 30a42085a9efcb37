//! Grades without a tone, with one that their word contradicts, or that no lot has.

use crate::{
    Tone,
    lint::Code,
    pack::{Fault, Pack},
};

pub(super) fn check(pack: &Pack, faults: &mut Vec<Fault>) {
    let mut warn = |code, reason: String| faults.push(Fault::of_deck(code, "grades", reason));
    for grade in &pack.deck.grades {
        let word = &grade.word;
        match grade.tone {
            None => {
                let reason = format!("`{word}` has no tone, so nobody is told what it comes to");
                warn(Code::GradeTone, reason);
            }
            Some(tone) => {
                if let Some(likely) = likely(word).filter(|likely| *likely != tone) {
                    let reason = format!(
                        "`{word}` is said to be {}, and sounds {}",
                        name(tone),
                        name(likely)
                    );
                    warn(Code::GradeTone, reason);
                }
            }
        }
        let is_used = pack
            .lots
            .iter()
            .any(|(_, lot)| lot.grade.as_ref() == Some(word));
        if !is_used {
            warn(Code::GradeUnused, format!("no lot is `{word}`"));
        }
    }
    if pack.deck.grades.is_empty() && pack.lots.iter().any(|(_, lot)| lot.grade.is_some()) {
        let reason = "lots have grades, and no `[[grades]]` says what they come to";
        warn(Code::GradeTone, reason.to_owned());
    }
}

/// What a word sounds like, where it leaves no doubt.
fn likely(word: &str) -> Option<Tone> {
    let word = word.trim_end_matches(['籤', '签']);
    let lower = word.to_lowercase();
    if word.contains('凶') || word.contains('兇') || matches!(word, "下下" | "下") {
        return Some(Tone::Warning);
    }
    let is_best = matches!(word, "大吉" | "上上" | "上上大吉" | "上吉" | "吉" | "上");
    (is_best || lower.contains("great fortune") || lower.contains("great blessing"))
        .then_some(Tone::Good)
}

fn name(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Mixed => "mixed",
        Tone::Warning => "a warning",
    }
}
