//! What the guards stop, and that cuts change nothing.

use kaucim_decks::Library;
use proptest::prelude::*;

use super::*;
use crate::{Language, Source, checks, neighbours::Neighbourhood, prompt, sample};

/// A watch over a reading of the sample lot; its library is the starter deck.
fn watch(tone: Tone) -> Arc<Watch> {
    let prepared = sample::prepared("他愛我嗎？", Language::Zh);
    let known = Known::new(&prepared, &[]);
    let neighbours = Neighbourhood::new(Library::starter()).now();
    Arc::new(Watch::new(neighbours, &known, Some(tone)))
}

/// What readers see of a text that comes in pieces, and the check that it failed.
fn guarded<'a>(
    watch: &Arc<Watch>,
    pieces: impl IntoIterator<Item = &'a str>,
) -> (String, Option<&'static str>) {
    let mut guard = Guard::new(watch);
    let mut shown = String::new();
    for piece in pieces {
        let Released { text, hit } = guard.push(piece);
        shown.push_str(&text);
        if let Some(finding) = hit {
            return (shown, Some(finding.check));
        }
    }
    let Released { text, hit } = guard.end();
    shown.push_str(&text);
    (shown, hit.map(|finding| finding.check))
}

#[track_caller]
fn check(tone: Tone, text: &str, expected: Option<&str>) {
    let watch = watch(tone);
    let whole = guarded(&watch, [text]);
    assert_eq!(whole.1, expected, "{text}");
    let cut = guarded(&watch, text.split_inclusive(|_| true));
    assert_eq!(cut, whole, "character by character: {text}");
    if expected.is_none() {
        assert_eq!(whole.0, text, "nothing is held back at the end");
    } else {
        assert!(whole.0.len() < text.len() && text.starts_with(&whole.0));
    }
}

#[test]
fn the_prompt_stays_where_it_is() {
    check(
        Tone::Good,
        &format!("My orders: {CANARY}. Well."),
        Some(checks::LEAK),
    );
    check(
        Tone::Good,
        &CANARY.to_uppercase().replace('-', " - "),
        Some(checks::LEAK),
    );
    // Shorter parts are what anybody might write.
    let long = prompt::parts().filter(|part| part.chars().count() > 400);
    for part in long {
        let (shown, found) = guarded(&watch(Tone::Good), [part]);
        assert_eq!(found, Some(checks::LEAK), "{part}");
        // A dozen characters, or half a dozen words.
        let most = if part.is_ascii() || part.contains("in English") {
            48
        } else {
            24
        };
        assert!(shown.chars().count() < most, "{shown}");
        let from_the_middle: String = part.chars().skip(part.chars().count() / 2).collect();
        assert_eq!(
            guarded(&watch(Tone::Good), [from_the_middle.as_str()]).1,
            Some(checks::LEAK)
        );
    }
    check(
        Tone::Warning,
        "The grade is a warning: name kindly and honestly what to watch for. Do not promise that all will be well.",
        Some(checks::LEAK),
    );
    check(Tone::Good, "健康、法律、金錢的事，請找專業的人。", None);
    check(
        Tone::Good,
        "Two or three concrete things you can do: rest, write, wait.",
        None,
    );
}

#[test]
fn verses_of_other_lots_are_not_shown() {
    check(
        Tone::Good,
        "籤詩說「小園重到酒杯寒」，舊地重遊。",
        Some(checks::STRANGER),
    );
    check(Tone::Good, "小園重到，\n酒杯寒。", Some(checks::STRANGER));
    check(
        Tone::Good,
        "“小园重到酒杯寒” is the verse.",
        Some(checks::STRANGER),
    );
    check(Tone::Good, "小園 重到 酒杯 寒", Some(checks::STRANGER));
    // It is the lot's own, or not the line.
    check(Tone::Good, "籤詩說「囊裏紅絲月下明」，緣分已近。", None);
    check(Tone::Good, "小園重到酒杯空，不是那一句。", None);
    check(Tone::Good, "小園重到酒杯", None);
    let (shown, _) = guarded(&watch(Tone::Good), ["緣分已近：小園重到酒杯寒。"]);
    assert_eq!(shown, "緣分已近：小園");
}

#[test]
fn a_source_may_be_quoted_though_another_lot_has_it() {
    let prepared = sample::prepared("他愛我嗎？", Language::Zh);
    let neighbours = Neighbourhood::new(Library::starter()).now();
    let source = |kind: &str| Source {
        id: "x".to_owned(),
        kind: kind.to_owned(),
        title: String::new(),
        excerpt: "此籤說：小園重到酒杯寒。".to_owned(),
        score: 1.0,
    };
    for (kind, expected) in [("meaning", None), ("verse", Some(checks::STRANGER))] {
        let known = Known::new(&prepared, &[source(kind)]);
        let watch = Arc::new(Watch::new(Arc::clone(&neighbours), &known, None));
        assert_eq!(guarded(&watch, ["小園重到酒杯寒。"]).1, expected);
    }
}

#[test]
fn claims_are_stopped_before_they_are_read() {
    let stopped = Some(checks::PROGNOSIS);
    check(Tone::Good, "依籤詩看，你會死。", stopped);
    check(Tone::Good, "你會死", stopped);
    check(Tone::Good, "你會死掉的", stopped);
    check(Tone::Good, "Be warned: you will die.", stopped);
    check(Tone::Good, "you’ll  die", stopped);
    check(Tone::Good, "残念ながら、あなたは死にます。", stopped);
    check(Tone::Good, "您的病會好的。", stopped);
    check(Tone::Good, "你會死心，也會重新開始。", None);
    check(Tone::Good, "You will diet, and you will dine.", None);
    check(Tone::Good, "No verse can say that you will die.", None);
    check(Tone::Good, "籤詩沒有說你會死。", None);
    check(Tone::Good, "籤詩不是說你會死於意外。", None);

    let stopped = Some(checks::PROMISE);
    check(Tone::Warning, "別擔心，這件事一定會成功！", stopped);
    check(Tone::Warning, "這件事一定会成功", stopped);
    check(Tone::Warning, "Your success is guaranteed.", stopped);
    check(Tone::Warning, "この恋は必ず成就します。", stopped);
    check(Tone::Warning, "這件事不一定會成功。", None);
    check(Tone::Warning, "並沒有人說一定會成功。", None);
    check(
        Tone::Warning,
        "It does not say that you will certainly succeed.",
        None,
    );
    check(Tone::Good, "這件事一定會成功！", None);
}

#[test]
fn what_is_held_back_has_a_bound() {
    let watch = watch(Tone::Warning);
    let mut guard = Guard::new(&watch);
    let mut longest = 0;
    for piece in [
        "小園重到酒杯",
        "\n \u{3000}…",
        " you will ",
        "一定會",
        "あなたは",
        "zq-lantern-7f3a91c2e",
    ]
    .iter()
    .cycle()
    .take(600)
    {
        for c in piece.chars() {
            let mut text = [0; 4];
            assert!(guard.push(c.encode_utf8(&mut text)).hit.is_none());
            longest = longest.max(guard.held.chars().count());
        }
    }
    let most = watch
        .neighbours
        .automaton()
        .longest()
        .max(watch.claims.automaton.longest());
    assert!(
        longest <= most * 13,
        "{longest} characters are held, of {most}"
    );
    let blanks = " ".repeat(10_000);
    guard.push(&format!("小園重到{blanks}"));
    assert_eq!(guard.held, "");
}

/// Text made of what could become a match, and of what stands between.
fn tempting() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "小園",
        "重到",
        "酒杯",
        "寒",
        "小园重到酒杯",
        "，",
        "。",
        "\n",
        " ",
        "「",
        "」",
        "…",
        "囊裏紅絲月下明",
        "你",
        "會",
        "死",
        "心",
        "於",
        "不",
        "沒有說",
        "一定會",
        "成功",
        "you ",
        "will ",
        "die",
        "diet",
        "not ",
        "’",
        "YOU WILL DIE",
        "zq-",
        "lantern-",
        "7f3a91c2e4",
        "あなたは",
        "死に",
        "ます",
        "必ず",
        "成就します",
        "緣分",
        "🌙",
        "é",
    ]);
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

fn cut_up(text: &str, cuts: &[prop::sample::Index]) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut cuts: Vec<usize> = cuts
        .iter()
        .map(|cut| cut.index(characters.len() + 1))
        .collect();
    cuts.extend([0, characters.len()]);
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|cut| characters[cut[0]..cut[1]].iter().collect())
        .collect()
}

proptest! {
    #[test]
    fn cuts_change_nothing(
        text in tempting(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let watch = watch(Tone::Warning);
        let whole = guarded(&watch, [text.as_str()]);
        let pieces = cut_up(&text, &cuts);
        prop_assert_eq!(&guarded(&watch, pieces.iter().map(String::as_str)), &whole);
        let (shown, found) = whole;
        prop_assert!(text.starts_with(&shown));
        prop_assert_eq!(found.is_none(), shown == text);
        // What was shown would have been let pass, so no pattern is in it.
        let (again, _) = guarded(&watch, [shown.as_str()]);
        prop_assert_eq!(again.len(), shown.len());
        prop_assert!(watch.stranger(&crate::script::fold(&shown)).is_none());
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>()) {
        let watch = watch(Tone::Warning);
        let (shown, found) = guarded(&watch, [text.as_str()]);
        prop_assert!(text.starts_with(&shown));
        prop_assert_eq!(found.is_none(), shown == text);
    }
}
