//! Checks that whatever is quoted as the words of the lot stands in the lot or a source.
//!
//! Quotation marks have other uses: a word that is meant with care (「緣分」), a saying, what the
//! asker could say to somebody. These pass. What claims to be the lot's is held to it: quotations
//! that the text introduces so, and Han characters in the manner of a verse.

mod unmarked;

use super::{
    Draft, Subject,
    quotes::{Quote, quotes, unquoted},
};
use crate::script::{Scripts, fold, folded, to_simplified};

/// Han characters of a quotation in the manner of a verse, from which on it has to be found: a
/// saying of four characters is everybody's. Among kana, compounds are longer.
const VERSE_LIKE: usize = 5;
const VERSE_LIKE_IN_JAPANESE: usize = 7;
/// Fewer characters are a word, even if the text says that the verse has it.
const WORD: usize = 3;
/// More words of English are no title, term or turn of phrase, nor the sense of one line.
const SHORT_IN_WORDS: usize = 14;
/// Words from which on a quotation that is said to be the lot's must be found.
const CLAIMED_IN_WORDS: usize = 5;
/// More letters of Japanese with kana likewise.
const SHORT_IN_KANA: usize = 40;
/// How many characters before a quotation tell what it is.
const INTRODUCTION: usize = 10;
const INTRODUCTION_IN_LATIN: usize = 40;

/// Characters of living speech, which verse and commentary do without.
const SPOKEN: &str = "的了吗呢吧啊呀嘛您你我她他它们这那哪么很没还就都也给让会能想要说好像跟着过个";
/// Words of prose about a verse, which may come in clauses of seven characters as well; Simplified.
const PROSE: [&str; 20] = [
    "与其", "不如", "把", "先", "诗句", "签", "一句", "慢慢", "可以", "自己", "事情", "时候",
    "什么", "所以", "因为", "如果", "不必", "只是", "已经", "应该",
];
/// Words before a quotation by which it claims to be the lot's; Simplified.
const CLAIMS: [&str; 22] = [
    "诗说",
    "诗云",
    "诗曰",
    "诗中说",
    "诗里说",
    "诗句",
    "签诗",
    "签文",
    "签中",
    "签云",
    "签曰",
    "首句",
    "次句",
    "末句",
    "一句",
    "二句",
    "三句",
    "四句",
    "解曰",
    "圣意",
    "仙机",
    "原文",
];
const CLAIMS_IN_LATIN: [&str; 10] = [
    "the line ",
    "the verse",
    "the poem",
    "the lot says",
    "line says",
    "line reads",
    "line:",
    "commentary says",
    "the commentary",
    "verse reads",
];
const CLAIMS_IN_JAPANESE: [&str; 6] = ["句目", "の句", "诗に", "诗は", "签に", "原文"];
/// Words right after a quotation by which it claims so; Simplified and in lower case.
const CLAIMS_AFTER: [&str; 16] = [
    "と诗",
    "との句",
    "という句",
    "という一句",
    "と签",
    "と句に",
    "says the verse",
    "says the poem",
    "says the line",
    "the verse says",
    "the poem says",
    "goes the verse",
    "goes the poem",
    "reads the verse",
    "says the lot",
    "is the line",
];
/// Words of prose in a couplet that stands among sentences; Simplified.
const PROSE_AMONG_SENTENCES: &str =
    "是在就与和而但若使被从对为以并或且即仍再才又更最必须需应可请此其所之如该每些";
/// Words before a quotation that give it to somebody else; Simplified.
const SAYINGS: [&str; 15] = [
    "俗话",
    "俗语",
    "常言",
    "古人",
    "老话",
    "谚语",
    "成语",
    "所谓",
    "古语",
    "民间",
    "人说",
    "人们说",
    "ことわざ",
    "谚",
    "四字熟语",
];

pub(super) fn fault(draft: &Draft<'_>, subject: &Subject<'_>) -> Option<String> {
    let missing = quotes(draft.text)
        .into_iter()
        .find(|quote| !passes(quote, subject))
        .map(|quote| quote.text.to_owned())
        .or_else(|| couplet(draft.text, subject))
        .or_else(|| unmarked::quoted(draft.text, subject));
    let quoted = missing?;
    let begun: String = quoted.chars().take(40).collect();
    Some(format!("neither in the lot nor in a source: `{begun}`"))
}

fn passes(quote: &Quote<'_>, subject: &Subject<'_>) -> bool {
    let is_found = |part: &str| {
        let folded = fold(part);
        folded.is_empty() || subject.known.holds(&folded)
    };
    if is_found(quote.text) {
        return true;
    }
    // What is left out between two parts is not looked for.
    let mut parts = quote
        .text
        .split(['…', '⋯', '‥'])
        .flat_map(|part| part.split("..."));
    let is_cut = parts.clone().count() > 1;
    if is_cut && parts.all(is_found) {
        return true;
    }
    let Scripts {
        han,
        kana,
        latin,
        other: _,
    } = Scripts::of(quote.text);
    let before = plain_end(quote.before);
    if latin > (han + kana) * 2 {
        passes_in_latin(quote, &before)
    } else if kana > 0 {
        passes_in_japanese(quote, subject, &before)
    } else {
        passes_in_han(quote, han, &before)
    }
}

fn passes_in_latin(quote: &Quote<'_>, before: &str) -> bool {
    let words = quote.text.split_whitespace().count();
    let claimed =
        CLAIMS_IN_LATIN.iter().any(|claim| before.contains(claim)) || is_claimed_after(quote);
    let is_speech = || {
        let folded = format!(
            " {} ",
            quote
                .text
                .to_lowercase()
                .replace(|c: char| !c.is_alphanumeric(), " ")
        );
        let persons = [
            " i ", " you ", " we ", " me ", " us ", " my ", " your ", " our ",
        ];
        persons.iter().any(|person| folded.contains(person))
    };
    if claimed {
        // The sense of the line, in the model's own words, stands in marks as well.
        words < CLAIMED_IN_WORDS || (words <= SHORT_IN_WORDS && is_sense(quote))
    } else {
        words <= SHORT_IN_WORDS || is_speech()
    }
}

/// Whether the text says after a quotation that it is the lot's.
fn is_claimed_after(quote: &Quote<'_>) -> bool {
    let after = quote.after.trim_start_matches([',', '，', '、', ' ']);
    let after: String = after.chars().take(INTRODUCTION_IN_LATIN).collect();
    let after = to_simplified(&after.to_lowercase());
    CLAIMS_AFTER.iter().any(|claim| after.starts_with(claim))
}

/// Whether an English quotation is the sense of a Chinese one that stands beside it.
fn is_sense(quote: &Quote<'_>) -> bool {
    let near: Vec<char> = quote
        .before
        .chars()
        .rev()
        .take(INTRODUCTION_IN_LATIN)
        .collect();
    near.into_iter()
        .any(|c| c >= '\u{3400}' && c.is_alphabetic())
}

fn passes_in_japanese(quote: &Quote<'_>, subject: &Subject<'_>, before: &str) -> bool {
    let claimed = CLAIMS_IN_JAPANESE
        .iter()
        .any(|claim| before.contains(claim))
        || is_claimed_after(quote);
    let letters = quote.text.chars().filter(|c| c.is_alphanumeric()).count();
    if !claimed {
        return letters <= SHORT_IN_KANA
            || is_polite(quote.text)
            || reads_verse(quote.text, subject);
    }
    letters <= WORD * 2 || reads_verse(quote.text, subject)
}

/// Whether it is the verse as it is read in Japanese: its characters, with kana between them.
fn reads_verse(text: &str, subject: &Subject<'_>) -> bool {
    let verse = fold(&subject.lot.verse.concat());
    let is_han = |c: &char| *c >= '\u{3400}';
    let characters: Vec<char> = text.chars().filter_map(folded).filter(is_han).collect();
    let found = characters.iter().filter(|&&c| verse.contains(c)).count();
    found * 3 >= characters.len() * 2
}

fn is_polite(text: &str) -> bool {
    [
        "です",
        "ます",
        "ください",
        "ません",
        "ましょう",
        "でした",
        "ました",
        "？",
    ]
    .iter()
    .any(|end| text.contains(end))
}

fn passes_in_han(quote: &Quote<'_>, han: usize, before: &str) -> bool {
    let is_japanese = Scripts::of(quote.before).kana + Scripts::of(quote.after).kana > 0;
    let claims = CLAIMS
        .iter()
        .chain(CLAIMS_IN_LATIN.iter())
        .chain(CLAIMS_IN_JAPANESE.iter());
    if claims.into_iter().any(|claim| before.contains(claim)) {
        return han <= WORD || is_spoken(quote.text) && han <= 2 * WORD;
    }
    let least = if is_japanese {
        VERSE_LIKE_IN_JAPANESE
    } else {
        VERSE_LIKE
    };
    han < least || is_spoken(quote.text) || SAYINGS.iter().any(|saying| before.contains(saying))
}

/// Whether somebody says or asks it, as nobody does in verse or commentary.
fn is_spoken(text: &str) -> bool {
    text.ends_with(['？', '?', '！', '!'])
        || text.chars().filter_map(folded).any(|c| SPOKEN.contains(c))
}

/// The last characters before a quotation, Simplified and in lower case.
fn plain_end(before: &str) -> String {
    let clause = before
        .rsplit(['。', '！', '？', '\n', '」', '”'])
        .next()
        .unwrap_or_default();
    let is_latin = Scripts::of(clause).latin > 4;
    let most = if is_latin {
        INTRODUCTION_IN_LATIN
    } else {
        INTRODUCTION
    };
    let end: Vec<char> = clause.chars().rev().take(most).collect();
    let end: String = end.into_iter().rev().collect();
    to_simplified(&end.to_lowercase())
}

/// Lines of a verse without marks around them that are not in the lot: a couplet that stands alone
/// in its paragraph, or follows a colon after words that announce a verse.
fn couplet(text: &str, subject: &Subject<'_>) -> Option<String> {
    let is_stranger = |lines: &[&str]| {
        let mut lines = lines.iter();
        are_verse(lines.as_slice()) && !lines.any(|line| subject.known.holds(&fold(line)))
    };
    let alone = text
        .lines()
        .find(|paragraph| is_stranger(&clauses(paragraph)));
    let announced = || {
        let colons = text.match_indices(['：', ':']);
        let after = colons.filter(|(at, _)| {
            let before = plain_end(&text[..*at]);
            CLAIMS.iter().any(|claim| before.ends_with(claim))
        });
        let mut after = after.map(|(at, colon)| &text[at + colon.len()..]);
        after.find(|rest| {
            let clauses = clauses(rest);
            clauses.len() > 1 && is_stranger(&clauses[..2])
        })
    };
    let found = alone.or_else(announced).map(str::to_owned);
    found.or_else(|| {
        let rest = unquoted(text);
        let mut sentences = rest.split(['。', '！', '？', '!', '?', '\n', '；', '：', ':', '.']);
        let among = |sentence: &&str| {
            let is_prose = || {
                let plain = to_simplified(sentence);
                plain.chars().any(|c| PROSE_AMONG_SENTENCES.contains(c))
            };
            is_stranger(&clauses(sentence)) && !is_prose()
        };
        sentences.find(among).map(str::to_owned)
    })
}

/// What stands between the marks of a text; blanks are marks as well.
fn clauses(text: &str) -> Vec<&str> {
    let is_mark = |c: char| !c.is_alphanumeric();
    text.split(is_mark)
        .filter(|clause| !clause.is_empty())
        .collect()
}

/// Whether these are two or four lines of seven characters, or four of five, without living speech:
/// two clauses of five are often prose.
fn are_verse(lines: &[&str]) -> bool {
    let length = |line: &&str| {
        let Scripts { han, .. } = Scripts::of(line);
        let is_prose = || {
            let plain = to_simplified(line);
            is_spoken(line) || PROSE.iter().any(|word| plain.contains(word))
        };
        (han == line.chars().count() && !is_prose()).then_some(han)
    };
    let lengths: Vec<Option<usize>> = lines.iter().map(length).collect();
    matches!(
        lengths[..],
        [Some(7), Some(7)]
            | [Some(7), Some(7), Some(7), Some(7)]
            | [Some(5), Some(5), Some(5), Some(5)]
    )
}
