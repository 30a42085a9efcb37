//! How a call shall be answered: pace, form and faults, and the text they are written as.

mod fault;

use std::time::Duration;

pub use self::fault::{Fault, FaultKind, Place, SchemaRefusal};
use crate::reading::Language;

/// How the simulated model behaves.
///
/// Written as `key=value` pairs and bare flags, separated by white space or semicolons. Three
/// places speak, the later wins: the server's defaults, the model's name, the question.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `rate`: tokens per second; 0 is as fast as possible.
    pub rate: f64,
    /// `ttft`: milliseconds from the head of the answer to its first token.
    pub ttft: Duration,
    /// `queue`: milliseconds in which nothing is sent at all, not even the head.
    pub queue: Duration,
    /// `ping`: milliseconds between the comments of `fault=ping_stall`.
    pub ping: Duration,
    /// `length`: about how many tokens the whole answer has; absent, as long as a reading is.
    pub length: Option<usize>,
    /// `language`: answer in this one whatever the request says.
    pub language: Option<Language>,
    /// `seed`: another seed, another reading.
    pub seed: u64,
    /// `think`: how many pieces of reasoning come before the answer.
    pub think: usize,
    /// `chunk`: characters a token; absent, one or two of Chinese and about four of Latin.
    pub chunk: Option<usize>,
    /// `pretty`: JSON over several lines, with white space at its end.
    pub pretty: bool,
    /// `ascii`: the JSON that the model writes holds `\u4e00` in place of 一.
    pub ascii: bool,
    /// `raw`: line breaks inside JSON strings are not escaped, as some grammars let them be.
    pub raw: bool,
    /// `escape`: the events escape what is not ASCII, as some servers do.
    pub escape: bool,
    /// `fence`: the JSON stands in a Markdown fence, with prose before and after.
    pub fence: bool,
    /// `style`: whose habits the OpenAI protocol is spoken with.
    pub style: Style,
    /// `keys`: other forms of the object.
    pub keys: KeyForms,
    /// `fault`: what goes wrong.
    pub faults: Vec<Fault>,
    /// `times`: a fault befalls only the first so many calls for a question; absent, all.
    pub times: Option<u32>,
    /// `retry_after`: seconds in the `Retry-After` header of a refusal.
    pub retry_after: Option<u64>,
}

/// Habits of real servers, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// `llama`: the role first, usage in an event without choices (llama-server).
    #[default]
    Llama,
    /// `python`: events escape what is not ASCII, usage is never told (llama-cpp-python).
    Python,
    /// `litellm`: no role, usage beside a choice without finish, error codes as strings (LiteLLM).
    LiteLlm,
}

/// Forms of the answer's object that a lenient reader has to cope with; `keys=upper+nested`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyForms {
    /// `upper`: camelCase.
    pub upper: bool,
    /// `reverse`: last section first.
    pub reverse: bool,
    /// `nested`: wrapped in `{"reading": …}`.
    pub nested: bool,
    /// `unknown`: keys that nobody asked for, with numbers, lists and objects.
    pub unknown: bool,
    /// `array`: the line-by-line section is a list of strings.
    pub array: bool,
}

/// A setting that means nothing; the text says which and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting(String);

impl Default for Settings {
    /// As fast as possible and without fault.
    fn default() -> Self {
        Self {
            rate: 0.0,
            ttft: Duration::ZERO,
            queue: Duration::ZERO,
            ping: Duration::from_millis(1000),
            length: None,
            language: None,
            seed: 0,
            think: 0,
            chunk: None,
            pretty: false,
            ascii: false,
            raw: false,
            escape: false,
            fence: false,
            style: Style::default(),
            keys: KeyForms::default(),
            faults: Vec::new(),
            times: None,
            retry_after: None,
        }
    }
}

impl Settings {
    /// These settings overruled by what `text` says, such as `rate=50;fault=cut@120`.
    ///
    /// Faults named in one text add up; they replace those of earlier texts.
    ///
    /// # Errors
    /// A key or a value that is not known.
    pub fn overruled_by(mut self, text: &str) -> Result<Self, BadSetting> {
        let inherited = std::mem::take(&mut self.faults);
        let mut named_fault = false;
        let pairs = text
            .split(|c: char| c.is_whitespace() || c == ';')
            .filter(|pair| !pair.is_empty());
        for pair in pairs {
            let (key, value) = pair.split_once('=').unwrap_or((pair, "on"));
            if fault::is_fault_key(key) {
                named_fault = true;
                self.faults.extend(Fault::parse(key, value)?);
            } else {
                self.set(key, value)?;
            }
        }
        if !named_fault {
            self.faults = inherited;
        }
        Ok(self)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), BadSetting> {
        match key {
            "rate" => self.rate = rate(value)?,
            "ttft" => self.ttft = milliseconds(key, value)?,
            "queue" => self.queue = milliseconds(key, value)?,
            "ping" => self.ping = milliseconds(key, value)?.max(Duration::from_millis(1)),
            "length" => self.length = Some(number(key, value)?),
            "language" => self.language = Some(language(value)?),
            "seed" => self.seed = number(key, value)?,
            "think" => self.think = number(key, value)?,
            "chunk" => self.chunk = Some(number::<usize>(key, value)?.max(1)),
            "pretty" => self.pretty = flag(key, value)?,
            "ascii" => self.ascii = flag(key, value)?,
            "raw" => self.raw = flag(key, value)?,
            "escape" => self.escape = flag(key, value)?,
            "fence" => self.fence = flag(key, value)?,
            "style" => self.style = style(value)?,
            "keys" => self.keys = KeyForms::parse(value)?,
            "times" => self.times = Some(number(key, value)?),
            "retry_after" => self.retry_after = Some(number(key, value)?),
            _ => return Err(BadSetting(format!("unknown setting `{key}`"))),
        }
        Ok(())
    }
}

impl KeyForms {
    fn parse(value: &str) -> Result<Self, BadSetting> {
        let mut forms = Self::default();
        for form in value.split('+') {
            match form {
                "upper" => forms.upper = true,
                "reverse" => forms.reverse = true,
                "nested" => forms.nested = true,
                "unknown" => forms.unknown = true,
                "array" => forms.array = true,
                _ => return Err(BadSetting::value("keys", value)),
            }
        }
        Ok(forms)
    }
}

impl BadSetting {
    fn value(key: &str, value: &str) -> Self {
        Self(format!("`{key}` cannot be `{value}`"))
    }
}

impl std::fmt::Display for BadSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetting {}

fn rate(value: &str) -> Result<f64, BadSetting> {
    number::<f64>("rate", value)
        .ok()
        .filter(|rate| rate.is_finite() && *rate >= 0.0)
        .ok_or_else(|| BadSetting::value("rate", value))
}

fn milliseconds(key: &str, value: &str) -> Result<Duration, BadSetting> {
    let milliseconds = number::<u32>(key, value)?;
    Ok(Duration::from_millis(u64::from(milliseconds)))
}

fn language(value: &str) -> Result<Language, BadSetting> {
    Language::from_code(value).ok_or_else(|| BadSetting::value("language", value))
}

fn style(value: &str) -> Result<Style, BadSetting> {
    match value {
        "llama" => Ok(Style::Llama),
        "python" => Ok(Style::Python),
        "litellm" => Ok(Style::LiteLlm),
        _ => Err(BadSetting::value("style", value)),
    }
}

fn flag(key: &str, value: &str) -> Result<bool, BadSetting> {
    match value {
        "on" | "1" | "true" => Ok(true),
        "off" | "0" | "false" => Ok(false),
        _ => Err(BadSetting::value(key, value)),
    }
}

fn number<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, BadSetting> {
    value.parse().map_err(|_| BadSetting::value(key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str]) -> Result<Settings, BadSetting> {
        texts
            .iter()
            .try_fold(Settings::default(), |settings, text| {
                settings.overruled_by(text)
            })
    }

    #[test]
    fn later_texts_win_and_replace_faults() {
        let settings = check(&[
            "rate=50;ttft=300 fault=cut@120;missing=challenges",
            "rate=20",
        ])
        .unwrap();
        assert_eq!(settings.rate, 20.0);
        assert_eq!(settings.ttft, Duration::from_millis(300));
        assert_eq!(settings.faults.len(), 2);
        let settings = check(&["fault=cut@120", "fault=stall@40 times=1"]).unwrap();
        assert_eq!(
            settings.faults,
            [Fault {
                kind: FaultKind::Stall,
                place: Place::Token(40)
            }]
        );
        assert_eq!(check(&["fault=cut", "fault=none"]).unwrap().faults, []);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in [
            "speed=3",
            "rate=-1",
            "rate=NaN",
            "fault=cat",
            "keys=odd",
            "pretty=very",
        ] {
            assert!(check(&[text]).is_err(), "{text}");
        }
    }
}
