//! Reads the number of a lot as people write it: 7, 07, ７, 七, 第七籤, No. 7.

use crate::numerals;

/// The number that a text says and nothing else; none where it could be read in two ways.
pub(super) fn read(text: &str) -> Option<u32> {
    numerals::read(bare(text.trim()))
}

/// Without the words that stand around a number.
fn bare(text: &str) -> &str {
    let text = text.strip_prefix('第').unwrap_or(text);
    let before = ["No.", "no.", "NO.", "No", "#", "＃", "Lot", "lot"];
    let text = before
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    let after = ["籤詩", "籤", "签", "首", "番", "號", "号", "支"];
    let text = after
        .iter()
        .find_map(|word| text.strip_suffix(word))
        .unwrap_or(text);
    text.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<u32>) {
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("7", 7),
            (" 007 ", 7),
            ("３７", 37),
            ("第三十七籤", 37),
            ("第12番", 12),
            ("No. 12", 12),
            ("#5", 5),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("廿一", 21),
            ("一百", 100),
            ("一百零二", 102),
            ("一百一十", 110),
            ("一〇二", 102),
            ("第百番", 100),
            ("貳拾參", 23),
            ("卌一", 41),
            ("٣٧", 37),
        ] {
            check(text, Some(number));
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "籤",
            "7a",
            "1.5",
            "十百",
            "一二十",
            "百二",
            "七 八",
            "-7",
            "99999999999",
        ] {
            check(text, None);
        }
    }
}
