//! The bytes of both protocols: events of OpenAI's stream, lines of Ollama's, whole answers.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    request::{Ask, Dialect},
    settings::Style,
};

/// Encodes one call's answer.
#[derive(Debug)]
pub(crate) struct Wire {
    dialect: Dialect,
    /// `id`, `created`, `model` and what else every event repeats, without braces.
    common: String,
    line_end: &'static str,
    escape: bool,
    include_usage: bool,
    style: Style,
    prompt_tokens: usize,
}

/// How the model says that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Stop,
    Length,
}

/// A whole answer, as it is sent when it is not streamed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole<'a> {
    pub(crate) text: &'a str,
    pub(crate) thoughts: &'a str,
    /// Absent when the server forgets to say it.
    pub(crate) reason: Option<Reason>,
    pub(crate) tokens: usize,
}

impl Wire {
    pub(crate) fn new(dialect: Dialect, ask: &Ask, call: u64, crlf: bool) -> Self {
        let now = Timestamp::now();
        let style = ask.settings.style;
        let model = Value::from(ask.model.as_str());
        let object = if ask.stream {
            "chat.completion.chunk"
        } else {
            "chat.completion"
        };
        Self {
            dialect,
            common: match dialect {
                Dialect::OpenAi => format!(
                    r#""id":"chatcmpl-sim-{call}","object":"{object}","created":{},"model":{model},"system_fingerprint":"llmsim""#,
                    now.as_second(),
                ),
                Dialect::Ollama => format!(r#""model":{model},"created_at":"{now}""#),
            },
            line_end: if crlf { "\r\n" } else { "\n" },
            escape: ask.settings.escape || style == Style::Python,
            include_usage: ask.include_usage && style != Style::Python,
            style,
            prompt_tokens: ask.prompt_tokens,
        }
    }

    pub(crate) fn content_type(&self, stream: bool) -> &'static str {
        match (self.dialect, stream) {
            (Dialect::OpenAi, true) => "text/event-stream; charset=utf-8",
            (Dialect::Ollama, true) => "application/x-ndjson",
            (_, false) => "application/json",
        }
    }

    /// The event before the first token, which only names the role.
    pub(crate) fn role(&self) -> Option<Bytes> {
        let delta = br#"{"role":"assistant","content":null}"#;
        (self.dialect == Dialect::OpenAi && self.style != Style::LiteLlm)
            .then(|| self.choice(delta, "null"))
    }

    /// A piece of text; bytes, because a bad server splits characters.
    pub(crate) fn text(&self, piece: &[u8]) -> Bytes {
        self.piece("content", piece)
    }

    /// A piece of reasoning.
    pub(crate) fn thought(&self, piece: &str) -> Bytes {
        match self.dialect {
            Dialect::OpenAi => self.piece("reasoning_content", piece.as_bytes()),
            Dialect::Ollama => self.piece("thinking", piece.as_bytes()),
        }
    }

    /// The end by its reason; OpenAI's usage, if asked for, follows in the same write.
    pub(crate) fn finish(&self, reason: Reason, tokens: usize) -> Bytes {
        match self.dialect {
            Dialect::OpenAi => {
                let mut bytes = self.choice(b"{}", reason.quoted()).to_vec();
                if self.include_usage {
                    let choices = match self.style {
                        Style::LiteLlm => r#"{"index":0,"delta":{}}"#,
                        Style::Llama | Style::Python => "",
                    };
                    let usage = format!(
                        r#"{{{},"choices":[{choices}],"usage":{}}}"#,
                        self.common,
                        self.usage(tokens)
                    );
                    bytes.extend_from_slice(&self.event(usage.as_bytes()));
                }
                bytes.into()
            }
            Dialect::Ollama => self.event(
                format!(
                    r#"{{{},"message":{{"role":"assistant","content":""}},"done":true,"done_reason":{},{}}}"#,
                    self.common,
                    reason.quoted(),
                    self.counts(tokens)
                )
                .as_bytes(),
            ),
        }
    }

    /// OpenAI's last event; Ollama has none.
    pub(crate) fn done(&self) -> Option<Bytes> {
        match self.dialect {
            Dialect::OpenAi => Some(self.event(b"[DONE]")),
            Dialect::Ollama => None,
        }
    }

    /// An error inside an answer that began well.
    pub(crate) fn error(&self, message: &str) -> Bytes {
        self.event(self.error_object(message).to_string().as_bytes())
    }

    pub(crate) fn error_object(&self, message: &str) -> Value {
        match self.dialect {
            Dialect::OpenAi if self.style == Style::LiteLlm => {
                json!({"error": {"message": message, "type": null, "param": null, "code": "500"}})
            }
            Dialect::OpenAi => {
                json!({"error": {"code": 500, "message": message, "type": "server_error"}})
            }
            Dialect::Ollama => json!({"error": message}),
        }
    }

    /// An event that is cut off in the middle of its JSON.
    pub(crate) fn malformed(&self) -> Bytes {
        let mut json = self.opening("content");
        json.extend_from_slice("\"半".as_bytes());
        self.event(&json)
    }

    /// A sign of life that says nothing; the two kinds take turns.
    pub(crate) fn ping(&self, index: usize) -> Bytes {
        let end = self.line_end;
        Bytes::from(match (self.dialect, index % 2) {
            (Dialect::OpenAi, 0) => format!(": ping - {}{end}{end}", Timestamp::now()),
            (Dialect::OpenAi, _) => format!(":{end}{end}"),
            (Dialect::Ollama, _) => end.to_owned(),
        })
    }

    /// The body of an answer that is not streamed.
    pub(crate) fn whole(&self, whole: Whole<'_>) -> String {
        let reason = whole.reason.map_or("null", Reason::quoted);
        let mut message = json!({"role": "assistant", "content": whole.text});
        if !whole.thoughts.is_empty() {
            let name = match self.dialect {
                Dialect::OpenAi => "reasoning_content",
                Dialect::Ollama => "thinking",
            };
            message[name] = whole.thoughts.into();
        }
        match self.dialect {
            Dialect::OpenAi => format!(
                r#"{{{},"choices":[{{"index":0,"message":{message},"logprobs":null,"finish_reason":{reason}}}],"usage":{}}}"#,
                self.common,
                self.usage(whole.tokens)
            ),
            Dialect::Ollama => format!(
                r#"{{{},"message":{message},"done":{},"done_reason":{reason},{}}}"#,
                self.common,
                whole.reason.is_some(),
                self.counts(whole.tokens)
            ),
        }
    }

    fn piece(&self, name: &str, piece: &[u8]) -> Bytes {
        let mut json = self.opening(name);
        self.string(&mut json, piece);
        match self.dialect {
            Dialect::OpenAi => json.extend_from_slice(br#"},"finish_reason":null}]}"#),
            Dialect::Ollama => json.extend_from_slice(if name == "content" {
                br#"},"done":false}"#
            } else {
                br#","content":""},"done":false}"#
            }),
        }
        self.event(&json)
    }

    /// An event of text up to where the text stands.
    fn opening(&self, name: &str) -> Vec<u8> {
        let mut json = Vec::with_capacity(self.common.len() + 160);
        json.push(b'{');
        json.extend_from_slice(self.common.as_bytes());
        json.extend_from_slice(match self.dialect {
            Dialect::OpenAi => br#","choices":[{"index":0,"delta":{""#,
            Dialect::Ollama => br#","message":{"role":"assistant",""#,
        });
        json.extend_from_slice(name.as_bytes());
        json.extend_from_slice(b"\":");
        json
    }

    fn choice(&self, delta: &[u8], reason: &str) -> Bytes {
        let mut json = format!(r#"{{{},"choices":[{{"index":0,"delta":"#, self.common).into_bytes();
        json.extend_from_slice(delta);
        json.extend_from_slice(b",\"finish_reason\":");
        json.extend_from_slice(reason.as_bytes());
        json.extend_from_slice(b"}]}");
        self.event(&json)
    }

    fn event(&self, json: &[u8]) -> Bytes {
        let mut event = Vec::with_capacity(json.len() + 10);
        if self.dialect == Dialect::OpenAi {
            event.extend_from_slice(b"data: ");
        }
        event.extend_from_slice(json);
        event.extend_from_slice(self.line_end.as_bytes());
        if self.dialect == Dialect::OpenAi {
            event.extend_from_slice(self.line_end.as_bytes());
        }
        event.into()
    }

    /// A JSON string of bytes that need not be whole characters.
    fn string(&self, json: &mut Vec<u8>, bytes: &[u8]) {
        if let (true, Ok(text)) = (self.escape, std::str::from_utf8(bytes)) {
            json.push(b'"');
            for unit in text.encode_utf16() {
                match u8::try_from(unit) {
                    Ok(byte) if byte.is_ascii() => escape(json, byte),
                    _ => json.extend_from_slice(format!("\\u{unit:04x}").as_bytes()),
                }
            }
        } else {
            json.push(b'"');
            bytes.iter().for_each(|byte| escape(json, *byte));
        }
        json.push(b'"');
    }

    fn usage(&self, tokens: usize) -> String {
        format!(
            r#"{{"completion_tokens":{tokens},"prompt_tokens":{},"total_tokens":{}}}"#,
            self.prompt_tokens,
            self.prompt_tokens + tokens
        )
    }

    fn counts(&self, tokens: usize) -> String {
        format!(
            r#""total_duration":1000000,"load_duration":0,"prompt_eval_count":{},"prompt_eval_duration":1000,"eval_count":{tokens},"eval_duration":1000000"#,
            self.prompt_tokens
        )
    }
}

impl Reason {
    fn quoted(self) -> &'static str {
        match self {
            Self::Stop => "\"stop\"",
            Self::Length => "\"length\"",
        }
    }
}

fn escape(json: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' | b'\\' => json.extend_from_slice(&[b'\\', byte]),
        b'\n' => json.extend_from_slice(b"\\n"),
        0..0x20 => json.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        _ => json.push(byte),
    }
}
