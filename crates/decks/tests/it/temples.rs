//! What a pack says about its temple: deities, links, words of its own, and who writes readings.

use std::collections::BTreeSet;

use kaucim_decks::{Language, Library, Matter, Readings};

use crate::lamps::Packs;

const KEY: &str = "redraw = \"always\"";
const TABLE: &str = "[name]";

#[test]
fn a_deck_answers_for_several_deities_under_their_own_names() {
    let packs = Packs::new();
    packs.add(
        "lamps",
        &[
            (
                KEY,
                "redraw = \"always\"\nalso_for = [\"guan_yin\", \"lamp_god\"]",
            ),
            (
                TABLE,
                "[[deities]]\nid = \"lamp_god\"\nname = { zh = \"燈公\", en = \"Lord of the Lamp\" }\n[name]",
            ),
        ],
    );
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let version = |deity| library.deck(deity, None).unwrap().version.clone();
    for (deity, zh) in [
        ("mazu", "媽祖"),
        ("guan_yin", "觀音菩薩"),
        ("lamp_god", "燈公"),
    ] {
        assert_eq!(library.deity(deity).unwrap().name[&Language::Zh], zh);
        let deck = library.deck(deity, Some("lamps")).unwrap();
        let lot = deck.lot(1).unwrap();
        assert_eq!(
            (lot.deity_id.as_str(), lot.deity[&Language::Zh].as_str()),
            (deity, zh)
        );
        assert_eq!(lot.version, version("mazu"), "one deck, one version");
        assert_eq!(
            deck.retrieve(1, "燈", Language::Zh, 3)[0]
                .id
                .split('/')
                .next(),
            Some("lamps")
        );
    }
    let found = library.search("漁夫見燈而歸", None, 20);
    let ids: BTreeSet<_> = found.iter().map(|source| &source.id).collect();
    assert_eq!(ids.len(), found.len(), "a deck is searched once: {found:?}");
    assert!(!library.search("漁夫", Some("guan_yin"), 5).is_empty());
}

#[test]
fn one_deity_may_have_many_decks() {
    let packs = Packs::new();
    packs.add("lamps", &[("\"mazu\"", "\"lamp_god\"")]);
    packs.add(
        "waves",
        &[
            ("\"lamps\"", "\"waves\""),
            ("燈照前途", "浪靜前途"),
            ("風靜船歸", "潮平船歸"),
            ("雨急燈昏", "雨急潮生"),
            ("且待天明", "且待潮平"),
            (
                KEY,
                "redraw = \"always\"\nalso_for = [\"lamp_god\"]\nlinks = [\"lamps\", \"nowhere\"]",
            ),
            (
                TABLE,
                "[[deities]]\nid = \"lamp_god\"\nname = { zh = \"燈公\" }\n[name]",
            ),
        ],
    );
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let decks = &library.deity("lamp_god").unwrap().decks;
    let ids: Vec<_> = decks.iter().map(|deck| deck.id.as_str()).collect();
    assert_eq!(ids, ["lamps", "waves"]);
    let linked = library.linked(&decks[1]);
    let ids: Vec<_> = linked.iter().map(|deck| deck.id.as_str()).collect();
    assert_eq!(ids, ["lamps"], "what is not there is passed over");
    assert!(library.linked(&decks[0]).is_empty(), "a link leads one way");
    let reasons: Vec<_> = library.warnings()["waves"]
        .iter()
        .map(|fault| fault.code.name())
        .collect();
    assert!(reasons.contains(&"link_missing"), "{reasons:?}");
}

#[test]
fn the_temple_has_words_of_its_own() {
    let packs = Packs::new();
    packs.add(
        "lamps",
        &[(
            TABLE,
            "[temple]\nzh = \"燈塔宮\"\n[disclaimer]\nzh = \"僅供參考。\"\n\
             [[resources]]\nregion = \"TW\"\nmatter = \"self_harm\"\ntext = { zh = \"安心專線 1925\" }\n[name]",
        )],
    );
    let (library, faults) = Library::open(packs.path());
    assert_eq!(faults, []);
    let deck = library.deck("mazu", None).unwrap();
    assert_eq!(deck.temple[&Language::Zh], "燈塔宮");
    assert_eq!(deck.disclaimer[&Language::Zh], "僅供參考。");
    assert_eq!(deck.readings, Readings::Model);
    let resource = &deck.resources[0];
    assert_eq!(
        (resource.region.as_str(), resource.matter),
        ("TW", Matter::SelfHarm)
    );
    assert_eq!(resource.text[&Language::Zh], "安心專線 1925");
}

#[test]
fn a_deck_of_verses_alone_gives_nothing_else() {
    let lot_of = |readings: &str| {
        let packs = Packs::new();
        packs.add(
            "lamps",
            &[(KEY, &format!("{KEY}\nreadings = \"{readings}\""))],
        );
        let (library, faults) = Library::open(packs.path());
        assert_eq!(faults, []);
        let deck = library.deck("mazu", None).unwrap();
        let lot = deck.lot(1).unwrap();
        assert_eq!((lot.verse.len(), lot.grade.as_deref()), (2, Some("上")));
        let texts = lot.commentary.len() + lot.allusions.len() + lot.topics.len();
        (deck.readings, texts, !deck.search("漁夫", 5).is_empty())
    };
    assert_eq!(lot_of("classic"), (Readings::Classic, 4, true));
    assert_eq!(lot_of("verse"), (Readings::Verse, 0, false));
}

#[test]
fn a_pack_without_these_keys_has_the_version_it_had() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let deck = Library::open(packs.path()).0.deck("mazu", None).unwrap();
    assert_eq!(deck.version, "34d43f77dc6478dc");
}
