//! Traces of where a text was copied from: lost characters and the marks of web pages.

use crate::{
    lint::Code,
    pack::{Fault, Text},
};

/// What stands where a printer, a scan or a font had no character.
const LOST: [char; 7] = ['□', '■', '〓', '▯', '◻', '▢', '☒'];

pub(super) fn warnings(text: &Text<'_>) -> impl Iterator<Item = Fault> {
    [lost(text), markup(text)].into_iter().flatten()
}

fn lost(text: &Text<'_>) -> Option<Fault> {
    let sign = text.text.chars().find(|c| LOST.contains(c));
    let reason = match sign {
        Some(sign) => format!("{sign} stands where a character seems to be lost"),
        None if text.text.contains("???") || text.text.contains("？？？") => {
            "question marks stand where characters seem to be lost".to_owned()
        }
        None => return None,
    };
    Some(text.fault(Code::LostCharacter, reason))
}

fn markup(text: &Text<'_>) -> Option<Fault> {
    let found = tag(text.text).or_else(|| entity(text.text))?;
    let reason = format!("`{found}` is a mark of a web page, and is shown as it stands");
    Some(text.fault(Code::Markup, reason))
}

fn tag(text: &str) -> Option<&str> {
    text.match_indices('<').find_map(|(at, _)| {
        let end = at + text[at..].find('>')?;
        let inside = text[at + 1..end].trim_start_matches('/');
        let is_tag = inside.starts_with(|c: char| c.is_ascii_alphabetic()) && inside.len() < 200;
        is_tag.then(|| &text[at..=end])
    })
}

fn entity(text: &str) -> Option<&str> {
    text.match_indices('&').find_map(|(at, _)| {
        let end = at + text[at..].find(';')?;
        let inside = &text[at + 1..end];
        let is_entity = (2..=10).contains(&inside.len())
            && inside
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
        is_entity.then(|| &text[at..=end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_pages_are_found() {
        assert_eq!(tag("燈<br>明"), Some("<br>"));
        assert_eq!(tag("燈</p >明"), Some("</p >"));
        assert_eq!(tag("1 < 2 > 0"), None);
        assert_eq!(entity("燈&nbsp;明"), Some("&nbsp;"));
        assert_eq!(entity("燈&#12345;明"), Some("&#12345;"));
        assert_eq!(entity("peace & joy; rest"), None);
        assert_eq!(entity("A&B and so on; then"), None);
    }
}
