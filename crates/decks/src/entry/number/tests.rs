//! One number in its many spellings, and what is none.

use super::*;

#[track_caller]
fn check(text: &str, numbers: &[u32]) {
    assert_eq!(all(&bare(text)), numbers, "{text}");
}

#[test]
fn one_number_has_many_spellings() {
    for text in [
        "37",
        " 37 ",
        "３７",
        "#37",
        "No. 37",
        "no37",
        "№ 37",
        "Lot 37",
        "lot no. 37",
        "the 37th",
        "37番",
        "第37籤",
        "第３７签",
        "三十七",
        "第三十七籤",
        "第三十七番",
        "三七",
        "卅七",
        "叁拾柒",
        "參拾柒",
        "参拾七",
        "三十七首",
        "籤三十七",
        "籤號：37",
        "我抽到第三十七籤。",
        "おみくじ 三十七番",
        "さんじゅうなな",
        "さんじゅうしち",
        "サンジュウナナ",
        "さんじゅうななばん",
        "thirty-seven",
        "Thirty Seven",
        "lot thirty-seven",
        "thirty-seventh",
        "the thirty-seventh lot",
        "XXXVII",
        "٣٧",
        "۳۷",
        "๓๗",
        "३७",
        "㊲",
        "𝟛𝟟",
        "037",
    ] {
        check(text, &[37]);
    }
}

#[test]
fn the_round_and_the_short_ones_too() {
    for (text, number) in [
        ("百", 100),
        ("一百", 100),
        ("壹佰", 100),
        ("一〇〇", 100),
        ("100", 100),
        ("one hundred", 100),
        ("a hundred", 100),
        ("the hundredth", 100),
        ("ひゃく", 100),
        ("十", 10),
        ("じゅう", 10),
        ("廿", 20),
        ("廿一", 21),
        ("卌二", 42),
        ("十二", 12),
        ("Ⅻ", 12),
        ("XII", 12),
        ("XL", 40),
        ("一百零八", 108),
        ("一百二十", 120),
        ("one hundred and five", 105),
        ("壹貳參", 123),
        ("二十", 20),
        ("兩百", 200),
        ("first", 1),
        ("the twelfth", 12),
        ("nineteen", 19),
        ("いち", 1),
        ("く", 9),
        ("にじゅう", 20),
        ("ひゃくいち", 101),
        ("第一籤", 1),
        ("九", 9),
        ("㉑", 21),
        ("⑨", 9),
    ] {
        check(text, &[number]);
    }
    check("一百二", &[102, 120]);
}

#[test]
fn what_is_no_number_is_none() {
    for text in [
        "",
        "籤",
        "第",
        "No.",
        "lot",
        "love",
        "第一次約會",
        "今年37歲",
        "I",
        "C",
        "IIII",
        "VX",
        "civil",
        "十百",
        "三三十",
        "seven thirty",
        "twenty twelve",
        "hundred hundred",
        "七上八下",
        "一心一意",
        "百年好合",
        "1234567",
        "3.7",
        "二二十",
        "甲子",
        "さんにち",
    ] {
        check(text, &[]);
    }
}

#[test]
fn a_number_is_found_inside_a_title() {
    assert_eq!(within("關聖帝君一百籤第三十七籤 大吉"), Some(37));
    assert_eq!(within("浅草寺 第５番 凶"), Some(5));
    assert_eq!(within("第一次約會"), None);
    assert_eq!(within("第二"), None);
}
