//! Reads the number of a lot where a text names it: 第三十七籤, 第37番, Lot No. 37.

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
        .take_while(|c| digit(*c).is_some())
        .collect();
    number(&digits)
}

/// 三十七番, 37番.
fn before_counter(text: &str) -> Option<u32> {
    let (before, _) = text.split_once('番')?;
    let digits: Vec<char> = before
        .chars()
        .rev()
        .take_while(|c| digit(*c).is_some())
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

/// What one sign is worth; tens and hundreds multiply what stands before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digit {
    One(u32),
    Unit(u32),
    /// 廿, 卅: tens with their count.
    Tens(u32),
}

fn digit(c: char) -> Option<Digit> {
    let place = "零一二三四五六七八九".chars().position(|one| one == c);
    let written = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        '〇' => 0,
        '兩' | '两' => 2,
        '十' => return Some(Digit::Unit(10)),
        '百' => return Some(Digit::Unit(100)),
        '廿' => return Some(Digit::Tens(20)),
        '卅' => return Some(Digit::Tens(30)),
        '卌' => return Some(Digit::Tens(40)),
        _ => u32::try_from(place?).ok()?,
    };
    Some(Digit::One(written))
}

fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.chars().count() > 8 {
        return None;
    }
    let (mut sum, mut open) = (0_u32, None);
    for c in digits.chars() {
        match digit(c)? {
            Digit::One(one) => {
                open = Some(open.unwrap_or(0_u32).checked_mul(10)?.checked_add(one)?);
            }
            Digit::Unit(unit) => {
                sum = sum.checked_add(open.take().unwrap_or(1).checked_mul(unit)?)?;
            }
            Digit::Tens(tens) => sum = sum.checked_add(tens)?,
        }
    }
    sum.checked_add(open.unwrap_or(0))
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
            ("A lotus in the pond", None),
            ("第99999999999籤", None),
        ] {
            assert_eq!(of_lot(text), expected, "{text}");
        }
    }
}
