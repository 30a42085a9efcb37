//! Whether a section is in the language that was asked for, judged sentence by sentence.

use super::texts::{is_han, is_hangul, is_kana, sentences, unquoted};

/// Characters of everyday words that only one of the two Chinese scripts has, pair by pair.
const SIMPLIFIED: &str = "这们说时过对会还让给为样现应该经难关问题间见觉进远运连边钱财责质买卖车轻转长门开队险随顺须领风师张";
const TRADITIONAL: &str = "這們說時過對會還讓給為樣現應該經難關問題間見覺進遠運連邊錢財責質買賣車輕轉長門開隊險隨順須領風師張";

/// Words that no English paragraph does without.
const ENGLISH: [&str; 24] = [
    "the", "of", "and", "to", "a", "is", "in", "you", "it", "that", "for", "your", "as", "with",
    "be", "are", "not", "this", "on", "or", "but", "what", "have", "will",
];

/// The part of a section, in letters, that may be in another language: names, and terms.
const TOLERATED: f64 = 0.3;

/// What is wrong with the language of a section, if anything is.
pub(super) fn fault(text: &str, language: &str) -> Option<String> {
    let own = unquoted(text);
    let mut strange = 0.0;
    let mut all = 0.0;
    for sentence in sentences(&own) {
        let letters = Letters::of(sentence);
        all += letters.sum();
        if !letters.fit(language) {
            strange += letters.sum();
        }
    }
    // A section that only quotes is judged by others.
    if all < 6.0 {
        return None;
    }
    if strange / all > TOLERATED {
        return Some(format!(
            "{:.0} % is not in {language}",
            100.0 * strange / all
        ));
    }
    match language {
        "zh" | "zh-Hans" => wrong_script(&own, language),
        "ja" => {
            let letters = Letters::of(&own);
            (letters.kana < 0.2 * (letters.kana + letters.han))
                .then(|| "hardly any kana".to_owned())
        }
        "en" => few_english_words(&own),
        _ => None,
    }
}

/// How much of each script there is; a Latin word counts as one letter and a half.
struct Letters {
    han: f64,
    kana: f64,
    hangul: f64,
    latin: f64,
}

impl Letters {
    fn of(text: &str) -> Self {
        let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count() as f64;
        let words = text.split(|c: char| !c.is_ascii_alphabetic() && c != '\'');
        Self {
            han: count(is_han),
            kana: count(is_kana),
            hangul: count(is_hangul),
            latin: 1.5 * words.filter(|word| !word.is_empty()).count() as f64,
        }
    }

    fn sum(&self) -> f64 {
        self.han + self.kana + self.hangul + self.latin
    }

    fn fit(&self, language: &str) -> bool {
        let own = match language {
            "en" => self.latin,
            "ja" => self.kana + self.han,
            _ => self.han,
        };
        // A short sentence of names or numbers proves nothing.
        self.sum() < 4.0 || own >= 0.5 * self.sum()
    }
}

fn wrong_script(text: &str, language: &str) -> Option<String> {
    let of = |set: &str| text.chars().filter(|c| set.contains(*c)).count();
    let shared = |c: &char| !(SIMPLIFIED.contains(*c) && TRADITIONAL.contains(*c));
    let simplified: String = SIMPLIFIED.chars().filter(shared).collect();
    let traditional: String = TRADITIONAL.chars().filter(shared).collect();
    let (own, other) = match language {
        "zh" => (of(&traditional), of(&simplified)),
        _ => (of(&simplified), of(&traditional)),
    };
    (other >= 3 && other > own)
        .then(|| format!("{other} characters of the other script, {own} of its own"))
}

fn few_english_words(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let known = words.iter().filter(|word| ENGLISH.contains(word)).count();
    (words.len() >= 12 && known * 8 < words.len())
        .then(|| format!("{known} of {} words are English ones", words.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, text: &str, is_right: bool) {
        assert_eq!(
            fault(text, language).is_none(),
            is_right,
            "{language}: {text} {:?}",
            fault(text, language)
        );
    }

    #[test]
    fn each_language_is_told_from_the_others() {
        let zh = "這件事還要一些時間。先把手上的工作做好，再和家人商量下一步。";
        let hans = "这件事还要一些时间。先把手上的工作做好，再和家人商量下一步。";
        let en =
            "It will take a while yet. Finish what is on your desk, and then talk to your family.";
        let ja = "このことにはまだ時間がかかります。まず手元の仕事を片づけてから、ご家族と話してみましょう。";
        for (language, text) in [("zh", zh), ("zh-Hans", hans), ("en", en), ("ja", ja)] {
            for (other, _) in [("zh", zh), ("zh-Hans", hans), ("en", en), ("ja", ja)] {
                check(other, text, other == language);
            }
            check(
                language,
                "이 시는 기다림이 끝나 가고 있음을 알려 줍니다.",
                false,
            );
            check(language, &format!("{text}{text}「雲開月出照前川」"), true);
        }
        check(
            "en",
            "Le poème parle d'une attente qui touche à sa fin, et il invite à la patience chaque jour.",
            false,
        );
        check("zh", &format!("{zh}{zh}可以學 Python。"), true);
        check("zh", &format!("{zh} {en}"), false);
    }
}
