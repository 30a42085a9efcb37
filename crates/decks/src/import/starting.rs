//! Writes a map as a file to start from.

use crate::import::{Map, columns, recognise, record::Records};

const BEFORE: &str = "\
# Which column of the source is which part of a lot. It is written like a lot's own file, with the
# name of a column where the text would stand; in JSON and YAML a column may be a path: analysis.zh
";

const DECK: &str = "\
# Keys of deck.toml that replace what is found out. Say at least where the texts come from:
# [deck]
# edition = \"…\"
# source = \"…\"
# licence = \"…\"
# name = { zh = \"…\", en = \"…\" }
";

/// The map as a file, with what is missing or not understood in its comments.
pub(super) fn file(records: &Records, map: &Map) -> String {
    let mut text = BEFORE.to_owned();
    for (missing, key) in [
        (map.number.is_none(), "number"),
        (map.verse.is_empty(), "verse"),
        (map.title.is_none(), "title"),
        (map.grade.is_none(), "grade"),
    ] {
        if missing {
            text = text + "# not recognised: " + key + " = \"…\"\n";
        }
    }
    let uses = map.uses();
    let unused: Vec<_> = recognise::columns(records)
        .into_iter()
        .filter(|name| !uses.iter().any(|(column, _)| columns::covers(column, name)))
        .collect();
    if !unused.is_empty() {
        text.push_str("# columns that are not used:\n");
        for name in unused {
            text = text + "#   `" + &name.replace('\n', " ") + "`\n";
        }
    }
    text.push('\n');
    text.push_str(&toml::to_string_pretty(map).expect("texts, lists and tables"));
    if map.deck.is_empty() {
        text.push('\n');
        text.push_str(DECK);
    }
    text
}
