//! The starter deck as a pack in a folder, to be changed by a test.

use std::{fs, path::Path};

use tempfile::TempDir;

/// A folder of packs that holds it as `of_the_test`, before the starter deck.
pub(crate) fn yue_lao(replace: &[(&str, &str)]) -> TempDir {
    let packs = TempDir::new().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../decks/packs/kaucim_yue_lao");
    let pack = packs.path().join("of_the_test");
    fs::create_dir_all(pack.join("lots")).unwrap();
    for entry in fs::read_dir(source.join("lots")).unwrap() {
        let file = entry.unwrap();
        fs::copy(file.path(), pack.join("lots").join(file.file_name())).unwrap();
    }
    fs::copy(source.join("deck.toml"), pack.join("deck.toml")).unwrap();
    changed(
        &packs,
        "deck.toml",
        &[("id = \"kaucim_yue_lao\"", "id = \"of_the_test\"")],
    );
    changed(&packs, "deck.toml", replace);
    packs
}

/// Replaces words in one of its files.
pub(crate) fn changed(packs: &TempDir, file: &str, replace: &[(&str, &str)]) {
    let path = packs.path().join("of_the_test").join(file);
    let text = fs::read_to_string(&path).unwrap();
    let text = replace.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in {file}");
        text.replace(from, to)
    });
    fs::write(path, text).unwrap();
}
