//! What the linter finds where it was planted, and where nothing is.

use kaucim_decks::lint::Code;

use crate::candles::{Candles, found, told};

/// Plants something and says what alone is found, and where.
fn check(file: &str, (from, to): (&str, &str), code: Code, field: &str) {
    let linted = Candles::new().with(file, from, to).lint();
    let found: Vec<_> = found(&linted)
        .into_iter()
        .map(|fault| {
            (
                fault.code,
                fault.file.as_str(),
                fault.field.as_deref().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        found,
        [(code, file, field)],
        "{from} -> {to}:\n{}",
        told(&linted)
    );
}

const LOT: &str = "lots/005.toml";
const OTHER: &str = "露結為霜";
const HEALTH: &str = "早睡早起，不適就醫。";

#[test]
fn nothing_is_found_in_a_sound_pack() {
    let linted = Candles::new().lint();
    assert!(found(&linted).is_empty(), "{}", told(&linted));
}

#[test]
fn texts_that_are_not_what_they_are_said_to_be() {
    let topic = "topics.health.zh";
    check(
        LOT,
        (HEALTH, "夜は早く休みましょう。"),
        Code::ForeignScript,
        topic,
    );
    check(
        LOT,
        (HEALTH, "Go to bed early and rest your mind tonight."),
        Code::ForeignScript,
        topic,
    );
    check(
        LOT,
        (HEALTH, "Рано ложись спать."),
        Code::ForeignScript,
        topic,
    );
    let english = "Candle 5: the flame shows the road; walk slowly and it grows clear.";
    check(
        LOT,
        (english, "燭光照見前路，慢慢走。"),
        Code::ForeignScript,
        "commentary.meaning.en",
    );
    let japanese = "5本目の灯り。ゆっくり歩けば、道は見えてきます。";
    check(
        LOT,
        (japanese, "燭光照見前路，慢慢走，路就明白，凡事不可急進。"),
        Code::ForeignScript,
        "commentary.meaning.ja",
    );
    check(LOT, (OTHER, "露結l霜"), Code::ForeignScript, "verse");
    check(LOT, (OTHER, "露結の霜"), Code::ForeignScript, "verse");
    check(
        LOT,
        (HEALTH, "早睡早\u{fffd}，不適就醫。"),
        Code::DamagedText,
        topic,
    );
    check(
        LOT,
        (HEALTH, "早睡早\u{e0b1}，不適就醫。"),
        Code::DamagedText,
        topic,
    );
    check(
        LOT,
        ("it grows clear", "itâ€™s clear"),
        Code::DamagedText,
        "commentary.meaning.en",
    );
    check(LOT, (HEALTH, "待補"), Code::Placeholder, topic);
    check(LOT, (HEALTH, "--"), Code::Placeholder, topic);
    check(LOT, (HEALTH, "TODO: 補上"), Code::Placeholder, topic);
    check(
        "deck.toml",
        ("CC0-1.0", "TODO"),
        Code::Placeholder,
        "licence",
    );
    check(
        "deck.toml",
        ("\"first\"", "\"fir\u{fffd}t\""),
        Code::DamagedText,
        "edition",
    );
}

#[test]
fn texts_that_somebody_should_look_at() {
    let topic = "topics.health.zh";
    check(LOT, (HEALTH, "病者難治。"), Code::Harm, topic);
    check(LOT, (HEALTH, "危。"), Code::Harm, topic);
    check(
        LOT,
        (HEALTH, "早睡早起，不适就医。"),
        Code::ScriptVariant,
        topic,
    );
    check(
        LOT,
        (HEALTH, "早睡早起，気をつける。"),
        Code::ForeignScript,
        topic,
    );
    check(
        LOT,
        (HEALTH, "早睡早起，不□就醫。"),
        Code::LostCharacter,
        topic,
    );
    check(
        LOT,
        (HEALTH, "早睡早起，<br>不適就醫。"),
        Code::Markup,
        topic,
    );
    check(
        LOT,
        (HEALTH, "早睡早起，&nbsp;不適就醫。"),
        Code::Markup,
        topic,
    );
}

#[test]
fn numbers_and_names_that_are_another_lots() {
    let translation = "\nThe second line of lot 5.";
    check(
        LOT,
        (translation, ""),
        Code::TranslationLines,
        "commentary.translation.en",
    );
    check(
        LOT,
        ("燭籤第五籤", "燭籤第六籤"),
        Code::TitleNumber,
        "title",
    );
    check(
        LOT,
        ("燭籤第五籤", "觀音籤第五籤"),
        Code::TitleSeries,
        "title",
    );
    check(
        LOT,
        ("Candle 5:", "Lot No. 6:"),
        Code::TextNumber,
        "commentary.meaning.en",
    );
    check(
        LOT,
        ("燭台戊辰", "燭台戍辰"),
        Code::StemBranch,
        "commentary.subtitle",
    );
    check(
        LOT,
        ("燭台戊辰", "燭台丁卯"),
        Code::StemBranch,
        "commentary.subtitle",
    );
}

#[test]
fn texts_that_another_lot_has_or_others_lack() {
    let meaning = "第五支燭：燭光照見「雲騰致雨」，慢慢走，路就明白。";
    let first = "第一支燭：燭光照見「天地玄黃」，慢慢走，路就明白。";
    check(
        LOT,
        (meaning, first),
        Code::TextRepeated,
        "commentary.meaning.zh",
    );
    let elsewhere = "天地玄黃，宇宙洪荒，都在燭光之中，慢慢走去，路就明白。";
    check(LOT, (meaning, elsewhere), Code::TextElsewhere, "commentary");
    check(
        LOT,
        ("[topics.love]\nzh = \"把話說清楚，不必說得多。\"\n", ""),
        Code::Coverage,
        "",
    );
    check(
        "deck.toml",
        ("ja = \"媽祖\"\n", ""),
        Code::Coverage,
        "deity_name.ja",
    );
}

#[test]
fn verses_that_are_not_their_own() {
    let verse = "[\"雲騰致雨\", \"露結為霜\"]";
    check(
        LOT,
        (verse, "[\"天地玄黃\", \"宇宙洪荒\"]"),
        Code::VerseRepeated,
        "verse",
    );
    let simplified = Candles::new().with(LOT, verse, "[\"天地玄黄\", \"宇宙洪荒\"]");
    let errors = simplified.lint().errors;
    let codes: Vec<_> = errors.iter().map(|fault| fault.code).collect();
    assert_eq!(
        codes,
        [Code::VerseRepeated],
        "in the other script: {errors:?}"
    );
    check(
        LOT,
        (verse, "[\"天地玄黃\", \"宇宙洪流\"]"),
        Code::VerseSimilar,
        "verse",
    );
    check(LOT, (OTHER, "露結霜"), Code::Metre, "verse");
    let spoken = |lines: &str| format!("{verse}\npronunciation = {lines}");
    for lines in [
        "[\"yún téng zhì yǔ\"]",
        "[\"yún téng zhì yǔ\", \" \"]",
        "[\"a\\u0007\", \"b\"]",
    ] {
        check(
            LOT,
            (verse, &spoken(lines)),
            Code::Pronunciation,
            "pronunciation",
        );
    }
    let sound = spoken("[\"yún téng zhì yǔ\", \"つゆむすんで\"]");
    let sound = Candles::new().with(LOT, verse, &sound).lint();
    assert!(found(&sound).is_empty(), "{}", told(&sound));
    let undeclared =
        Candles::new().with("deck.toml", "metre = { lines = 2, characters = 4 }\n", "");
    let codes = |candles: &Candles| -> Vec<_> {
        found(&candles.lint())
            .iter()
            .map(|fault| fault.code)
            .collect()
    };
    assert_eq!(codes(&undeclared), [Code::MetreUndeclared]);
    let shorter = undeclared.with(LOT, OTHER, "露結霜");
    assert_eq!(codes(&shorter), [Code::VerseForm]);
}

#[test]
fn what_the_deck_says_of_itself() {
    let deck = "deck.toml";
    check(
        deck,
        ("CC0-1.0", "unknown"),
        Code::LicenceUnknown,
        "licence",
    );
    check(
        deck,
        ("redraw =", "set = \"thousand_100\"\nredraw ="),
        Code::SetCount,
        "set",
    );
    check(deck, ("tone = \"mixed\"\n", ""), Code::GradeTone, "grades");
    check(
        deck,
        ("tone = \"good\"", "tone = \"warning\""),
        Code::GradeTone,
        "grades",
    );
    check(
        deck,
        (
            "count = 6\n[[",
            "count = 6\n[[grades]]\nword = \"末\"\ntone = \"mixed\"\n[[",
        ),
        Code::GradeUnused,
        "grades",
    );
    check(
        deck,
        ("redraw =", "also_for = [\"lamp_god\"]\nredraw ="),
        Code::Required,
        "also_for",
    );
    check(
        deck,
        ("redraw =", "also_for = [\"mazu\"]\nredraw ="),
        Code::Id,
        "also_for",
    );
    check(
        deck,
        ("redraw =", "links = [\"candles\"]\nredraw ="),
        Code::Id,
        "links",
    );
    check(
        deck,
        ("redraw =", "set = \"A B\"\nredraw ="),
        Code::Id,
        "set",
    );
}

#[test]
fn what_the_temple_says_of_itself() {
    let deck = "deck.toml";
    let resource = |region: &str, text: &str| {
        format!(
            "[[resources]]\nregion = \"{region}\"\nmatter = \"self_harm\"\ntext = {{ en = \"{text}\" }}\n[name]"
        )
    };
    check(
        deck,
        ("[name]", &resource("Taiwan", "Call 1925.")),
        Code::Region,
        "resources.region",
    );
    let long = "Call somebody. ".repeat(50);
    check(
        deck,
        ("[name]", &resource("TW", &long)),
        Code::TooLong,
        "resources.text",
    );
    let disclaimer = format!("[disclaimer]\nen = \"{long}\"\n[name]");
    check(deck, ("[name]", &disclaimer), Code::TooLong, "disclaimer");
}

#[test]
fn one_pack_by_itself_may_not_have_the_id_of_the_starter_deck() {
    let taken = ("id = \"candles\"", "id = \"kaucim_yue_lao\"");
    check("deck.toml", taken, Code::IdTaken, "id");
    let errors = Candles::new()
        .with("deck.toml", taken.0, taken.1)
        .lint()
        .errors;
    assert_eq!(
        errors[0].to_string(),
        "deck.toml: `id`: the starter deck has the id `kaucim_yue_lao`; choose another"
    );
}
