//! Takes English words back to what their forms share.

use std::borrow::Cow;

/// Words whose forms share no beginning that tells, and what each is taken back to.
const IRREGULAR: &[(&str, &str)] = &[
    ("bought", "buy"),
    ("children", "child"),
    ("divorced", "divorc"),
    ("fallen", "fall"),
    ("fell", "fall"),
    ("felt", "feel"),
    ("fought", "fight"),
    ("found", "find"),
    ("gone", "go"),
    ("kept", "keep"),
    ("knew", "know"),
    ("known", "know"),
    ("left", "leav"),
    ("loss", "los"),
    ("lost", "los"),
    ("made", "mak"),
    ("marriage", "marri"),
    ("married", "marri"),
    ("marry", "marri"),
    ("meant", "mean"),
    ("men", "man"),
    ("met", "meet"),
    ("mice", "mous"),
    ("paid", "pay"),
    ("parents", "parent"),
    ("sold", "sell"),
    ("stolen", "steal"),
    ("taught", "teach"),
    ("thought", "think"),
    ("told", "tell"),
    ("went", "go"),
    ("wife", "wif"),
    ("wives", "wif"),
    ("women", "woman"),
    ("written", "writ"),
    ("wrote", "writ"),
];

/// What the forms of an English word have in common, which need not be a word; other words stay.
///
/// Plurals, `-ed`, `-ing`, `-ly` and a silent `e` go, as in the first steps of Porter (1980).
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.into();
    }
    if let Ok(at) = IRREGULAR.binary_search_by_key(&word, |(form, _)| form) {
        return IRREGULAR[at].1.into();
    }
    let word = singular(word);
    let mut stem = word.into_owned();
    for ending in ["ingly", "edly", "ing", "ed", "ly"] {
        if let Some(rest) = stem.strip_suffix(ending)
            && rest.len() >= 3
            && rest.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        {
            stem = undoubled(rest).to_owned();
            break;
        }
    }
    if let Some(rest) = stem.strip_suffix('e')
        && rest.len() >= 3
    {
        stem = rest.to_owned();
    }
    if let Some(rest) = stem.strip_suffix('y')
        && rest.len() >= 3
        && !rest.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        stem = format!("{rest}i");
    }
    stem.into()
}

/// Takes a plural ending off.
fn singular(word: &str) -> Cow<'_, str> {
    if word.len() < 4 || word.ends_with("us") || word.ends_with("is") {
        return word.into();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y").into();
    }
    let hissing = ["sses", "xes", "zes", "ches", "shes"];
    if hissing.iter().any(|ending| word.ends_with(ending)) {
        return word[..word.len() - 2].into();
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem.into(),
        Some(_) | None => word.into(),
    }
}

/// `runn` as `run`; `fall` and `miss` keep both.
fn undoubled(stem: &str) -> &str {
    let bytes = stem.as_bytes();
    match bytes {
        [.., one, other] if one == other && !matches!(one, b'l' | b's' | b'z') => {
            &stem[..stem.len() - 1]
        }
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for forms in [
            &["box", "boxes"][..],
            &["wish", "wishes", "wished"],
            &["horse", "horses"],
            &["case", "cases"],
            &["story", "stories"],
            &["wait", "waits", "waiting", "waited"],
            &["love", "loves", "loved", "loving", "lovely"],
            &["marry", "marries", "married", "marrying", "marriage"],
            &["run", "running"],
            &["quarrel", "quarrels"],
            &["lose", "lost", "losing", "loss"],
            &["study", "studies", "studying", "studied"],
            &["quiet", "quietly"],
            &["wife", "wives"],
            &["move", "moving", "moved"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
    }

    #[test]
    fn other_words_stay_apart() {
        for word in [
            "this", "is", "focus", "ring", "king", "red", "bed", "fly", "緣", "2nd",
        ] {
            assert_eq!(stem(word), word);
        }
        assert!(IRREGULAR.is_sorted(), "they are searched by halves");
    }
}
