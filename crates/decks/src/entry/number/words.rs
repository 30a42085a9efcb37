//! Numbers in letters: Japanese in Kana, English words, Roman numerals.

const UNDER_TWENTY: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const UNDER_TWENTIETH: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const TENTHS: [&str; 8] = [
    "twentieth",
    "thirtieth",
    "fortieth",
    "fiftieth",
    "sixtieth",
    "seventieth",
    "eightieth",
    "ninetieth",
];

/// How one to nine are said in Japanese.
const KANA: [(&str, u32); 13] = [
    ("いち", 1),
    ("に", 2),
    ("さん", 3),
    ("よん", 4),
    ("し", 4),
    ("ご", 5),
    ("ろく", 6),
    ("しち", 7),
    ("なな", 7),
    ("はち", 8),
    ("きゅう", 9),
    ("きゅー", 9),
    ("く", 9),
];

/// 1 to 199 in Hiragana or Katakana: さんじゅうなな.
pub(super) fn kana(text: &str) -> Option<u32> {
    let text: String = text
        .chars()
        .map(|c| match c {
            '\u{30a1}'..='\u{30f6}' => {
                char::from_u32(u32::from(c) - 0x60).expect("Hiragana lies below Katakana")
            }
            other => other,
        })
        .collect();
    let (hundred, rest) = match text.strip_prefix("ひゃく") {
        Some(rest) => (100, rest),
        None => (0, text.as_str()),
    };
    let ones = |text: &str| {
        let known = KANA.iter().find(|(name, _)| *name == text);
        known.map(|(_, value)| *value)
    };
    let rest = match rest.split_once("じゅう") {
        None if rest.is_empty() && hundred > 0 => 0,
        None => ones(rest)?,
        Some((times, last)) => {
            let times = if times.is_empty() { 1 } else { ones(times)? };
            let last = if last.is_empty() { 0 } else { ones(last)? };
            times * 10 + last
        }
    };
    Some(hundred + rest)
}

/// 0 to 999 in English, as cardinal or ordinal.
pub(super) fn english(text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| c.is_whitespace() || c == '-');
    let words = words.filter(|word| !word.is_empty() && *word != "and");
    let place = |table: &[&str], word: &str| table.iter().position(|one| *one == word);
    let (mut total, mut has_tens, mut has_ones) = (None, false, false);
    for word in words {
        let so_far = total.unwrap_or(0);
        let ones = place(&UNDER_TWENTY, word).or_else(|| place(&UNDER_TWENTIETH, word));
        let tens = place(&TENS, word).or_else(|| place(&TENTHS, word));
        total = Some(match (ones, tens) {
            (Some(ones), _) if !has_ones && (!has_tens || (1..10).contains(&ones)) => {
                has_ones = true;
                so_far + ones
            }
            (None, Some(tens)) if !has_tens && !has_ones => {
                has_tens = true;
                so_far + (tens + 2) * 10
            }
            (None, None) if matches!(word, "hundred" | "hundredth") && so_far < 10 => {
                (has_tens, has_ones) = (false, false);
                so_far.max(1) * 100
            }
            (Some(_) | None, Some(_) | None) => return None,
        });
    }
    u32::try_from(total?).ok()
}

/// Likewise, as cardinal alone: the lot *seven* is the seventh, the *first* lot is any deck's.
pub fn cardinal(text: &str) -> Option<u32> {
    let last = text.rsplit([' ', '-']).next()?;
    let is_ordinal =
        UNDER_TWENTIETH.contains(&last) || TENTHS.contains(&last) || last == "hundredth";
    if is_ordinal { None } else { english(text) }
}

/// Roman numerals in large letters and their one right spelling, from two letters on: a single
/// letter is hardly ever meant as one.
pub(super) fn roman(text: &str) -> Option<u32> {
    const SPELLINGS: [(&str, u32); 9] = [
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    if text.len() < 2 {
        return None;
    }
    let (mut number, mut rest) = (0, text);
    for (spelling, value) in SPELLINGS {
        let mut times = 0;
        while let Some(after) = rest.strip_prefix(spelling) {
            (number, rest, times) = (number + value, after, times + 1);
        }
        let most = if matches!(spelling, "C" | "X" | "I") {
            3
        } else {
            1
        };
        if times > most {
            return None;
        }
    }
    rest.is_empty().then_some(number)
}
