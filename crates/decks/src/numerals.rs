//! Numbers in signs of their own: any script's digits, and Chinese numerals. Whoever reads the
//! number of a lot, in a source, in a title or in what somebody typed, reads its signs here.

/// The zero of each script's digits; the other nine follow it (Unicode 16, general category Nd,
/// without those of mathematics and of old computers).
const ZEROS: [u32; 69] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0,
    0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50,
    0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1e140, 0x1e2f0, 0x1e4f0,
    0x1e5f1, 0x1e950,
];

fn digit(c: char) -> Option<u32> {
    let code = u32::from(c);
    let at = ZEROS.partition_point(|zero| *zero <= code);
    let value = code - ZEROS.get(at.checked_sub(1)?)?;
    (value < 10).then_some(value)
}

/// The number of digits alone, of whichever scripts.
pub(crate) fn digits(text: &str) -> Option<u32> {
    positional(text.chars().map(digit))
}

/// Six digits at most: no deck has so many lots.
fn positional(digits: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    let digits: Vec<u32> = digits.take(7).collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() > 6 {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + digit))
}

fn chinese_digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' | '○' => 0,
        '一' | '壹' | '壱' | '弌' => 1,
        '二' | '貳' | '贰' | '弐' | '弍' | '兩' | '两' => 2,
        '三' | '參' | '叁' | '参' | '叄' | '弎' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陸' | '陆' => 6,
        '七' | '柒' | '漆' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// A sign for a power of ten, or for several tens in one.
fn unit(c: char) -> Option<(u32, Option<u32>)> {
    Some(match c {
        '十' | '拾' => (10, None),
        '百' | '佰' => (100, None),
        '千' | '仟' => (1000, None),
        '廿' | '卄' => (10, Some(2)),
        '卅' => (10, Some(3)),
        '卌' => (10, Some(4)),
        _ => return None,
    })
}

/// The number that signs say, digits or numerals, where it can be read in one way only.
pub(crate) fn read(text: &str) -> Option<u32> {
    digits(text).or_else(|| match chinese(text)[..] {
        [number] => Some(number),
        _ => None,
    })
}

/// 三七 digit by digit, 三十七 or 卅七 by units. 百二 is 102 to some and 120 to others.
pub(crate) fn chinese(text: &str) -> Vec<u32> {
    if let Some(number) = positional(text.chars().map(chinese_digit)) {
        return vec![number];
    }
    let (mut total, mut waiting, mut least) = (0, None, 10_000);
    // Whether the digit that waits follows a unit with nothing between: 百二.
    let mut is_abrupt = false;
    for c in text.chars() {
        match (chinese_digit(c), unit(c)) {
            (Some(0), _) if waiting.is_none() => is_abrupt = false,
            (Some(value), _) if waiting.is_none() => {
                waiting = Some(value);
                is_abrupt =
                    is_abrupt || least > 10 && total > 0 && !text.contains(['零', '〇', '○']);
            }
            (None, Some((size, times)))
                if size < least && (times.is_none() || waiting.is_none()) =>
            {
                total += times.or_else(|| waiting.take()).unwrap_or(1) * size;
                least = size;
                is_abrupt = false;
            }
            (Some(_), _) | (None, Some(_) | None) => return Vec::new(),
        }
    }
    match waiting {
        Some(last) if is_abrupt => vec![total + last, total + last * least / 10],
        Some(last) => vec![total + last],
        None if total > 0 => vec![total],
        None => Vec::new(),
    }
}

/// Whether a character is a digit or a Chinese numeral, so that another in its place makes another
/// number.
pub(crate) fn is_sign(c: char) -> bool {
    digit(c).is_some() || chinese_digit(c).is_some() || unit(c).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zeros_are_in_order() {
        assert!(ZEROS.is_sorted());
        assert_eq!(digit('9'), Some(9));
        assert_eq!(digit('９'), Some(9));
        assert_eq!(digit(':'), None);
        assert_eq!(digit('/'), None);
        assert_eq!(digit('𞥙'), Some(9));
    }
}
