//! Turns what the events say into deltas, and decides whether the answer was a success.
//!
//! Success needs a finish reason *and* text: a clean end, `[DONE]` or an empty `stop` all occur
//! after generations that failed.

use crate::{
    Delta, Error, Finish, Usage,
    characters::Characters,
    dialect::{Ending, Event},
    thoughts::{Parted, Thoughts},
};

/// What is known about one answer so far.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    characters: Characters,
    thoughts: Thoughts,
    wrote_text: bool,
    ending: Option<Ending>,
    usage: Option<Usage>,
}

impl Judge {
    /// The deltas of one event: thinking first, as models do.
    pub(crate) fn hear(&mut self, event: Event) -> Vec<Delta> {
        let Event {
            thinking,
            text,
            ending,
            usage,
            is_last: _,
            is_answer: _,
        } = event;
        let text = self.characters.push(&text);
        let Parted {
            has_thought,
            answer,
        } = self.thoughts.part(text);
        let mut deltas = Vec::new();
        if thinking || has_thought {
            deltas.push(Delta::Thinking);
        }
        deltas.extend(self.text(answer));
        if ending.is_some() {
            self.ending = ending;
        }
        self.usage = usage.or(self.usage);
        deltas
    }

    /// Whether the model has said how its answer ended; only the usage may still come.
    pub(crate) fn has_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// The last deltas and the verdict, when no more events come.
    pub(crate) fn conclude(&mut self) -> Vec<Result<Delta, Error>> {
        let rest = self.thoughts.rest();
        let mut items: Vec<_> = self.text(rest).map(Ok).into_iter().collect();
        items.push(self.verdict());
        items
    }

    fn text(&mut self, text: String) -> Option<Delta> {
        self.wrote_text |= !text.is_empty();
        (!text.is_empty()).then_some(Delta::Text(text))
    }

    fn verdict(&mut self) -> Result<Delta, Error> {
        let cut_by_length = match self.ending.take() {
            None => return Err(Error::CutOff),
            Some(Ending::Broken { message }) => return Err(Error::Failed { message }),
            Some(Ending::Stopped) => false,
            Some(Ending::CutByLength) => true,
        };
        if !self.wrote_text {
            return Err(Error::Empty);
        }
        Ok(Delta::Finished(Finish {
            cut_by_length,
            usage: self.usage,
        }))
    }
}
