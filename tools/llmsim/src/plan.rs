//! Decides how an answer goes, before it begins: so many tokens, then this end.

use std::ops::Range;

use bytes::Bytes;

use crate::{
    calls::Ended,
    request::Ask,
    script::Script,
    settings::{Fault, FaultKind, Place},
    wire::{Reason, Wire},
};

/// The length of the line of `fault=bigline`, in bytes.
pub(crate) const BIG_LINE: usize = 16 * 1024 * 1024;

/// How far an answer gets and how it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) thoughts: usize,
    pub(crate) tokens: usize,
    pub(crate) ending: Ending,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    Finished(Reason),
    /// One of the faults that end an answer.
    Fault(FaultKind),
    /// These tokens again and again.
    Endless(Range<usize>),
    /// Thoughts again and again.
    EndlessThinking,
}

/// One thing that is done while an answer is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Send(Bytes),
    Thought(usize),
    Token(usize, Manner),
    Ended(Ended),
    /// Comments for ever.
    Pings,
    /// Nothing for ever.
    Silence,
    /// The connection is closed without the end of the body.
    Cut,
    /// The connection is reset.
    Reset,
}

/// How a token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Whole,
    /// In two TCP writes that meet inside a character.
    TwoWrites,
    /// In two events that meet inside a character.
    TwoEvents,
}

impl Course {
    pub(crate) fn of(ask: &Ask, script: &Script, faults: &[Fault]) -> Self {
        let limit = ask.max_tokens.unwrap_or(usize::MAX);
        let thoughts = ask.settings.think.min(limit);
        let room = limit - thoughts;
        let full = Self {
            thoughts,
            tokens: script.tokens().min(room),
            ending: Ending::Finished(if script.tokens() > room || ask.settings.think > limit {
                Reason::Length
            } else {
                Reason::Stop
            }),
        };
        let faulty = faults
            .iter()
            .find_map(|fault| full.struck_by(fault, script));
        faulty.unwrap_or(full)
    }

    /// The course with this fault, if it is one that ends an answer and strikes this one.
    fn struck_by(&self, fault: &Fault, script: &Script) -> Option<Self> {
        let (tokens, ending) = match fault.kind {
            FaultKind::Cut
            | FaultKind::Reset
            | FaultKind::NoFinish
            | FaultKind::Error200
            | FaultKind::Stall
            | FaultKind::PingStall => (position(fault, script)?, Ending::Fault(fault.kind)),
            FaultKind::Length => (position(fault, script)?, Ending::Finished(Reason::Length)),
            FaultKind::Empty | FaultKind::EmptyBody | FaultKind::Crash => {
                (0, Ending::Fault(fault.kind))
            }
            FaultKind::Endless => {
                let range = endless(fault, script)?;
                return Some(Self {
                    thoughts: self.thoughts,
                    tokens: range.end,
                    ending: Ending::Endless(range),
                });
            }
            FaultKind::EndlessThinking => {
                return Some(Self {
                    thoughts: 0,
                    tokens: 0,
                    ending: Ending::EndlessThinking,
                });
            }
            FaultKind::Status(_)
            | FaultKind::Html
            | FaultKind::Redirect
            | FaultKind::BadChunk
            | FaultKind::Burst
            | FaultKind::SplitUtf8
            | FaultKind::SplitEvents
            | FaultKind::BigLine
            | FaultKind::Crlf
            | FaultKind::NotJson
            | FaultKind::Missing
            | FaultKind::WrongLanguage
            | FaultKind::EmptySection
            | FaultKind::Behaves(_)
            | FaultKind::BadSchema(_)
            | FaultKind::Hang
            | FaultKind::Dimension
            | FaultKind::NotANumber
            | FaultKind::Fewer => return None,
        };
        Some(Self {
            thoughts: if tokens == 0 { 0 } else { self.thoughts },
            tokens: tokens.min(self.tokens),
            ending,
        })
    }
}

/// All that is done to stream an answer, in order; without end when the answer has none.
pub(crate) fn acts(
    course: &Course,
    script: &Script,
    faults: &[Fault],
    wire: &Wire,
) -> impl Iterator<Item = Act> + Send + use<> {
    let endless = match &course.ending {
        Ending::Endless(range) => range.clone(),
        Ending::Finished(_) | Ending::Fault(_) | Ending::EndlessThinking => 0..0,
    };
    let mut acts = Vec::with_capacity(course.thoughts + course.tokens + 8);
    match course.ending {
        Ending::Fault(FaultKind::EmptyBody) => acts.push(Act::Ended(Ended::Fault)),
        Ending::Fault(FaultKind::Crash) => acts.extend([Act::Ended(Ended::Fault), Act::Cut]),
        Ending::Fault(_) | Ending::Finished(_) | Ending::Endless(_) | Ending::EndlessThinking => {
            acts.extend(wire.role().map(Act::Send));
            acts.extend((0..course.thoughts).map(Act::Thought));
            for token in 0..course.tokens {
                acts.extend(inserted(token, script, faults, wire));
                acts.push(Act::Token(token, manner(token, script, faults)));
            }
            end(&mut acts, course, wire);
        }
    }
    let again = endless
        .cycle()
        .map(|token| Act::Token(token, Manner::Whole));
    let thoughts = match course.ending {
        Ending::EndlessThinking => usize::MAX,
        Ending::Finished(_) | Ending::Fault(_) | Ending::Endless(_) => 0,
    };
    let thoughts = (0..thoughts).map(Act::Thought);
    acts.into_iter().chain(again).chain(thoughts)
}

fn end(acts: &mut Vec<Act>, course: &Course, wire: &Wire) {
    let tokens = course.thoughts + course.tokens;
    let finish = |acts: &mut Vec<Act>, ended, reason| {
        acts.extend([Act::Ended(ended), Act::Send(wire.finish(reason, tokens))]);
        acts.extend(wire.done().map(Act::Send));
    };
    match course.ending {
        Ending::Finished(reason) => finish(acts, Ended::Complete, reason),
        Ending::Fault(FaultKind::Empty) => finish(acts, Ended::Fault, Reason::Stop),
        Ending::Fault(FaultKind::NoFinish) => {
            acts.push(Act::Ended(Ended::Fault));
            acts.extend(wire.done().map(Act::Send));
        }
        Ending::Fault(FaultKind::Error200) => {
            acts.push(Act::Ended(Ended::Fault));
            acts.push(Act::Send(
                wire.error("got exception: the simulated model broke"),
            ));
        }
        Ending::Fault(FaultKind::Stall) => acts.push(Act::Silence),
        Ending::Fault(FaultKind::PingStall) => acts.push(Act::Pings),
        Ending::Fault(FaultKind::Reset) => acts.extend([Act::Ended(Ended::Fault), Act::Reset]),
        Ending::Fault(_) => acts.extend([Act::Ended(Ended::Fault), Act::Cut]),
        Ending::Endless(_) | Ending::EndlessThinking => {}
    }
}

/// The tokens, counted with reasoning, that are held back and come all at once.
pub(crate) fn held(course: &Course, script: &Script, faults: &[Fault]) -> Range<usize> {
    let burst = faults.iter().find(|fault| fault.kind == FaultKind::Burst);
    let from = burst.and_then(|fault| position(fault, script));
    from.map_or(0..0, |from| {
        course.thoughts + from..course.thoughts + course.tokens
    })
}

/// Events that do not belong to the answer and stand before this token.
fn inserted(token: usize, script: &Script, faults: &[Fault], wire: &Wire) -> Vec<Act> {
    faults
        .iter()
        .filter_map(|fault| match fault.kind {
            FaultKind::BadChunk if position(fault, script) == Some(token) => {
                Some(Act::Send(wire.malformed()))
            }
            FaultKind::BigLine if position(fault, script) == Some(token) => {
                Some(Act::Send(wire.text(&vec![b'x'; BIG_LINE])))
            }
            _ => None,
        })
        .collect()
}

fn manner(token: usize, script: &Script, faults: &[Fault]) -> Manner {
    if script.token(token).is_ascii() {
        return Manner::Whole;
    }
    for fault in faults {
        match fault.kind {
            FaultKind::SplitUtf8 if fault.place == Place::Usual => return Manner::TwoWrites,
            FaultKind::SplitUtf8 if next_wide(fault, script) == Some(token) => {
                return Manner::TwoWrites;
            }
            FaultKind::SplitEvents if next_wide(fault, script) == Some(token) => {
                return Manner::TwoEvents;
            }
            _ => {}
        }
    }
    Manner::Whole
}

/// The first token from the fault's place on that has a character of several bytes.
fn next_wide(fault: &Fault, script: &Script) -> Option<usize> {
    (position(fault, script)?..script.tokens()).find(|&token| !script.token(token).is_ascii())
}

/// After how many tokens the fault strikes; never, if the section that it names is not written.
fn position(fault: &Fault, script: &Script) -> Option<usize> {
    match &fault.place {
        Place::Usual => Some(script.tokens() / 2),
        Place::Token(token) => Some((*token).min(script.tokens())),
        Place::Section(section) => {
            let tokens = script.tokens_of(section);
            (!tokens.is_empty()).then(|| usize::midpoint(tokens.start, tokens.end))
        }
    }
}

/// The tokens that an endless answer repeats.
fn endless(fault: &Fault, script: &Script) -> Option<Range<usize>> {
    let section = match &fault.place {
        Place::Section(section) => script.sections.iter().find(|name| *name == section)?,
        Place::Usual | Place::Token(_) => match script.sections.last() {
            Some(last) => last,
            None => return Some(0..script.tokens()),
        },
    };
    Some(script.tokens_of(section)).filter(|range| !range.is_empty())
}
