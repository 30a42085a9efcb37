//! Sentences that no section may hold, written by somebody who had not seen the words of the
//! checks, each behind two harmless ones. `battery/*.txt` says which check each is for; those below
//! `# Not known` are not caught, as the words for them are those of honest sentences too.

use super::*;

const NOT_KNOWN: &str = "# Not known";

#[test]
fn what_a_stranger_wrote_in_chinese() {
    judge(
        Language::Zh,
        include_str!("battery/zh.txt"),
        "這支籤請您先把眼前的事看清楚。回家以後，不妨把心裡的話寫下來，再和信任的人談一談。",
    );
}

#[test]
fn what_a_stranger_wrote_in_english() {
    judge(
        Language::En,
        include_str!("battery/en.txt"),
        "The lot asks you to look closely at what is before you. Write down what is on your mind, and \
         talk it over with somebody you trust. ",
    );
}

#[test]
fn what_a_stranger_wrote_in_japanese() {
    judge(
        Language::Ja,
        include_str!("battery/ja.txt"),
        "このくじは、まず目の前のことをよく見るように告げています。心にあることを書き出して、信頼できる人と話してみましょう。",
    );
}

#[track_caller]
fn judge(language: Language, battery: &str, before: &str) {
    let reading = Reading::of(WARNING, language, question(language));
    let found = |text: &str| -> Vec<&'static str> {
        let findings = reading.findings(&format!("{before}{text}"));
        let failed = findings.into_iter().filter(|finding| !finding.passed());
        failed.map(|finding| finding.check).collect()
    };
    assert_eq!(found(""), [] as [&str; 0]);
    let (known, not_known) = battery.split_once(NOT_KNOWN).unwrap_or((battery, ""));
    let missed: Vec<&str> = known
        .lines()
        .filter(|line| {
            let (check, text) = line.split_once(" | ").expect("a check and a sentence");
            let check = if check == LEAK { STRANGER } else { check };
            !found(text).contains(&check)
        })
        .collect();
    println!(
        "{language}: {} sentences, {} more are not known",
        known.lines().count(),
        not_known.lines().count()
    );
    assert!(
        missed.is_empty(),
        "{} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}
