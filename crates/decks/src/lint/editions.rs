//! Decks beside each other: whose verses are another deck's, and whether that was declared.

use std::collections::BTreeSet;

use crate::{
    lint::Code,
    pack::{Fault, Files, Pack, format::DeckFile, letters},
    search::compared,
};

/// Shorter lines may be anybody's.
const SHORTEST_LINE: usize = 4;

/// The verses of a deck, to be compared with another's.
#[derive(Debug)]
pub(crate) struct Verses {
    /// Name of the pack's folder.
    pack: String,
    is_starter: bool,
    deck_id: String,
    set: Option<String>,
    links: Vec<String>,
    /// Each lot's lines that are long enough.
    lots: Vec<Vec<String>>,
    lines: BTreeSet<String>,
}

impl Verses {
    pub(crate) fn of(files: &Files, pack: &Pack) -> Self {
        let lots: Vec<Vec<String>> = pack
            .lots
            .iter()
            .map(|(_, lot)| {
                let lines = lot.verse.iter().map(|line| folded_line(line));
                lines
                    .filter(|line| line.chars().count() >= SHORTEST_LINE)
                    .collect()
            })
            .collect();
        Self {
            pack: files.name.clone(),
            is_starter: files.is_starter,
            deck_id: pack.deck.id.clone(),
            set: pack.deck.set.clone(),
            links: pack.deck.links.clone(),
            lines: lots.iter().flatten().cloned().collect(),
            lots,
        }
    }

    /// The fault of a deck whose id another one has.
    pub(crate) fn taken_by<'a>(&self, mut others: impl Iterator<Item = &'a Self>) -> Option<Fault> {
        let owner = others.find(|other| other.deck_id == self.deck_id)?;
        let id = &self.deck_id;
        let reason = if owner.is_starter {
            format!("the starter deck has the id `{id}`; choose another")
        } else {
            format!(
                "the pack `{}` has the id `{id}` already; choose another",
                owner.pack
            )
        };
        Some(Fault::of_deck(Code::IdTaken, "id", reason))
    }

    pub(crate) fn deck_id(&self) -> &str {
        &self.deck_id
    }

    /// How many lots have half of their lines in common with the other deck.
    fn shared(&self, other: &Self) -> usize {
        let is_shared = |lot: &&Vec<String>| {
            let common = lot
                .iter()
                .filter(|line| other.lines.contains(*line))
                .count();
            common > 0 && common * 2 >= lot.len()
        };
        self.lots.iter().filter(is_shared).count()
    }
}

/// What a deck does beside others: a fault where it shares most of its verses with one of another
/// set, warnings for less.
pub(crate) fn between<'a>(
    deck: &Verses,
    others: impl Iterator<Item = &'a Verses>,
) -> (Option<Fault>, Vec<Fault>) {
    let mut warnings = Vec::new();
    for other in others {
        let shared = deck.shared(other).max(other.shared(deck));
        let smaller = deck.lots.len().min(other.lots.len()).max(1);
        let is_most = shared * 2 > smaller;
        let id = &other.deck_id;
        let is_one_set = deck.set.is_some() && deck.set == other.set;
        if is_most && !is_one_set {
            let reason = format!(
                "{shared} of its verses are those of deck `{id}`; if both are editions of one \
                 set, write the same `set = \"…\"` above the first heading of both deck.toml"
            );
            return (
                Some(Fault::of_deck(Code::SharedVerses, "set", reason)),
                warnings,
            );
        }
        if is_one_set && !is_most {
            let reason = format!("of one set with deck `{id}`, and shares {shared} verses with it");
            warnings.push(Fault::of_deck(Code::SetDiffers, "set", reason));
        } else if !is_one_set && shared >= 3 {
            let reason = format!("{shared} of its verses are those of deck `{id}`");
            warnings.push(Fault::of_deck(Code::PartlyShared, "set", reason));
        }
    }
    (None, warnings)
}

/// Links of a deck that lead to none of the decks that are there.
pub(crate) fn missing_links(deck: &Verses, others: &BTreeSet<&str>) -> Vec<Fault> {
    deck.links
        .iter()
        .filter(|link| !others.contains(link.as_str()))
        .map(|link| {
            let reason = format!("there is no deck `{link}` here");
            Fault::of_deck(Code::LinkMissing, "links", reason)
        })
        .collect()
}

/// What a pack says about itself as an edition.
pub(super) fn of_one(pack: &Pack, faults: &mut Vec<Fault>) {
    let deck = &pack.deck;
    let mut warn =
        |code, field: &str, reason: String| faults.push(Fault::of_deck(code, field, reason));
    for (field, text) in [("licence", &deck.licence), ("source", &deck.source)] {
        if is_unknown(text) {
            let reason = "says that it is not known; who may use the texts, and how?".to_owned();
            warn(Code::LicenceUnknown, field, reason);
        }
    }
    if let Some(count) = declared_count(deck) {
        let special = u32::try_from(deck.special_lots.len()).unwrap_or(u32::MAX);
        if count != deck.count && count != deck.count.saturating_sub(special) {
            let reason = format!("names a set of {count}, and the deck has {}", deck.count);
            warn(Code::SetCount, "set", reason);
        }
    }
}

fn is_unknown(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "unknown",
        "unclear",
        "not known",
        "不明",
        "不詳",
        "不详",
        "未知",
        "unlicensed",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// The number at the end of a set's name: 100 of `lei_yu_shi_100`.
fn declared_count(deck: &DeckFile) -> Option<u32> {
    let (_, number) = deck.set.as_ref()?.rsplit_once(['_', '-'])?;
    number.parse().ok()
}

/// A line in one spelling, without punctuation.
pub(super) fn folded_line(line: &str) -> String {
    letters(line).map(compared).collect()
}
