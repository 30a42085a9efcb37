//! What is found to harm, and what only sounds like it.

use super::*;

fn kinds(text: &str, language: Language, about: Option<Topic>) -> Vec<Kind> {
    let found = find(text, language, about);
    found.into_iter().map(|harm| harm.kind).collect()
}

fn check(language: Language, text: &str, expected: &[Kind]) {
    assert_eq!(kinds(text, language, None), expected, "{text}");
}

#[test]
fn verdicts_on_the_living_are_found() {
    let zh = |text, expected| check(Language::Zh, text, &[expected]);
    zh("問病必死。", Kind::Death);
    zh("訴訟凶婚姻成病者難治", Kind::Incurable);
    zh("家宅　安。疾病　危。求財　有。", Kind::Danger);
    zh("六甲　母子不保。", Kind::Birth);
    zh("產婦有險，宜多留心。", Kind::Birth);
    zh("此人得此籤，不久即去逝。", Kind::Death);
    zh("婚姻　剋夫。", Kind::Bereavement);
    check(Language::ZhHans, "疾病难愈，凡事忍耐。", &[Kind::Incurable]);
    let ja = |text, expected| check(Language::Ja, text, &[expected]);
    ja("病気　治らず。", Kind::Incurable);
    ja("病危うし。縁談よし。", Kind::Danger);
    ja("出産　難産の恐れあり。", Kind::Birth);
    let en = |text, expected| check(Language::En, text, &[expected]);
    en("The patient will not recover.", Kind::Incurable);
    en("Illness: in grave danger.", Kind::Danger);
    en("The baby will not live.", Kind::Birth);
    en("Whoever asks will die within the year.", Kind::Death);
}

#[test]
fn what_only_sounds_like_it_is_not() {
    for text in [
        "病不畏，久則安。",
        "疾病　先凶後吉。",
        "問疾病，沒有危險，可以痊癒。",
        "家宅　凶。疾病　安。",
        "病禱神厝宅凶運未通",
        "出外凶求財難",
        "逢凶化吉，病漸安。",
        "死守舊業，終有所成。",
        "疾病　險不畏。",
    ] {
        check(Language::Zh, text, &[]);
    }
    for text in [
        "病癒えん。訟危うし。",
        "危険から脱するでしょう。",
        "病は癒えざれば医をかえよ。",
    ] {
        check(Language::Ja, text, &[]);
    }
    for text in [
        "Pregnancy: no danger.",
        "The ill get out of danger.",
        "Speedy recovery from illness. Danger on the road.",
        "A diet and a deadline.",
    ] {
        check(Language::En, text, &[]);
    }
}

#[test]
fn a_verdict_on_health_needs_not_name_the_illness() {
    assert_eq!(
        kinds("險", Language::Zh, Some(Topic::Health)),
        [Kind::Danger]
    );
    assert_eq!(
        kinds("險", Language::Zh, Some(Topic::Childbirth)),
        [Kind::Birth]
    );
    assert_eq!(kinds("險", Language::Zh, Some(Topic::Travel)), []);
    assert_eq!(
        kinds("Fatal.", Language::En, Some(Topic::Health)),
        [Kind::Death]
    );
}

#[test]
fn the_words_are_named_where_they_stand() {
    let text = "求財有。疾病有危險。";
    let found = find(text, Language::Zh, None);
    assert_eq!(&text[found[0].range.clone()], "疾病有危險");
}
