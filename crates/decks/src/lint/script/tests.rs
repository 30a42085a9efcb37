//! Which texts are in their own script.

use super::*;

fn check(language: Language, foreign_texts: &[&str], sound: &[&str]) {
    for text in foreign_texts {
        assert!(foreign(text, language).is_some(), "{language}: {text}");
    }
    for text in sound {
        assert_eq!(foreign(text, language), None, "{language}: {text}");
    }
}

#[test]
fn chinese_texts() {
    check(
        Language::Zh,
        &[
            "月の光が照らしています。",
            "The moon shines on the road, and you go on.",
            "此籤主吉。The moon shines on the long road tonight.",
            "Она придёт.",
        ],
        &[
            "月光照路。",
            "優の良品。",
            "日本稱「おみくじ」，意思相近。",
            "參見 http://example.com/The/Long/Road_of_the_moon/index.html 一文。",
            "北伐（Northern Expedition of the year 1926 and later）以後。",
            "音ㄕˇ，同「使」。",
            "唐 Tang 朝",
            "吉",
        ],
    );
}

#[test]
fn japanese_texts() {
    check(
        Language::Ja,
        &[
            "月光照路，凡事小心，不可急進，宜守舊待時，終有所成。",
            "The moon shines on the road, and you go on.",
        ],
        &[
            "月が道を照らします。",
            "病気全快。願望成就。",
            "「月光照路凡事小心不可急進宜守舊」とあります。",
            "万事大吉",
        ],
    );
}

#[test]
fn english_texts() {
    check(
        Language::En,
        &[
            "月光照路。",
            "The lot says 月光照路凡事小心不可急進 and so on.",
            "月光 moon 照路 road",
            "Луна светит.",
        ],
        &[
            "The moon (月光照路，凡事小心，不可急進) shines.",
            "“囊裏紅絲月下明” is the first line.",
            "Wei Gu 韋固 met the old man.",
            "Great fortune & joy",
            "Čapek's café",
        ],
    );
}

#[test]
fn verses_hold_nothing_but_their_own_script() {
    let verse = |line: &str| foreign_in_verse(line, Language::Zh);
    assert_eq!(verse("虗舟任去？"), None);
    assert!(verse("月下l明").is_some() && verse("月の明").is_some());
    assert_eq!(foreign_in_verse("囊裏紅絲月下明", Language::Ja), None);
    assert!(foreign_in_verse("The 月 shines", Language::En).is_some());
}
