//! What the linter finds in the real sets and in the starter deck: as many lots for each kind of
//! finding as were judged by eye in `docs/lint.md`.

use std::collections::{BTreeMap, BTreeSet};

use kaucim_decks::{
    import::{self, Imported, Options},
    lint::{self, Code, Linted},
};
use tempfile::TempDir;

use crate::{
    candles::{found, told},
    corpora::divine_whispers,
    crawl::SETS,
};

/// How many lots have a finding of each kind; the deck itself counts as one.
fn lots_by_code(linted: &Linted) -> Vec<(Code, usize)> {
    let mut lots: BTreeMap<Code, BTreeSet<Option<u32>>> = BTreeMap::new();
    for fault in found(linted) {
        lots.entry(fault.code).or_default().insert(fault.lot);
    }
    lots.into_iter()
        .map(|(code, lots)| (code, lots.len()))
        .collect()
}

#[test]
fn the_real_sets_are_what_they_were_judged_to_be() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    let packs = TempDir::new().unwrap();
    for (deity, name, _) in SETS {
        let imported = import::crawl(&corpora.join(name), &Options::of(deity)).unwrap();
        imported.write(packs.path()).unwrap();
    }
    let expected: [(&str, &[(Code, usize)]); 6] = [
        (
            "imported_guan_yin",
            &[
                (Code::Harm, 13),
                (Code::LostCharacter, 1),
                (Code::TextRepeated, 1),
                (Code::Coverage, 10),
                (Code::LicenceUnknown, 1),
            ],
        ),
        (
            "imported_guan_yu",
            &[
                (Code::Harm, 22),
                (Code::StemBranch, 2),
                (Code::Coverage, 7),
                (Code::LicenceUnknown, 1),
            ],
        ),
        (
            "imported_mazu",
            &[(Code::Harm, 15), (Code::LicenceUnknown, 1)],
        ),
        (
            "imported_tianhou",
            &[
                (Code::Harm, 18),
                (Code::ScriptVariant, 1),
                (Code::Coverage, 2),
                (Code::LicenceUnknown, 1),
            ],
        ),
        (
            "imported_yue_lao",
            &[
                (Code::LostCharacter, 1),
                (Code::TextRepeated, 1),
                (Code::Coverage, 1),
                (Code::LicenceUnknown, 1),
            ],
        ),
        (
            "imported_zhu_sheng",
            &[(Code::Harm, 5), (Code::LicenceUnknown, 1)],
        ),
    ];
    let linted = lint::folder(packs.path()).unwrap();
    assert_eq!(linted.len(), expected.len());
    let found: Vec<_> = linted
        .iter()
        .map(|linted| (linted.pack.as_str(), lots_by_code(linted)))
        .collect();
    let expected = expected.map(|(pack, codes)| (pack, codes.to_vec()));
    let told: Vec<_> = linted.iter().map(told).collect();
    assert_eq!(found, expected, "{}", told.join("\n"));
}

#[test]
fn nothing_is_found_in_the_starter_deck() {
    for linted in lint::starter() {
        assert_eq!(told(&linted), "", "{}", linted.pack);
    }
}

/// The pack with ten verses moved by one number.
fn moved(mut imported: Imported) -> Imported {
    let is_lot = |path: &&String| path.starts_with("lots/");
    let paths: Vec<_> = imported.files.keys().filter(is_lot).cloned().collect();
    let mut lots: Vec<toml::Table> = paths
        .iter()
        .map(|path| imported.files[path].parse().unwrap())
        .collect();
    let mut verses: Vec<_> = lots.iter().map(|lot| lot["verse"].clone()).collect();
    verses[10..20].rotate_left(1);
    for ((lot, verse), path) in lots.iter_mut().zip(verses).zip(paths) {
        lot.insert("verse".to_owned(), verse);
        imported.files.insert(path, lot.to_string());
    }
    imported
}

#[test]
fn verses_under_the_wrong_number_are_noticed() {
    let Some(corpora) = divine_whispers() else {
        return;
    };
    // The commentary of the other three sets hardly ever repeats a word of the verse.
    for (deity, name, least) in [
        ("guan_yu", "GuanYu", 8),
        ("mazu", "Mazu", 5),
        ("yue_lao", "YueLao", 4),
    ] {
        let imported = import::crawl(&corpora.join(name), &Options::of(deity)).unwrap();
        let packs = TempDir::new().unwrap();
        let folder = moved(imported).write(packs.path()).unwrap();
        let linted = lint::pack(&folder).unwrap();
        let noticed: Vec<_> = found(&linted)
            .into_iter()
            .filter(|fault| fault.code == Code::TextElsewhere)
            .filter_map(|fault| fault.lot)
            .collect();
        assert!(noticed.len() >= least, "{name}: {noticed:?}");
        assert!(
            noticed.iter().all(|lot| (11..=20).contains(lot)),
            "{name}: {noticed:?}"
        );
    }
}
