//! Finds what stands in quotation marks, of whichever kind.

/// Longer stretches are two marks that do not belong together.
const LONGEST: usize = 400;

/// Something in quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote<'a> {
    /// What stands between the marks.
    pub(super) text: &'a str,
    /// What stands before the opening mark.
    pub(super) before: &'a str,
    /// What stands after the closing mark.
    pub(super) after: &'a str,
}

/// Every quotation, also those inside of another.
pub(super) fn quotes(text: &str) -> Vec<Quote<'_>> {
    let mut found = Vec::new();
    let mut open: Vec<(char, usize, usize)> = Vec::new();
    let mut last = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let next = text[end..].chars().next();
        let is_inside_word =
            |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c < '\u{2000}');
        let closes = match c {
            '」' => Some('「'),
            '』' => Some('『'),
            '”' => Some('“'),
            '»' => Some('«'),
            '’' if !(is_inside_word(last) && is_inside_word(next)) => Some('‘'),
            // Typed ones are the same on both sides, and at times meant as the others.
            '"' | '＂' if open.iter().any(|one| one.0 == c) => Some(c),
            _ => None,
        };
        if let Some(mark) = closes {
            if let Some(place) = open.iter().rposition(|one| one.0 == mark) {
                let (_, before, begin) = open[place];
                open.truncate(place);
                if text[begin..at].chars().count() <= LONGEST {
                    found.push(Quote {
                        text: &text[begin..at],
                        before: &text[..before],
                        after: &text[end..],
                    });
                }
            }
        } else if matches!(c, '「' | '『' | '“' | '«' | '‘' | '"' | '＂') {
            open.push((c, at, end));
        }
        last = Some(c);
    }
    found
}

/// The text without what is quoted in it, a space in its place.
pub(super) fn unquoted(text: &str) -> String {
    let mut spans: Vec<(usize, usize)> = quotes(text)
        .iter()
        .map(|quote| (quote.before.len(), text.len() - quote.after.len()))
        .collect();
    spans.sort_unstable();
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for (begin, end) in spans {
        if begin >= at {
            rest.push_str(&text[at..begin]);
            rest.push(' ');
            at = end;
        }
    }
    rest.push_str(&text[at..]);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_every_kind() {
        let check = |text: &str, expected: &[&str], rest: &str| {
            let found: Vec<&str> = quotes(text).iter().map(|quote| quote.text).collect();
            assert_eq!(found, expected, "{text}");
            assert_eq!(unquoted(text), rest, "{text}");
        };
        check(
            "詩說「月下明」，又說『近』。",
            &["月下明", "近"],
            "詩說 ，又說 。",
        );
        check("「他說『好』」了", &["好", "他說『好』"], " 了");
        check(
            "it says \"yes\" and \"no\"",
            &["yes", "no"],
            "it says   and  ",
        );
        check("don’t ‘wait’ or don't", &["wait"], "don’t   or don't");
        check("“the friends’ house”", &["the friends’ house"], " ");
        check("「沒有關上", &[], "「沒有關上");
        check("關上了」又開「", &[], "關上了」又開「");
        check("«oui»", &["oui"], " ");
    }
}
