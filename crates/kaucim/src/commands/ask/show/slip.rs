//! The slip in a terminal: title, number, grade and verse, and the verse in the reader's language.

use kaucim_fortune::Language;
use serde_json::Value;

use super::{BOLD, FAINT, RED, Show, text};

const INDENT: &str = "      ";

impl Show {
    /// The slip, as the event of the lot tells it.
    pub(in crate::commands) fn lot(&self, lot: &Value) -> String {
        let title = self.painted(BOLD, text(lot, "title"));
        let grade = match lot["grade"].as_str() {
            Some(grade) => self.painted(RED, grade),
            None => String::new(),
        };
        let verse = lot["verse"].as_array().into_iter().flatten();
        let verse = indented(verse.filter_map(Value::as_str));
        let translated = match self.translation(lot) {
            Some(translation) => {
                let lines = self.laid_out(translation, INDENT.len());
                format!("\n{}\n", self.painted(FAINT, &indented(lines.lines())))
            }
            None => String::new(),
        };
        let number = &lot["number"];
        format!("\n  {title}  №{number}  {grade}\n\n{verse}\n{translated}")
    }

    /// The verse in the language of the reader, where the deck has it in that.
    fn translation<'a>(&self, lot: &'a Value) -> Option<&'a str> {
        let language = self.language.map(Language::code)?;
        let commentary = lot["commentary"].as_array()?;
        let translation = commentary
            .iter()
            .find(|one| text(one, "kind") == "translation" && text(one, "language") == language);
        translation?["text"].as_str()
    }
}

fn indented<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<_> = lines.map(|line| format!("{INDENT}{line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_verse_is_said_in_the_readers_language_where_the_deck_has_it() {
        let lot = json!({
            "title": "Lot One", "number": 1, "verse": ["燈火遲來", "春風已到"],
            "commentary": [
                { "kind": "meaning", "language": "en", "text": "Wait gladly." },
                { "kind": "translation", "language": "ja", "text": "灯りは遅く" },
                { "kind": "translation", "language": "en", "text": "The lamp comes late;\nspring is here." },
            ],
        });
        let slip = "\n  Lot One  №1  \n\n      燈火遲來\n      春風已到\n";
        let shown = |language| Show::for_file().read_in(language).lot(&lot);
        assert_eq!(shown(None), slip);
        assert_eq!(shown(Some(Language::Zh)), slip);
        assert_eq!(
            shown(Some(Language::En)),
            format!("{slip}\n      The lamp comes late;\n      spring is here.\n")
        );
    }
}
