//! A lot as it was typed after `--lot`: by its number, or by words that name it.

use crate::exit::Failed;

/// What was typed.
pub(super) enum Entry<'a> {
    Number(u32),
    Words(&'a str),
}

/// A lot that words may mean.
pub(super) struct Candidate {
    pub number: u32,
    pub is_certain: bool,
    /// To recognise the slip by.
    pub line: String,
}

impl<'a> Entry<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        text.trim()
            .parse()
            .map_or(Entry::Words(text), Entry::Number)
    }
}

/// The one lot that is meant. A guess is not taken for it, but told.
pub(super) fn certain(words: &str, candidates: &[Candidate]) -> Result<u32, Failed> {
    match candidates {
        [one] if one.is_certain => Ok(one.number),
        [] => Err(Failed::usage(
            format!("no lot of the deck is like `{words}`"),
            "give --lot its number, its stem and branch, or a line of its verse",
        )),
        several => {
            let named = several
                .iter()
                .map(|one| format!("{} ({})", one.number, one.line));
            let named: Vec<_> = named.collect();
            let hint = match several {
                [one] => format!("if that is your slip, say --lot {}", one.number),
                [..] => "say which, by its number".to_owned(),
            };
            Err(Failed::Usage {
                message: format!("`{words}` could be lot {}", named.join(" or ")),
                hint: Some(hint),
            })
        }
    }
}
