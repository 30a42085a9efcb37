//! Numbers in titles and texts that are another lot's, and titles of another set.

use std::collections::BTreeMap;

use crate::{
    lint::{Code, numeral},
    pack::{Fault, Pack, Place, texts},
};

pub(super) fn check(pack: &Pack, faults: &mut Vec<Fault>) {
    let usual = usual_series(pack);
    for (file, lot) in &pack.lots {
        let place = (file.as_str(), lot.number);
        if pack.deck.special_lots.contains(&lot.number) {
            continue;
        }
        if let Some(number) = numeral::of_lot(&lot.title)
            && number != lot.number
        {
            let reason = format!("names lot {number}");
            faults.push(Fault::of_lot(Code::TitleNumber, place, "title", reason));
        }
        if let Some(usual) = usual
            && let Some(series) = series(&lot.title)
            && series != usual
        {
            let reason = format!("is of `{series}`; most lots are of `{usual}`");
            faults.push(Fault::of_lot(Code::TitleSeries, place, "title", reason));
        }
    }
    for text in texts(pack) {
        let is_commentary = matches!(text.place, Place::Commentary(_));
        if let Some(lot) = text.lot.filter(|_| is_commentary)
            && let Some(number) = names_at_once(text.text)
            && number != lot
        {
            faults.push(text.fault(Code::TextNumber, format!("begins with lot {number}")));
        }
    }
}

/// The number that a text begins with as the name of its lot.
fn names_at_once(text: &str) -> Option<u32> {
    let text = text.trim_start();
    let lower: String = text.chars().take(8).collect::<String>().to_lowercase();
    let begins = ["第", "lot ", "lot.", "no.", "№"];
    if !begins.iter().any(|word| lower.starts_with(word)) {
        return None;
    }
    let head: String = text.chars().take(16).collect();
    // 第一、… and 第二句 count something else.
    let is_lot = ["籤", "签", "番", "首", "くじ", "ot", "o.", "№"]
        .iter()
        .any(|word| head.contains(word));
    numeral::of_lot(&head).filter(|_| is_lot)
}

/// What stands before the number in a title.
fn series(title: &str) -> Option<&str> {
    let (before, _) = title.rsplit_once('第')?;
    Some(before.trim())
}

/// The series that nine tenths of the titles are of.
fn usual_series(pack: &Pack) -> Option<&str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, lot) in &pack.lots {
        if let Some(series) = series(&lot.title) {
            *counts.entry(series).or_default() += 1;
        }
    }
    let (series, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 10 >= pack.lots.len() * 7).then_some(series)
}
