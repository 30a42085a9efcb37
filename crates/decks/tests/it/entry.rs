//! A lot in the hand is found by what stands on it, and ordinary questions are taken for none.

use std::sync::{Arc, LazyLock};

use kaucim_decks::{Deck, Entry, How, Library};

use crate::{
    corpora::divine_whispers,
    crawl::{SETS, imported},
};

/// What people ask, in the four languages: none of it stands on a lot.
const QUESTIONS: [&str; 40] = [
    "今年適合換工作嗎？",
    "我該不該跟他在一起",
    "什麼時候會遇到對的人",
    "這次考試會通過嗎？",
    "爸爸的病會好嗎",
    "我想搬家，好不好？",
    "會嗎",
    "該去嗎？",
    "投資股票會賺錢嗎",
    "孩子的學業",
    "今年运势怎么样？",
    "我和前男友还有机会复合吗",
    "明年能买房吗？",
    "丢的钱包找得到吗",
    "适合出国留学吗",
    "官司会赢吗？",
    "我什么时候能怀孕",
    "要不要辞职创业",
    "这个人可靠吗",
    "三十歲前會結婚嗎？",
    "第一次約會會順利嗎",
    "今年37歲，還能生小孩嗎",
    "下個月7號適合簽約嗎",
    "Will love find me this year?",
    "Should I change jobs?",
    "Is the bridge safe to cross?",
    "Will my mother get better soon?",
    "Can I trust my business partner?",
    "Shall I wait?",
    "When will I meet the one?",
    "Is 2027 a good year to buy a house?",
    "Will we meet?",
    "今年の恋愛運はどうですか？",
    "転職したほうがいいですか",
    "彼は戻ってきますか？",
    "試験に受かりますか",
    "引っ越しは吉ですか？",
    "子どもは授かりますか",
    "仕事がうまくいくでしょうか",
    "失くした指輪は見つかりますか",
];

fn starter() -> Arc<Deck> {
    Library::starter().deck("yue_lao", None).unwrap()
}

/// The starter deck, and the real ones where they are at hand; imported once.
fn decks() -> &'static [(&'static str, Arc<Deck>)] {
    static DECKS: LazyLock<Vec<(&str, Arc<Deck>)>> = LazyLock::new(|| {
        let mut decks = vec![("starter", starter())];
        if let Some(corpora) = divine_whispers() {
            decks.extend(SETS.map(|(deity, name, _)| {
                let (_packs, deck, _) = imported(deity, &corpora.join(name));
                (name, deck)
            }));
        }
        decks
    });
    &DECKS
}

fn for_each_deck(mut check: impl FnMut(&str, &Deck)) {
    for (name, deck) in decks() {
        check(name, deck);
    }
}

/// One of the real ones.
fn deck(name: &str) -> Option<&'static Deck> {
    let (_, deck) = decks().iter().find(|(known, _)| *known == name)?;
    Some(deck)
}

#[track_caller]
fn certain(deck: &Deck, text: &str) -> (u32, How) {
    let found = deck.find(text);
    match found.as_slice() {
        [entry] if entry.is_certain() => (entry.number, entry.how),
        _ => panic!("`{text}` is not sure in {}: {found:?}", deck.id),
    }
}

fn chinese(number: u32) -> String {
    let ones = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let (tens, last) = (number / 10, ones[(number % 10) as usize]);
    match tens {
        0 => last.to_owned(),
        1 => format!("十{last}"),
        10 => "一百".to_owned(),
        _ => format!("{}十{last}", ones[tens as usize]),
    }
}

fn digits_from(zero: char, number: u32) -> String {
    let shifted = |c: char| char::from_u32(u32::from(zero) + c.to_digit(10).unwrap()).unwrap();
    number.to_string().chars().map(shifted).collect()
}

#[test]
fn every_lot_is_found_by_its_number_in_many_spellings() {
    for_each_deck(|_, deck| {
        for number in 1..=deck.count() {
            let chinese = chinese(number);
            for text in [
                number.to_string(),
                format!("No. {number}"),
                chinese.clone(),
                format!("第{chinese}籤"),
                format!("{chinese}番"),
                digits_from('０', number),
                digits_from('٠', number),
                digits_from('๐', number),
            ] {
                assert_eq!(certain(deck, &text), (number, How::Number), "{text}");
            }
        }
        let beyond = deck.count() + 1;
        assert_eq!(deck.find(&beyond.to_string()), [], "there is none");
        assert_eq!(deck.find("0"), []);
    });
}

#[test]
fn every_lot_is_found_by_its_title() {
    for_each_deck(|name, deck| {
        for lot in deck.lots() {
            let (number, _) = certain(deck, &lot.title);
            assert_eq!(number, lot.number, "{name}: {}", lot.title);
        }
    });
}

/// Each line with the lots that have it.
fn lines(deck: &Deck) -> Vec<(&str, Vec<u32>)> {
    let mut lines: Vec<(&str, Vec<u32>)> = Vec::new();
    for lot in deck.lots() {
        for line in &lot.verse {
            match lines.iter_mut().find(|(known, _)| known == line) {
                // Some lots repeat a line.
                Some((_, lots)) if lots.contains(&lot.number) => {}
                Some((_, lots)) => lots.push(lot.number),
                None => lines.push((line, vec![lot.number])),
            }
        }
    }
    lines
}

#[test]
fn every_lot_is_found_by_each_line_that_is_its_own() {
    let (mut whole, mut shared, mut sure) = (0, 0, 0);
    for_each_deck(|name, deck| {
        for (line, lots) in lines(deck) {
            if line.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
                continue;
            }
            let found = deck.find(line);
            let numbers: Vec<u32> = found.iter().map(|entry| entry.number).collect();
            whole += 1;
            if lots.len() == 1 && found[0].is_certain() {
                assert_eq!(numbers, lots, "{name}: {line}");
                sure += 1;
            } else {
                shared += 1;
                assert!(
                    lots.iter().all(|lot| numbers.contains(lot)),
                    "{name}: {line}: {found:?}"
                );
                assert!(
                    found.iter().all(|entry| !entry.is_certain()),
                    "{line}: {found:?}"
                );
            }
        }
    });
    assert!(shared * 50 < sure, "{shared} of {whole} lines are not sure");
    println!("{whole} lines: {sure} sure, {shared} shared");
}

#[test]
fn one_wrong_sign_hides_no_lot_and_makes_none_certain() {
    let (mut first, mut all) = (0, 0);
    for_each_deck(|name, deck| {
        for (line, lots) in lines(deck) {
            let signs: Vec<char> = line.chars().collect();
            if signs.iter().filter(|c| c.is_alphanumeric()).count() < 4 {
                continue;
            }
            for wrong in 0..signs.len() {
                let mut signs = signs.clone();
                // No lot has this sign.
                signs[wrong] = '囧';
                let text: String = signs.iter().collect();
                let found = deck.find(&text);
                let place = found.iter().position(|entry| lots.contains(&entry.number));
                let place = place.unwrap_or_else(|| panic!("{name}: {text}: {found:?}"));
                all += 1;
                first += usize::from(place == 0);
                assert!(
                    found.iter().all(|entry| !entry.is_certain()),
                    "{text}: {found:?}"
                );
            }
        }
    });
    assert!(first * 100 > all * 99, "{first} of {all} stand first");
    println!("{all} lines with a wrong sign: {first} stand first");
}

#[test]
fn both_scripts_and_variants_find_the_same() {
    let deck = starter();
    for text in [
        "囊裏紅絲月下明",
        "囊裡紅絲月下明",
        "囊里红丝月下明",
        "囊裏紅絲，月下明。",
    ] {
        assert_eq!(certain(&deck, text), (1, How::Verse), "{text}");
    }
    assert_eq!(certain(&deck, "月下检书"), (1, How::Title));
    assert_eq!(certain(&deck, "韋固遇月老"), (1, How::Story));
    assert_eq!(
        certain(&deck, "Wei Gu meets the old man under the moon"),
        (1, How::Story)
    );
    let whole = deck.lot(2).unwrap().verse.join("\n");
    assert_eq!(certain(&deck, &whole), (2, How::Verse));
    let two_lines = deck.lot(2).unwrap().verse[1..3].join("、");
    assert_eq!(certain(&deck, &two_lines), (2, How::Verse));
}

#[test]
fn parts_of_a_line_are_candidates() {
    let deck = starter();
    let found = deck.find("紅絲月下");
    assert_eq!((found[0].number, found[0].how), (1, How::Verse));
    assert!(!found[0].is_certain(), "a part may be meant otherwise");
    let of_two = deck.find("紅絲");
    assert!(of_two.iter().any(|entry| entry.number == 1), "{of_two:?}");
    assert!(of_two.iter().all(|entry| entry.score < 0.5), "{of_two:?}");
}

#[test]
fn stem_and_branch_names_are_those_that_the_lots_bear() {
    let Some(mazu) = deck("Mazu") else { return };
    // The deck counts by stems, not in the order of the calendar.
    for (text, number) in [
        ("甲子", 1),
        ("甲寅", 2),
        ("甲子籤", 1),
        ("癸亥", 60),
        ("乙丑", 7),
    ] {
        assert_eq!(certain(mazu, text), (number, How::StemBranch), "{text}");
    }
    let mut named: Vec<u32> = Vec::new();
    for (place, stem) in "甲乙丙丁戊己庚辛壬癸".chars().enumerate() {
        for branch in "子丑寅卯辰巳午未申酉戌亥"
            .chars()
            .skip(place % 2)
            .step_by(2)
        {
            named.push(certain(mazu, &format!("{stem}{branch}")).0);
        }
    }
    named.sort_unstable();
    assert_eq!(
        named,
        (1..=60).collect::<Vec<_>>(),
        "each name is one lot's"
    );
    let mistaken = mazu.find("已已");
    assert_eq!(mistaken, mazu.find("己已"));
    assert_eq!(mistaken[0].number, certain(mazu, "己巳").0);
    assert!(!mistaken[0].is_certain());
    assert_eq!(mazu.find("甲丑"), [], "not in the cycle");

    let guan_yu = deck("GuanYu").unwrap();
    // One lot of the source bears a misprint, and is named like the others.
    for (text, number) in [("甲甲", 1), ("乙丁", 14), ("癸癸", 100), ("己庚", 57)] {
        assert_eq!(certain(guan_yu, text), (number, How::StemBranch), "{text}");
    }
    let tianhou = deck("Tianhou").unwrap();
    for text in ["甲子", "甲甲"] {
        let found = tianhou.find(text);
        assert!(
            found.iter().all(|entry| entry.how != How::StemBranch),
            "{found:?}"
        );
        assert!(starter().find(text).is_empty());
    }
}

#[test]
fn ordinary_questions_are_taken_for_no_lot() {
    let mut taken: Vec<(String, &str, Vec<Entry>)> = Vec::new();
    for_each_deck(|name, deck| {
        for question in QUESTIONS {
            let found = deck.find(question);
            assert!(
                found.iter().all(|entry| !entry.is_certain()),
                "{question}: {found:?}"
            );
            if !found.is_empty() {
                taken.push((name.to_owned(), question, found));
            }
        }
    });
    println!(
        "{} of 7 times {} questions: {taken:?}",
        taken.len(),
        QUESTIONS.len()
    );
    assert!(taken.is_empty(), "{taken:?}");
}

#[test]
fn whatever_is_typed_is_looked_at_in_bounds() {
    let deck = starter();
    let long = "囊裏紅絲月下明".repeat(100_000);
    for text in [
        "",
        " ",
        "。",
        "🙏",
        "籤",
        "\u{0}",
        long.as_str(),
        "第第第第",
        "a",
    ] {
        assert!(deck.find(text).len() <= 8);
    }
}

#[test]
fn whole_lines_are_found_in_any_order_and_among_other_words() {
    for_each_deck(|name, deck| {
        for lot in deck.lots() {
            let lines = &lot.verse;
            let is_long =
                |line: &&String| line.chars().filter(|c| c.is_alphanumeric()).count() >= 5;
            if lines.len() < 3 || !lines.iter().all(|line| is_long(&line)) {
                continue;
            }
            let backwards: Vec<_> = lines.iter().rev().map(String::as_str).collect();
            for text in [format!("{} {}", lines[0], lines[2]), backwards.join("\n")] {
                let found = deck.find(&text);
                assert!(
                    found.iter().any(|entry| entry.number == lot.number),
                    "{name} {}: {text}: {found:?}",
                    lot.number
                );
                let other = found
                    .iter()
                    .find(|one| one.is_certain() && one.number != lot.number);
                assert_eq!(other, None, "{name} {}: {text}", lot.number);
            }
            let asked = format!("我抽到{}, 請問這是哪一籤？", lines[0]);
            let found = deck.find(&asked);
            let first = found.iter().find(|entry| entry.number == lot.number);
            let first = first.unwrap_or_else(|| panic!("{name} {}: {asked}", lot.number));
            assert!(
                !first.is_certain(),
                "other words may say otherwise: {asked}"
            );
        }
    });
    let deck = starter();
    let verse = |number| deck.lot(number).unwrap().verse.clone();
    let (one, two) = (verse(1), verse(2));
    assert_eq!(
        certain(&deck, &format!("{} {}", one[0], one[2])),
        (1, How::Verse)
    );
    assert_eq!(
        certain(&deck, &format!("{}{}", two[3], two[0])),
        (2, How::Verse)
    );
    let mixed = deck.find(&format!("{}，{}", one[0], two[1]));
    let numbers: Vec<_> = mixed
        .iter()
        .map(|entry| (entry.number, entry.score))
        .collect();
    assert_eq!(
        numbers,
        [(1, 0.45), (2, 0.45)],
        "of two lots, and sure of none"
    );
}
