//! Tells a model's thoughts from its answer where a server leaves them in the text.
//!
//! Servers that know a model's habits send its thoughts apart. Others pass on what it writes:
//! `<think>`, the thoughts, `</think>`, the answer. Only at the very beginning is this a mark.

const START: &str = "<think>";
const END: &str = "</think>";

/// Where in the answer the text is, and what is held because a mark may just be beginning.
#[derive(Debug, Default)]
pub(crate) struct Thoughts {
    place: Place,
    held: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    /// Nothing but white space so far.
    #[default]
    Beginning,
    Thought,
    Answer,
}

/// One piece of text, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parted {
    pub(crate) has_thought: bool,
    pub(crate) answer: String,
}

impl Thoughts {
    /// Takes the next piece of text and returns what of it belongs to the answer.
    pub(crate) fn part(&mut self, piece: String) -> Parted {
        match self.place {
            Place::Beginning => self.part_beginning(&piece),
            Place::Thought => self.part_thought(&piece),
            Place::Answer => Parted {
                has_thought: false,
                answer: piece,
            },
        }
    }

    /// What was held for a mark that did not come.
    pub(crate) fn rest(&mut self) -> String {
        match self.place {
            Place::Beginning => std::mem::take(&mut self.held),
            Place::Thought | Place::Answer => String::new(),
        }
    }

    fn part_beginning(&mut self, piece: &str) -> Parted {
        let text = std::mem::take(&mut self.held) + piece;
        let visible = text.trim_start();
        if let Some(thought) = visible.strip_prefix(START) {
            self.place = Place::Thought;
            return Parted {
                has_thought: true,
                ..self.part_thought(thought)
            };
        }
        if !visible.is_empty() && START.starts_with(visible) {
            self.held = text;
            return Parted::default();
        }
        if !visible.is_empty() {
            self.place = Place::Answer;
        }
        Parted {
            has_thought: false,
            answer: text,
        }
    }

    fn part_thought(&mut self, piece: &str) -> Parted {
        let has_thought = !piece.is_empty();
        let text = std::mem::take(&mut self.held) + piece;
        if let Some((_, answer)) = text.split_once(END) {
            self.place = Place::Answer;
            return Parted {
                has_thought,
                answer: answer.to_owned(),
            };
        }
        let is_mark = |from: &usize| END.starts_with(&text[*from..]);
        let mark = text.char_indices().map(|(at, _)| at).find(is_mark);
        self.held = mark.map_or_else(String::new, |from| text[from..].to_owned());
        Parted {
            has_thought,
            answer: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], thoughts: usize, answer: &str) {
        let mut state = Thoughts::default();
        let mut parted: Vec<_> = pieces
            .iter()
            .map(|piece| state.part((*piece).to_owned()))
            .collect();
        parted.push(Parted {
            has_thought: false,
            answer: state.rest(),
        });
        assert_eq!(
            parted.iter().filter(|part| part.has_thought).count(),
            thoughts,
            "{pieces:?}"
        );
        let found: String = parted.into_iter().map(|part| part.answer).collect();
        assert_eq!(found, answer, "{pieces:?}");
    }

    #[test]
    fn thoughts_at_the_beginning_are_kept_back() {
        check(&["<think>月</think>{}"], 1, "{}");
        check(
            &[
                "\n",
                "<",
                "think",
                ">月",
                "老 < 5 <",
                "/thi",
                "nk>",
                "\n{}",
                "<think>",
            ],
            4,
            "\n\n{}<think>",
        );
        check(&["<think>", "no end <", "/"], 3, "");
    }

    #[test]
    fn other_text_is_the_answer() {
        check(&["{\"a\": ", "\"<think>\"}"], 0, "{\"a\": \"<think>\"}");
        check(&["<thin", "g>"], 0, "<thing>");
        check(&["  ", "<th"], 0, "  <th");
        check(&[], 0, "");
    }
}
