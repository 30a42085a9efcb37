//! Packs that change while they are served.

use std::fs;

use kaucim_decks::{Library, Reload};

use crate::lamps::Packs;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_bad_pack_keeps_its_last_good_version_until_it_is_mended() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let (library, _) = Library::open(packs.path());
    let line = || library.deck("mazu", None).unwrap().lot(2).unwrap().verse[1].clone();
    assert_eq!(
        library.reload(packs.path()),
        Reload::default(),
        "nothing has changed"
    );

    packs.add("lamps", &[("且待天明", "靜待天明")]);
    let reload = library.reload(packs.path());
    assert_eq!(
        (reload.changed, reload.faults),
        (names(&["lamps"]), Vec::new())
    );
    assert_eq!(line(), "靜待天明");

    packs.add("lamps", &[("且待天明", "靜待")]);
    let reload = library.reload(packs.path());
    assert_eq!(
        (reload.kept, reload.changed),
        (names(&["lamps"]), Vec::new())
    );
    assert!(
        reload.faults[0]
            .to_string()
            .contains("lots/002.toml: lot 2: `verse`")
    );
    assert_eq!(line(), "靜待天明", "the last good version stands");

    fs::write(packs.path().join("lamps/deck.toml"), "format =").unwrap();
    assert_eq!(library.reload(packs.path()).kept, ["lamps"]);
    assert_eq!(line(), "靜待天明");

    packs.add("lamps", &[("且待天明", "再待天明")]);
    let reload = library.reload(packs.path());
    assert_eq!(
        (reload.changed, reload.faults),
        (names(&["lamps"]), Vec::new())
    );
    assert_eq!(line(), "再待天明");

    fs::remove_dir_all(packs.path().join("lamps")).unwrap();
    let reload = library.reload(packs.path());
    assert_eq!(reload.gone, ["lamps"]);
    assert!(library.deity("mazu").is_err());
    assert!(
        library.deck("yue_lao", None).is_ok(),
        "the starter deck stays"
    );
}

#[test]
fn a_bad_pack_that_was_never_good_is_left_out() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let (library, _) = Library::open(packs.path());
    packs.add(
        "broken",
        &[("format = 1", "format = 2"), ("\"lamps\"", "\"broken\"")],
    );
    let reload = library.reload(packs.path());
    assert_eq!((reload.faults.len(), reload.kept), (1, Vec::new()));
    assert_eq!(library.deity("mazu").unwrap().decks.len(), 1);
}

#[test]
fn an_id_is_not_taken_by_the_last_good_version_of_another() {
    let packs = Packs::new();
    packs.add("second", &[]);
    let (library, _) = Library::open(packs.path());
    // A folder that comes before it has its id now, and its own turned bad.
    packs.add("first", &[("岸", "港")]);
    packs.add("second", &[("format = 1", "format = 2")]);
    let reload = library.reload(packs.path());
    assert_eq!((reload.gone, reload.kept), (names(&["second"]), Vec::new()));
    assert_eq!(library.deity("mazu").unwrap().decks.len(), 1);
}

#[cfg(unix)]
#[test]
fn where_the_folder_cannot_be_read_all_stays() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let (library, _) = Library::open(packs.path());
    let file = packs.path().join("lamps/deck.toml");
    let reload = library.reload(&file);
    assert_eq!(reload.kept, ["lamps"]);
    assert!(
        reload.faults[0]
            .to_string()
            .contains("the folder of packs cannot be read")
    );
    assert!(library.deck("mazu", None).is_ok());
}

#[test]
fn what_has_not_changed_is_the_same_deck() {
    let packs = Packs::new();
    packs.add("lamps", &[]);
    let (library, _) = Library::open(packs.path());
    let before = library.deck("mazu", None).unwrap();
    packs.add("other", &[("format = 1", "format = 2")]);
    library.reload(packs.path());
    let after = library.deck("mazu", None).unwrap();
    assert!(std::sync::Arc::ptr_eq(&before, &after));
}
