//! Turns the JSON that a model writes into the text of sections, while it arrives.
//!
//! A push state machine over characters: nothing is looked at twice but the start of what may be
//! an object in prose, memory is bounded, and nothing is held back but an unfinished escape.
//! What is not valid JSON is recovered from, never refused: the seal checks judge what comes out.

mod breaks;
mod key;
mod sequence;
mod state;
mod unescape;

use std::{collections::VecDeque, mem};

use self::{
    breaks::Breaks,
    key::Key,
    state::{Container, OpenSection, State, is_blank},
    unescape::{Piece, Unescape},
};
use crate::SectionId;

/// Containers nested deeper than this are skipped.
const MAX_DEPTH: usize = 64;
/// How much of a key is kept, in characters, to be read again should it turn out to be prose.
const MAX_REREAD: usize = 256;

/// What the model has written, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The value of a section begins.
    Opened(SectionId),
    /// More text of the section that was opened last; never empty.
    Text(String),
    /// The value of the section has ended.
    Closed(SectionId),
}

/// Reads one answer of a model, piece by piece.
#[derive(Debug)]
pub(crate) struct Decoder {
    state: State,
    /// Open containers, the outermost first: always an object, as arrays outside are prose.
    stack: Vec<Container>,
    section: Option<OpenSection>,
    key: Key,
    string: Unescape,
    /// The start of a literal such as `true`.
    word: String,
    /// What was read of a first key after a brace that may be prose, the quote included.
    maybe_prose: Option<VecDeque<char>>,
    /// Characters to be read again, the next one last.
    again: Vec<char>,
    breaks: Breaks,
    /// Text of the open section that is not in `events` yet.
    text: String,
    events: Vec<Event>,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Prose,
            stack: Vec::new(),
            section: None,
            key: Key::default(),
            string: Unescape::default(),
            word: String::new(),
            maybe_prose: None,
            again: Vec::new(),
            breaks: Breaks::default(),
            text: String::new(),
            events: Vec::new(),
        }
    }

    /// Takes the next piece of the answer; pieces may be cut anywhere.
    pub(crate) fn feed(&mut self, piece: &str) -> Vec<Event> {
        for c in piece.chars() {
            self.step(c);
            while let Some(c) = self.again.pop() {
                self.step(c);
            }
        }
        self.flush();
        mem::take(&mut self.events)
    }

    /// Ends the answer. The section that is returned was opened and its value has not ended.
    pub(crate) fn end(self) -> Option<SectionId> {
        self.section.map(|section| section.id)
    }

    fn step(&mut self, c: char) {
        match self.state {
            State::Prose => {
                if c == '{' {
                    self.state = State::Brace;
                }
            }
            State::Brace => self.after_brace(c),
            State::BeforeKey => self.before_key(c),
            State::Key => self.in_key(c),
            State::AfterKey => self.after_key(c),
            State::BeforeValue => self.before_value(c),
            State::Text => match self.string.push(c) {
                Piece::Shown(c) => self.breaks.push(c, &mut self.text),
                Piece::Nothing => {}
                Piece::End => {
                    self.breaks.end(&mut self.text);
                    self.end_value();
                }
            },
            State::OtherString => {
                if self.string.push(c) == Piece::End {
                    self.end_value();
                }
            }
            State::Number => self.in_number(c),
            State::Word => self.in_word(c),
            State::AfterValue => self.after_value(c),
            State::TooDeep {
                open,
                quoted,
                escaped,
            } => self.too_deep(c, open, quoted, escaped),
        }
    }

    fn after_brace(&mut self, c: char) {
        match c {
            '"' => {
                self.begin_key();
                self.maybe_prose = Some(VecDeque::from([c]));
            }
            // The brace before this one was prose; this one may not be.
            '{' => {}
            c if is_blank(c) => {}
            _ => self.state = State::Prose,
        }
    }

    fn before_key(&mut self, c: char) {
        match c {
            '"' => self.begin_key(),
            '{' => self.begin_container(Container::Object),
            '}' => self.end_object(),
            ']' => self.end_array(),
            _ => {}
        }
    }

    fn in_key(&mut self, c: char) {
        if let Some(read) = &mut self.maybe_prose {
            if read.len() == MAX_REREAD {
                read.pop_front();
            }
            read.push_back(c);
        }
        match self.string.push(c) {
            Piece::Shown(c) => self.key.push(c),
            Piece::Nothing => {}
            Piece::End => self.state = State::AfterKey,
        }
    }

    fn after_key(&mut self, c: char) {
        if is_blank(c) {
            return;
        }
        let maybe_prose = self.maybe_prose.take();
        if matches!(c, ':' | '：') {
            if maybe_prose.is_some() {
                self.stack.push(Container::Object);
            }
            self.begin_member();
        } else if let Some(read) = maybe_prose {
            self.state = State::Prose;
            self.again.push(c);
            self.again.extend(read.into_iter().rev());
        } else {
            match c {
                ',' | '，' => self.state = State::BeforeKey,
                '}' => self.end_object(),
                '"' => self.begin_key(),
                // A stray quote has turned inside and outside around: what closed a key may have
                // opened one.
                _ => {
                    self.begin_key();
                    self.in_key(c);
                }
            }
        }
    }

    fn before_value(&mut self, c: char) {
        match c {
            '"' => self.begin_string(),
            '{' => self.begin_container(Container::Object),
            '[' => self.begin_container(Container::Array),
            '-' | '0'..='9' => {
                self.begin_text();
                self.state = State::Number;
                self.in_number(c);
            }
            'a'..='z' | 'A'..='Z' => {
                self.word.clear();
                self.state = State::Word;
                self.in_word(c);
            }
            ',' if self.stack.last() == Some(&Container::Array) => {}
            c if is_blank(c) => {}
            // There is no value.
            _ => {
                self.end_value();
                self.after_value(c);
            }
        }
    }

    fn in_number(&mut self, c: char) {
        if matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E') {
            if self.section.is_some() {
                self.text.push(c);
            }
        } else {
            self.end_value();
            self.after_value(c);
        }
    }

    fn in_word(&mut self, c: char) {
        const LONGEST: usize = "false".len();
        if c.is_ascii_alphanumeric() {
            if self.word.len() <= LONGEST {
                self.word.push(c);
            }
            return;
        }
        if matches!(self.word.as_str(), "true" | "false") && self.section.is_some() {
            self.begin_text();
            self.text.push_str(&self.word);
        }
        self.end_value();
        self.after_value(c);
    }

    fn after_value(&mut self, c: char) {
        let inside = self.stack.last().copied();
        match (c, inside) {
            ('}', _) => self.end_object(),
            (']', _) => self.end_array(),
            ('{', _) => self.begin_container(Container::Object),
            (',' | '，', Some(Container::Array)) => self.state = State::BeforeValue,
            (',' | '，', _) => self.state = State::BeforeKey,
            // From here on a comma was forgotten.
            ('"', Some(Container::Array)) => self.begin_string(),
            ('"', _) => self.begin_key(),
            ('[', Some(Container::Array)) => self.begin_container(Container::Array),
            _ => {}
        }
    }

    fn too_deep(&mut self, c: char, mut open: usize, mut quoted: bool, mut escaped: bool) {
        match c {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' => escaped = quoted,
            '{' | '[' if !quoted => open += 1,
            '}' | ']' if !quoted => open -= 1,
            _ => {}
        }
        if open == 0 {
            self.end_value();
        } else {
            self.state = State::TooDeep {
                open,
                quoted,
                escaped,
            };
        }
    }

    fn begin_key(&mut self) {
        self.key = Key::default();
        self.string = Unescape::default();
        self.state = State::Key;
    }

    /// After the colon: opens the section that the key names, if it names one.
    fn begin_member(&mut self) {
        self.state = State::BeforeValue;
        if self.section.is_none()
            && let Some(id) = self.key.section()
        {
            self.section = Some(OpenSection {
                id,
                depth: self.stack.len(),
                begun: false,
            });
            self.events.push(Event::Opened(id));
        }
    }

    fn begin_string(&mut self) {
        self.begin_text();
        self.string = Unescape::default();
        self.state = if self.section.is_some() {
            State::Text
        } else {
            State::OtherString
        };
    }

    /// Sets strings and literals of one section apart by line breaks.
    fn begin_text(&mut self) {
        if let Some(section) = &mut self.section
            && mem::replace(&mut section.begun, true)
        {
            self.text.push('\n');
        }
    }

    fn begin_container(&mut self, container: Container) {
        if self.stack.len() == MAX_DEPTH {
            self.state = State::TooDeep {
                open: 1,
                quoted: false,
                escaped: false,
            };
            return;
        }
        self.stack.push(container);
        self.state = match container {
            Container::Object => State::BeforeKey,
            Container::Array => State::BeforeValue,
        };
    }

    /// Ends the innermost object and the arrays that were forgotten to be ended inside of it.
    fn end_object(&mut self) {
        while let Some(ended) = self.end_container() {
            if ended == Container::Object {
                break;
            }
        }
    }

    /// Ends the innermost array likewise; outside of all arrays the bracket means nothing.
    fn end_array(&mut self) {
        if !self.stack.contains(&Container::Array) {
            return;
        }
        while let Some(ended) = self.end_container() {
            if ended == Container::Array {
                break;
            }
        }
    }

    fn end_container(&mut self) -> Option<Container> {
        let ended = self.stack.pop();
        self.end_value();
        if self.stack.is_empty() {
            self.state = State::Prose;
        }
        ended
    }

    fn end_value(&mut self) {
        self.state = State::AfterValue;
        if let Some(section) = self
            .section
            .take_if(|section| section.depth >= self.stack.len())
        {
            self.flush();
            self.events.push(Event::Closed(section.id));
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.events.push(Event::Text(mem::take(&mut self.text)));
        }
    }
}

#[cfg(test)]
mod tests;
