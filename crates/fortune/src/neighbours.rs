//! What else stands in the library: verses, titles and names that a reading of one lot must not
//! take for its own. Made once for what the library holds, shared by all readings.

use std::sync::{Arc, Mutex, PoisonError};

use kaucim_decks::{Deck, Deity, Library};

use crate::{
    checks::{Finding, LEAK, STRANGER},
    guard::{Automaton, CANARY, Pattern},
    prompt,
    script::fold,
};

/// Shorter lines are joined with those after them: as such they are anybody's words.
const SHORTEST_LINE: usize = 5;
/// What joined lines come to at least.
const SHORTEST_JOINED: usize = 8;
/// Longer lines are prose; they are cut, so that a part of one is known as well.
const LONGEST_LINE: usize = 14;
/// So much of a line may be seen before it is known to be that line.
const SHOWN_OF_LINE: usize = 2;
/// A run of a prompt that nobody writes by chance, how far apart runs begin, and how
/// much of one may be seen: in characters of Chinese and Japanese, and in Latin letters.
const RUN: usize = 16;
const RUN_STEP: usize = 4;
const RUN_SHOWN: usize = 8;
const RUN_IN_LATIN: usize = 3;

/// Everything that readings must not take for their own.
#[derive(Debug)]
pub(crate) struct Neighbours {
    /// The decks and versions that this was made from.
    contents: String,
    automaton: Automaton,
    /// What each pattern is.
    origins: Vec<Origin>,
    titles: Vec<Title>,
    deities: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Canary,
    Prompt,
    Verse { deck: Arc<str>, number: u32 },
}

/// The title of a lot, as it is compared.
#[derive(Debug)]
pub(crate) struct Title {
    pub(crate) deck: Arc<str>,
    pub(crate) number: u32,
    pub(crate) folded: String,
}

/// A name of a deity, in one of the languages.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) deity: String,
    pub(crate) name: String,
}

/// The neighbours of a library, made again only when its content has changed. A cheap handle.
#[derive(Clone)]
pub(crate) struct Neighbourhood {
    library: Library,
    last: Arc<Mutex<Option<Arc<Neighbours>>>>,
}

impl Neighbourhood {
    pub(crate) fn new(library: Library) -> Self {
        Self {
            library,
            last: Arc::default(),
        }
    }

    /// The neighbours in what the library holds now.
    pub(crate) fn now(&self) -> Arc<Neighbours> {
        let deities = self.library.deities();
        let contents = contents(&deities);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(made) if made.contents == contents => Arc::clone(made),
            _ => {
                let made = Arc::new(Neighbours::new(&deities, contents));
                *last = Some(Arc::clone(&made));
                made
            }
        }
    }
}

impl Neighbours {
    fn new(deities: &[Arc<Deity>], contents: String) -> Self {
        let mut patterns = vec![Pattern {
            text: fold(CANARY),
            shown: 0,
        }];
        let mut origins = vec![Origin::Canary];
        for run in prompt::parts().flat_map(runs) {
            patterns.push(run);
            origins.push(Origin::Prompt);
        }
        let mut titles = Vec::new();
        for deck in deities.iter().flat_map(|deity| &deity.decks) {
            let id: Arc<str> = deck.id.as_str().into();
            for lot in deck.lots() {
                for line in lines(&lot.verse) {
                    patterns.push(Pattern {
                        text: line,
                        shown: SHOWN_OF_LINE,
                    });
                    origins.push(Origin::Verse {
                        deck: Arc::clone(&id),
                        number: lot.number,
                    });
                }
                titles.push(Title {
                    deck: Arc::clone(&id),
                    number: lot.number,
                    folded: fold(&lot.title),
                });
            }
        }
        Self {
            contents,
            automaton: Automaton::new(&patterns),
            origins,
            titles,
            deities: names(deities),
        }
    }

    pub(crate) fn automaton(&self) -> &Automaton {
        &self.automaton
    }

    pub(crate) fn titles(&self) -> &[Title] {
        &self.titles
    }

    pub(crate) fn deities(&self) -> &[Name] {
        &self.deities
    }

    /// The patterns of verses that stand in a text, sorted; the text is folded already.
    pub(crate) fn verses_in(&self, folded: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut state = self.automaton.start();
        for c in folded.chars() {
            state = self.automaton.next(state, c);
            let ends = self.automaton.ends(state);
            found.extend(ends.filter(|&end| matches!(self.origins[end], Origin::Verse { .. })));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What is wrong with a text that holds the pattern.
    pub(crate) fn finding(&self, pattern: usize) -> Finding {
        let (check, fault) = match &self.origins[pattern] {
            Origin::Canary => (LEAK, "the canary of the system prompt".to_owned()),
            Origin::Prompt => (LEAK, "a sentence of the system prompt".to_owned()),
            Origin::Verse { deck, number } => {
                (STRANGER, format!("a line of lot {number} of `{deck}`"))
            }
        };
        Finding {
            check,
            fault: Some(fault),
        }
    }
}

/// Which decks there are, in which versions.
fn contents(deities: &[Arc<Deity>]) -> String {
    let decks = deities.iter().flat_map(|deity| &deity.decks);
    decks.fold(String::new(), |contents, deck| {
        let Deck { id, version, .. } = &**deck;
        contents + id + " " + version + "\n"
    })
}

fn names(deities: &[Arc<Deity>]) -> Vec<Name> {
    let names = deities.iter().flat_map(|deity| {
        deity.name.values().map(|name| Name {
            deity: deity.id.clone(),
            name: name.clone(),
        })
    });
    names.collect()
}

/// The lines of a verse as they are looked for.
fn lines(verse: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut short = String::new();
    for line in verse {
        let line = fold(line);
        let characters: Vec<char> = line.chars().collect();
        if characters.len() < SHORTEST_LINE {
            short.push_str(&line);
            if short.chars().count() >= SHORTEST_JOINED {
                lines.push(std::mem::take(&mut short));
            }
            continue;
        }
        short.clear();
        if characters.len() > LONGEST_LINE {
            let pieces = characters.chunks_exact(LONGEST_LINE);
            lines.extend(pieces.map(|piece| piece.iter().collect()));
        } else {
            lines.push(line);
        }
    }
    lines
}

/// The runs of a part of a prompt. They go on over the ends of its sentences, as short ones have no
/// run of their own.
fn runs(system: &str) -> Vec<Pattern> {
    let characters: Vec<char> = fold(system).chars().collect();
    let latin = characters.iter().filter(|c| c.is_ascii()).count();
    let times = if latin * 2 > characters.len() {
        RUN_IN_LATIN
    } else {
        1
    };
    let windows = characters.windows(RUN * times).step_by(RUN_STEP * times);
    let runs = windows.map(|window| Pattern {
        text: window.iter().collect(),
        shown: RUN_SHOWN * times,
    });
    runs.collect()
}
