//! Headings of columns that leave no doubt, in Chinese, English and Japanese.

use unicode_normalization::UnicodeNormalization;

use crate::{
    Language, Topic,
    import::{
        folded::folded,
        labels::{ASKED, CHINESE, ENGLISH, JAPANESE},
    },
};

/// What a heading says that its column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heading {
    Number,
    /// The number, if the values are those that numbers of lots have.
    Id,
    Title,
    Grade,
    /// The grade, if the values are words for grades.
    Fortune,
    Verse,
    /// One line of the verse, from 1.
    VerseLine(usize),
    /// A commentary of that kind.
    Commentary(&'static str),
    Allusion,
    AllusionTitle,
    /// Verdicts on these topics; on none, they are a commentary of that kind.
    Verdict(String, Vec<Topic>),
}

const NUMBERS: &str = "籤號 籤序 籤次 籤數 籤詩編號 序號 編號 號碼 號 番號 番号 籤番號 籤番号 number no no. num lotnumber lotno lotno.";
const TITLES: &str = "籤題 籤名 籤詩標題 標題 題目 籤首 title heading タイトル 題名";
const GRADES: &str = "等級 吉凶 籤級 籤等 等第 吉凶等級 grade";
const FORTUNES: &str = "運勢 fortune luck";
const VERSES: &str =
    "籤詩 籤文 詩籤 籤詩內容 籤詩原文 籤詩全文 詩文 詩句 詩 詩曰 詩云 漢詩 和歌 verse poem";
const ALLUSIONS: &str = "典故 故事 歷史典故 典故故事 典故內容 故事內容 allusion story";
const ALLUSION_TITLES: &str =
    "典故名稱 典故標題 典故名 典故題目 故事名稱 故事標題 故事名 allusiontitle storytitle";

/// Headings of commentary, by kind.
const COMMENTARY: &[(&str, &str)] = &[
    ("sage", "聖意"),
    ("explanation", "解曰 explanation"),
    ("dongpo", "東坡解 東坡解曰"),
    ("bixian", "碧仙註 碧仙注"),
    (
        "meaning",
        "解籤 籤解 解 解說 解説 解釋 解釈 詩解 籤詩解 籤詩解說 籤詩解釋 說明 説明 釋義 語譯 白話 白話解釋 \
         詩意 籤意 意味 meaning interpretation analysis commentary",
    ),
    ("translation", "譯文 翻譯 現代語訳 訳 translation"),
    ("subtitle", "副標題 subtitle"),
    ("reference", "參考 reference"),
];

/// What a heading says, and the language that it names.
pub(super) fn read(heading: &str) -> Option<(Heading, Option<Language>)> {
    let plain: String = heading.trim().nfkc().flat_map(char::to_lowercase).collect();
    let plain = folded(&plain);
    if let Some(known) = known(&plain) {
        return Some((known, None));
    }
    let (base, language) = with_language(&plain)?;
    Some((known(base)?, Some(language)))
}

fn known(heading: &str) -> Option<Heading> {
    let bare: String = heading
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .collect();
    let is = |words: &str| words.split_whitespace().any(|word| word == bare);
    let simple = [
        (NUMBERS, Heading::Number),
        ("id", Heading::Id),
        (TITLES, Heading::Title),
        (GRADES, Heading::Grade),
        (FORTUNES, Heading::Fortune),
        (VERSES, Heading::Verse),
        (ALLUSIONS, Heading::Allusion),
        (ALLUSION_TITLES, Heading::AllusionTitle),
    ];
    if let Some((_, heading)) = simple.into_iter().find(|(words, _)| is(words)) {
        return Some(heading);
    }
    if let Some((kind, _)) = COMMENTARY.iter().find(|(_, words)| is(words)) {
        return Some(Heading::Commentary(kind));
    }
    verse_line(&bare)
        .map(Heading::VerseLine)
        .or_else(|| verdict(heading))
}

/// 第一句, 句1, 詩句二, line 1, verse2.
fn verse_line(bare: &str) -> Option<usize> {
    let number = bare
        .strip_prefix('第')
        .and_then(|rest| rest.strip_suffix('句'))
        .or_else(|| {
            let bases = ["籤詩", "詩句", "句", "line", "verse", "poem"];
            bases.iter().find_map(|base| bare.strip_prefix(base))
        })?;
    let number = super::number::read(number)?;
    usize::try_from(number).ok().filter(|number| *number <= 20)
}

fn verdict(heading: &str) -> Option<Heading> {
    let heading = heading.trim();
    let heading = heading.strip_prefix("topics.").unwrap_or(heading);
    let words = heading.replace(['_', '-'], " ");
    let labels = CHINESE.iter().copied().chain([JAPANESE, ENGLISH, ASKED]);
    let by_label = labels
        .flatten()
        .find(|(label, _)| **label == *words)
        .map(|(label, topics)| ((*label).to_owned(), topics.to_vec()));
    let by_id = || {
        let id = words.replace(' ', "_");
        let topic = serde_json::from_value(serde_json::Value::String(id)).ok()?;
        Some((words.clone(), vec![topic]))
    };
    by_label
        .or_else(by_id)
        .map(|(label, topics)| Heading::Verdict(label, topics))
}

/// The heading before `_en`, ` (en)`, `.en`, （英文）, and the language that this says.
fn with_language(heading: &str) -> Option<(&str, Language)> {
    let names = [
        (
            Language::ZhHans,
            &["zh-hans", "zh_hans", "zh-cn", "zh_cn", "簡體", "簡中"][..],
        ),
        (
            Language::Zh,
            &[
                "zh-hant", "zh_hant", "zh-tw", "zh_tw", "zh", "中文", "繁體", "chinese",
            ],
        ),
        (Language::En, &["en", "英文", "英語", "英", "english"]),
        (
            Language::Ja,
            &["ja", "jp", "日文", "日語", "日本語", "japanese"],
        ),
    ];
    let heading = heading.strip_suffix([')', ']']).unwrap_or(heading);
    names.into_iter().find_map(|(language, names)| {
        let base = names.iter().find_map(|name| heading.strip_suffix(name))?;
        let bare = base.trim_end_matches([' ', '.', '_', '-', '(', '[']);
        (bare.len() < base.len() && !bare.is_empty()).then_some((bare, language))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(heading: &str, expected: Option<(Heading, Option<Language>)>) {
        assert_eq!(read(heading), expected, "{heading}");
    }

    #[test]
    fn known_headings_are_read_in_both_scripts() {
        for heading in ["籤號", "签号", " No. ", "ＮＯ", "番号", "Lot_Number"] {
            check(heading, Some((Heading::Number, None)));
        }
        check("签诗", Some((Heading::Verse, None)));
        check("第二句", Some((Heading::VerseLine(2), None)));
        check("Line 4", Some((Heading::VerseLine(4), None)));
        check("吉凶", Some((Heading::Grade, None)));
        check("圣意", Some((Heading::Commentary("sage"), None)));
        let both = vec![Topic::Career, Topic::Study];
        check(
            "功名",
            Some((Heading::Verdict("功名".to_owned(), both), None)),
        );
        let lost = |label: &str| Heading::Verdict(label.to_owned(), vec![Topic::LostThings]);
        check("lost_things", Some((lost("lost things"), None)));
        check(
            "topics.lost_things.ja",
            Some((lost("lost things"), Some(Language::Ja))),
        );
    }

    #[test]
    fn a_language_is_read_behind_a_heading() {
        let meaning = |language| Some((Heading::Commentary("meaning"), Some(language)));
        check("analysis.jp", meaning(Language::Ja));
        check("解說（英文）", meaning(Language::En));
        check("meaning_zh-Hans", meaning(Language::ZhHans));
        check("Meaning [EN]", meaning(Language::En));
    }

    #[test]
    fn other_headings_are_not_guessed_at() {
        for heading in [
            "",
            "備註",
            "name",
            "text",
            "en",
            "meaningen",
            "詩人",
            "第句",
            "籤",
        ] {
            check(heading, None);
        }
    }
}
