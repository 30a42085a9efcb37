//! The text that the model writes, cut into tokens, with a note of what each token tells.

use crate::{
    behaviour::{Behaviour, Form, rewrite},
    random::{Random, hash},
    reading::{self, Language, Matter},
    request::{Ask, Key},
    settings::{Fault, FaultKind, KeyForms, Settings},
};

/// A whole answer before anything of it is sent.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) text: String,
    /// Where each token ends in `text`.
    pub(crate) ends: Vec<usize>,
    /// Where each character of a section's own text ends in `text`, in order.
    marks: Vec<Mark>,
    /// The names of the sections in the order in which they are written.
    pub(crate) sections: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    start: usize,
    end: usize,
    section: usize,
    /// Bytes of the section's decoded text up to here.
    bytes: usize,
}

/// One section, before it is written.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) key: Key,
    pub(crate) text: String,
}

impl Script {
    /// Writes the answer to `ask` with those faults that lie in the text itself.
    pub(crate) fn write(ask: &Ask, faults: &[Fault]) -> Self {
        let mut sections = sections(ask, faults);
        let behaviour = faults.iter().find_map(|fault| match fault.kind {
            FaultKind::Behaves(behaviour) => Some(behaviour),
            _ => None,
        });
        let form = behaviour.map_or(Form::Object, |one| rewrite(one, ask, &mut sections));
        let mut writer = Writer::new(&ask.settings);
        let is_prose = faults.iter().any(|fault| fault.kind == FaultKind::NotJson);
        if ask.keys.is_empty() {
            writer.prose(&[prose(ask)]);
        } else if is_prose || form == Form::Alone {
            writer.prose(&sections);
        } else if let Some(Behaviour::Json(json)) = behaviour {
            writer.out = json.write(&sections, ask.language);
        } else if ask.settings.fence || form != Form::Object {
            let is_fenced = ask.settings.fence || form == Form::Fence;
            let (before, after) = ask.language.fence();
            writer.out.push_str(before);
            writer
                .out
                .push_str(if is_fenced { "\n\n```json\n" } else { "\n\n" });
            writer.object(sections);
            writer
                .out
                .push_str(if is_fenced { "\n```\n\n" } else { "\n\n" });
            writer.out.push_str(after);
        } else {
            writer.object(sections);
        }
        writer.finish(ask)
    }

    pub(crate) fn tokens(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn token(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }

    /// The text of the first `tokens` tokens.
    pub(crate) fn up_to(&self, tokens: usize) -> &str {
        let end = tokens.checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.text[..end]
    }

    /// Which section has been told up to the end of this token, and how many bytes of it.
    pub(crate) fn told(&self, index: usize) -> Option<(usize, usize)> {
        let end = self.ends[index];
        let marks = self.marks.partition_point(|mark| mark.end <= end);
        let mark = self.marks.get(marks.checked_sub(1)?)?;
        Some((mark.section, mark.bytes))
    }

    /// The tokens that lie wholly inside this section's text; none if it has no such section.
    pub(crate) fn tokens_of(&self, section: &str) -> std::ops::Range<usize> {
        let Some(index) = self.sections.iter().position(|name| name == section) else {
            return 0..0;
        };
        let mut marks = self.marks.iter().filter(|mark| mark.section == index);
        let Some(first) = marks.next() else {
            return 0..0;
        };
        let last = marks.next_back().unwrap_or(first);
        let start = self.ends.partition_point(|end| *end <= first.start) + 1;
        let end = self.ends.partition_point(|end| *end <= last.end);
        start.min(end)..end
    }
}

fn sections(ask: &Ask, faults: &[Fault]) -> Vec<Section> {
    let keys: Vec<_> = ask.keys.iter().map(|key| key.name.as_str()).collect();
    let befalls = |kind, key: &str| {
        faults
            .iter()
            .any(|fault| fault.kind == kind && fault.befalls(key, &keys))
    };
    let mut sections = Vec::new();
    for key in &ask.keys {
        if befalls(FaultKind::Missing, &key.name) {
            continue;
        }
        let language = if befalls(FaultKind::WrongLanguage, &key.name) {
            ask.language.other()
        } else {
            ask.language
        };
        let text = if befalls(FaultKind::EmptySection, &key.name) {
            String::new()
        } else {
            reading::section(language, &key.name, matter(ask))
        };
        sections.push(Section {
            key: key.clone(),
            text,
        });
    }
    if ask.settings.keys.reverse {
        sections.reverse();
    }
    sections
}

pub(crate) fn matter(ask: &Ask) -> Matter<'_> {
    let per_token = ask.settings.chunk.map_or_else(
        || {
            if ask.language == Language::En {
                4.0
            } else {
                1.5
            }
        },
        |chunk| chunk as f64,
    );
    let characters = ask
        .settings
        .length
        .map(|tokens| (tokens as f64 * per_token) as usize / ask.keys.len().max(1));
    Matter {
        seed: ask.settings.seed,
        question: &ask.question,
        verse: &ask.verse,
        characters,
    }
}

/// What is said when no object was asked for: one section's worth of prose.
fn prose(ask: &Ask) -> Section {
    let name = "overall_development".to_owned();
    Section {
        text: reading::section(ask.language, &name, matter(ask)),
        key: Key { name, list: false },
    }
}

/// Writes JSON by hand, because the ways in which models write it badly are the point.
struct Writer {
    out: String,
    marks: Vec<Mark>,
    sections: Vec<String>,
    pretty: bool,
    ascii: bool,
    raw: bool,
    forms: KeyForms,
}

impl Writer {
    fn new(settings: &Settings) -> Self {
        Self {
            out: String::new(),
            marks: Vec::new(),
            sections: Vec::new(),
            pretty: settings.pretty,
            ascii: settings.ascii,
            raw: settings.raw,
            forms: settings.keys,
        }
    }

    fn finish(self, ask: &Ask) -> Script {
        let mut text = self.out;
        let stops = ask.stop.iter().filter(|stop| !stop.is_empty());
        if let Some(at) = stops.filter_map(|stop| text.find(stop.as_str())).min() {
            text.truncate(at);
        }
        let seed = ask.settings.seed ^ hash(&ask.question).rotate_left(7);
        Script {
            ends: cut(&text, ask.settings.chunk, &mut Random::new(seed)),
            text,
            marks: self.marks,
            sections: self.sections,
        }
    }

    fn prose(&mut self, sections: &[Section]) {
        for section in sections {
            if !self.out.is_empty() {
                self.out.push_str("\n\n");
            }
            self.out.push_str(&section.text);
        }
    }

    fn object(&mut self, sections: Vec<Section>) {
        let depth = 1 + usize::from(self.forms.nested);
        self.out.push('{');
        if self.forms.nested {
            self.line(1);
            self.out.push_str("\"reading\":");
            self.space();
            self.out.push('{');
        }
        let last = sections.len().saturating_sub(1);
        if self.forms.unknown {
            self.line(depth);
            self.out.push_str("\"mood\":\"calm\",");
        }
        for (index, section) in sections.into_iter().enumerate() {
            self.line(depth);
            self.section(&section, depth);
            if index < last || self.forms.unknown {
                self.out.push(',');
            }
        }
        if self.forms.unknown {
            self.line(depth);
            self.out.push_str(
                r#""confidence":0.73,"tags":["a","b"],"meta":{"conclusion":null,"n":[1,{}]}"#,
            );
        }
        for depth in (0..depth).rev() {
            self.line(depth);
            self.out.push('}');
        }
        if self.pretty {
            self.out.push_str("\n \n");
        }
    }

    fn section(&mut self, section: &Section, depth: usize) {
        let name = &section.key.name;
        let index = self.sections.len();
        self.sections.push(name.clone());
        self.out.push('"');
        self.out.push_str(&if self.forms.upper {
            camel(name)
        } else {
            name.clone()
        });
        self.out.push_str("\":");
        self.space();
        let by_lines = self.forms.array && name == "line_by_line_interpretation";
        if !section.key.list && !by_lines {
            self.string(&section.text, index, 0);
            return;
        }
        self.out.push('[');
        let mut bytes = 0;
        for line in section.text.lines() {
            if bytes > 0 {
                self.out.push(',');
            }
            self.line(depth + 1);
            self.string(line, index, bytes);
            bytes += line.len();
        }
        self.line(depth);
        self.out.push(']');
    }

    /// A JSON string, marked character by character.
    fn string(&mut self, text: &str, section: usize, before: usize) {
        self.out.push('"');
        let mut bytes = before;
        for c in text.chars() {
            let start = self.out.len();
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' if !self.raw => self.out.push_str("\\n"),
                c if (self.ascii && !c.is_ascii()) || (c.is_control() && c != '\n') => {
                    for unit in c.encode_utf16(&mut [0; 2]).iter() {
                        self.out.extend(['\\', 'u']);
                        self.out
                            .extend([12, 8, 4, 0].map(|shift| hexadecimal(*unit >> shift)));
                    }
                }
                c => self.out.push(c),
            }
            bytes += c.len_utf8();
            self.marks.push(Mark {
                start,
                end: self.out.len(),
                section,
                bytes,
            });
        }
        self.out.push('"');
    }

    fn line(&mut self, depth: usize) {
        if self.pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn space(&mut self) {
        if self.pretty {
            self.out.push(' ');
        }
    }
}

fn hexadecimal(digit: u16) -> char {
    char::from_digit(u32::from(digit & 0xf), 16).unwrap_or('0')
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// Where tokens end: a character or two of Chinese, about four of Latin, and now and then right
/// behind a backslash.
fn cut(text: &str, chunk: Option<usize>, random: &mut Random) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((_, first)) = characters.next() {
        let wide = is_wide(first);
        let mut left = match chunk {
            Some(chunk) => chunk,
            None if wide => 1 + random.below(2),
            None => 2 + random.below(5),
        };
        let mut behind_backslash = first == '\\' && random.below(3) == 0;
        while left > 1 && !behind_backslash {
            let same = |(_, c): &(usize, char)| chunk.is_some() || is_wide(*c) == wide;
            let Some((_, c)) = characters.next_if(same) else {
                break;
            };
            behind_backslash = chunk.is_none() && c == '\\' && random.below(3) == 0;
            left -= 1;
        }
        ends.push(characters.peek().map_or(text.len(), |(index, _)| *index));
    }
    ends
}

fn is_wide(c: char) -> bool {
    c >= '\u{2e80}'
}
