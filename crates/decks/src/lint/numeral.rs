//! Reads the number of a lot where a text names it: 第三十七籤, 第37番, Lot No. 37.

use crate::numerals;

/// The number that a text names as its lot's, where it begins with it or is a title.
pub(super) fn of_lot(text: &str) -> Option<u32> {
    let beginning: String = text.chars().take(40).collect();
    after_ordinal(&beginning)
        .or_else(|| before_counter(&beginning))
        .or_else(|| after_word(&beginning))
}

/// 第三十七, 第 37.
fn after_ordinal(text: &str) -> Option<u32> {
    let (_, rest) = text.rsplit_once('第')?;
    let digits: String = rest
        .trim_start()
        .chars()
        .take_while(|c| numerals::is_sign(*c))
        .collect();
    number(&digits)
}

/// 三十七番, 37番.
fn before_counter(text: &str) -> Option<u32> {
    let (before, _) = text.split_once('番')?;
    let digits: Vec<char> = before
        .chars()
        .rev()
        .take_while(|c| numerals::is_sign(*c))
        .collect();
    number(&digits.into_iter().rev().collect::<String>())
}

/// Lot 37, Lot No.37, No. 37, №37, #37.
fn after_word(text: &str) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    let at = ["lot", "no.", "№", "#"]
        .iter()
        .find_map(|word| text.find(word).map(|at| at + word.len()))?;
    let rest = text[at..].trim_start();
    let rest = rest.strip_prefix("no").unwrap_or(rest);
    let rest = rest.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    number(&digits)
}

/// No lot has the number 0.
fn number(signs: &str) -> Option<u32> {
    numerals::read(signs).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_writing() {
        for (text, expected) in [
            ("觀音一百籤第三十七籤", Some(37)),
            ("第一百籤", Some(100)),
            ("第百二十籤", Some(120)),
            ("第十籤", Some(10)),
            ("第廿一籤", Some(21)),
            ("第參拾柒籤", Some(37)),
            ("第一〇三首", Some(103)),
            ("第三七首", Some(37)),
            ("第 37 番", Some(37)),
            ("第３７籤", Some(37)),
            ("三十七番", Some(37)),
            ("Lot No.37    Order No.DG", Some(37)),
            ("lot 7: The lamp", Some(7)),
            ("№ 12", Some(12)),
            ("月下檢書", None),
            ("六十甲子籤籤王", None),
            ("第籤", None),
            ("第○籤", None),
            ("第百二籤", None),
            ("A lotus in the pond", None),
            ("第99999999999籤", None),
        ] {
            assert_eq!(of_lot(text), expected, "{text}");
        }
    }
}
