//! A client that keeps everything it saw, also when the answer broke off.

use llmsim::{Config, Settings, Sim};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) const KEYS: [&str; 7] = [
    "line_by_line_interpretation",
    "overall_development",
    "positive_factors",
    "challenges",
    "suggested_actions",
    "supplementary_notes",
    "conclusion",
];

pub(crate) const VERSE: [&str; 4] = [
    "雲開月出照前川",
    "風靜波平好放船",
    "莫道前程無去處",
    "自有春花滿眼前",
];

/// Which protocol the client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    OpenAi,
    Ollama,
}

pub(crate) const BOTH: [Protocol; 2] = [Protocol::OpenAi, Protocol::Ollama];

/// A server and a client that does not follow redirects.
pub(crate) struct App {
    pub(crate) sim: Sim,
    client: Client,
}

/// A whole answer as it was seen.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
    /// Pieces as they were read from the connection.
    pub(crate) pieces: Vec<Vec<u8>>,
    /// Why the body broke off; absent when it came to its end.
    pub(crate) broken: Option<reqwest::Error>,
}

impl App {
    pub(crate) async fn start(settings: &str) -> Self {
        let settings = Settings::default()
            .overruled_by(settings)
            .expect("known settings");
        let config = Config {
            settings,
            ..Config::default()
        };
        Self {
            sim: Sim::start(config).await.expect("a free port"),
            client: Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client"),
        }
    }

    /// Posts a body to the chat endpoint of a protocol.
    pub(crate) async fn post(&self, protocol: Protocol, body: &Value) -> Response {
        let path = match protocol {
            Protocol::OpenAi => "/v1/chat/completions",
            Protocol::Ollama => "/api/chat",
        };
        self.client
            .post(format!("{}{path}", self.sim.url()))
            .json(body)
            .send()
            .await
            .expect("a head")
    }

    /// Streams a reading for a question and sees it to its end.
    pub(crate) async fn stream(&self, protocol: Protocol, question: &str) -> Seen {
        Seen::all(self.post(protocol, &request(protocol, question)).await).await
    }

    pub(crate) async fn read_json(&self, path: &str) -> Value {
        let response = self
            .client
            .get(format!("{}{path}", self.sim.url()))
            .send()
            .await;
        let response = response.expect("a head");
        response.json().await.expect("JSON")
    }

    pub(crate) async fn delete(&self, path: &str) {
        let response = self
            .client
            .delete(format!("{}{path}", self.sim.url()))
            .send()
            .await;
        assert!(response.expect("a head").status().is_success());
    }
}

/// A request for a streamed reading in Chinese.
pub(crate) fn request(protocol: Protocol, question: &str) -> Value {
    let messages = json!([
        {"role": "system", "content": "You read temple lots.\nlanguage: zh\n"},
        {"role": "user", "content": format!(
            "<verse>\n{}\n</verse>\n<question>{question}</question>", VERSE.join("\n"))},
    ]);
    let schema = schema(&KEYS);
    match protocol {
        Protocol::OpenAi => json!({
            "model": "sim", "messages": messages, "stream": true,
            "stream_options": {"include_usage": true},
            "response_format": {"type": "json_schema", "json_schema": {"name": "reading", "schema": schema}},
        }),
        Protocol::Ollama => json!({"model": "sim", "messages": messages, "format": schema}),
    }
}

pub(crate) fn schema(keys: &[&str]) -> Value {
    let properties: serde_json::Map<_, _> = keys
        .iter()
        .map(|key| ((*key).to_owned(), json!({"type": "string"})))
        .collect();
    json!({"type": "object", "properties": properties, "required": keys, "additionalProperties": false})
}

impl Seen {
    pub(crate) async fn all(mut response: Response) -> Self {
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().expect("ASCII").to_owned())
        };
        let mut seen = Self {
            status: response.status(),
            content_type: header("content-type").unwrap_or_default(),
            retry_after: header("retry-after"),
            body: Vec::new(),
            pieces: Vec::new(),
            broken: None,
        };
        loop {
            match response.chunk().await {
                Ok(Some(piece)) => {
                    seen.body.extend_from_slice(&piece);
                    seen.pieces.push(piece.to_vec());
                }
                Ok(None) => return seen,
                Err(error) => {
                    seen.broken = Some(error);
                    return seen;
                }
            }
        }
    }

    /// The data of every event or line that is JSON, in order.
    pub(crate) fn events(&self) -> Vec<Value> {
        String::from_utf8_lossy(&self.body)
            .lines()
            .map(|line| line.strip_prefix("data: ").unwrap_or(line))
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The text of all events together.
    pub(crate) fn text(&self) -> String {
        let text_of = |event: &Value| {
            let text = event["choices"][0]["delta"]["content"]
                .as_str()
                .or_else(|| event["message"]["content"].as_str());
            text.map(str::to_owned)
        };
        self.events().iter().filter_map(text_of).collect()
    }

    /// The text as the JSON that was asked for.
    pub(crate) fn reading(&self) -> Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The reason that the model gave for its end, if it gave one.
    pub(crate) fn finish(&self) -> Option<String> {
        self.events().iter().find_map(|event| {
            let reason = event["choices"][0]["finish_reason"]
                .as_str()
                .or_else(|| event["done_reason"].as_str());
            reason.map(str::to_owned)
        })
    }

    pub(crate) fn has_done(&self) -> bool {
        self.body
            .windows(12)
            .any(|window| window == b"data: [DONE]")
    }

    /// Whether some cause of the break is a reset by the server.
    pub(crate) fn was_reset(&self) -> bool {
        let mut cause = self
            .broken
            .as_ref()
            .map(|error| error as &dyn std::error::Error);
        while let Some(error) = cause {
            let io = error.downcast_ref::<std::io::Error>();
            if io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionReset) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}
