//! Foreign text as it stands in a prompt: readable, and without the means to look like ours.
//!
//! A prompt is made of tags (`<verse>`), marks of lines (`[meaning]`, `title:`) and names of
//! sections in backticks. Nothing that a question, a pack or a model says may look like one of
//! them, also to a tokenizer that folds look-alikes (NFKC: `＜` becomes `<`), nor like a mark of a
//! chat template (`<|im_start|>`, `[INST]`). So every character that is such a mark, or folds to
//! one, is replaced by another that people read alike and that folds to itself.

/// Text of several lines.
pub(super) fn data(text: &str) -> String {
    safe(text, '\n').trim().to_owned()
}

/// Text on one line, so that none of it looks like the next one.
pub(super) fn line(text: &str) -> String {
    let text = safe(text, ' ');
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn safe(text: &str, line_break: char) -> String {
    text.chars()
        .filter_map(|c| match c {
            '<' | '\u{226e}' | '\u{fe64}' | '\u{ff1c}' => Some('‹'),
            '>' | '\u{226f}' | '\u{fe65}' | '\u{ff1e}' => Some('›'),
            '[' | '\u{fe47}' | '\u{ff3b}' => Some('〔'),
            ']' | '\u{fe48}' | '\u{ff3d}' => Some('〕'),
            '`' | '\u{1fef}' | '\u{ff40}' => Some('\''),
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                Some(line_break)
            }
            c if is_unseen(c) => None,
            c => Some(c),
        })
        .collect()
}

/// Characters that no reader sees and a model may read: controls, marks of direction, and the tags
/// that spell ASCII invisibly.
fn is_unseen(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    /// What prompts are structured with.
    const MARKS: [char; 5] = ['<', '>', '[', ']', '`'];

    #[test]
    fn no_character_folds_to_a_mark() {
        let all: Vec<char> = ('\0'..=char::MAX).collect();
        for some in all.chunks(4096) {
            // Each in the middle of others, since some only combine.
            let text: String = some.iter().flat_map(|c| ['a', *c, 'b']).collect();
            for safe in [data(&text), line(&text)] {
                // Whatever forms a tokenizer knows: their characters are those of the last.
                let folded: String = safe.nfkc().nfkd().collect();
                let forged = folded.chars().find(|c| MARKS.contains(c));
                assert_eq!(forged, None, "of {:04x} …", u32::from(some[0]));
            }
            let broken = line(&text).find(is_break);
            assert_eq!(broken, None, "of {:04x} …", u32::from(some[0]));
        }
    }

    /// Whether anybody takes it for the end of a line.
    fn is_break(c: char) -> bool {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'
                ..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "「囊裏紅絲月下明」，幾年暗繫兩人行。",
            "恋は実りますか？ (34歳)",
            "Will “we” meet at 7:30? It's 5 − 3 & more; ünïcödé",
            "👩‍👧 葛󠄀飾区 नमस्ते",
        ] {
            assert_eq!(data(text), text);
            assert_eq!(line(text), text);
        }
        assert_eq!(data(" a\r\n\u{7}b\u{e0041}\n"), "a\n\nb");
        assert_eq!(line("a\r\nb\t c\u{2028}d"), "a b c d");
        assert_eq!(data("<b> [INST] `key`"), "‹b› 〔INST〕 'key'");
    }
}
