//! Reads the number of a lot as people write it: 7, 07, ７, 七, 第七籤, No. 7.

/// The number that a text says and nothing else.
pub(super) fn read(text: &str) -> Option<u32> {
    let text = bare(text.trim());
    let digits: Option<String> = text.chars().map(digit).collect();
    match digits {
        Some(digits) => digits.parse().ok(),
        None => han(text),
    }
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

fn digit(c: char) -> Option<char> {
    let c = match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0'))?,
        c => c,
    };
    c.is_ascii_digit().then_some(c)
}

/// Chinese numerals below ten thousand: 三十七, 廿一, 一百零二, 一〇二.
fn han(text: &str) -> Option<u32> {
    let ones = |c| "〇一二三四五六七八九".chars().position(|known| known == c);
    let number = |at: usize| u32::try_from(at).ok();
    let by_place: Option<Vec<usize>> = text.chars().map(ones).collect();
    if let Some(places) = by_place {
        let digits: String = places.iter().map(usize::to_string).collect();
        return digits.parse().ok();
    }
    let mut sum = 0_u32;
    let mut open = None;
    let mut last = u32::MAX;
    for c in text.chars() {
        let (ones, unit) = match c {
            '零' => continue,
            '廿' => (Some(2), 10),
            '卅' => (Some(3), 10),
            '十' => (open.take(), 10),
            '百' => (Some(open.take()?), 100),
            '千' => (Some(open.take()?), 1000),
            c => {
                let one = number(ones(c)?)?;
                if open.replace(one).is_some() {
                    return None;
                }
                continue;
            }
        };
        // Units stand in falling order, each once.
        if unit >= last || open.is_some() {
            return None;
        }
        last = unit;
        sum += ones.unwrap_or(1) * unit;
    }
    Some(sum + open.unwrap_or(0)).filter(|number| *number > 0)
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
            "百",
            "七 八",
            "-7",
            "99999999999",
        ] {
            check(text, None);
        }
    }
}
