//! A reading as a chat completion of OpenAI's API, streamed or whole.
//!
//! Source: the reference of `POST /v1/chat/completions`, and what `core/streaming` of the npm
//! package `openai` 6 reads. Nothing can be taken back there, so only what is sealed is said.

use kaucim_fortune::{Language, Notice, Usage};
use kaucim_tasks::{Event, Frame, TaskDocument, TaskId, TaskResult};
use serde_json::{Value, json};

use crate::{
    markdown::{self, GAP},
    told::Told,
};

/// What all answers about one reading have in common.
pub(crate) struct Completion {
    task_id: TaskId,
    /// As the client named it.
    model: String,
    /// Seconds since 1970.
    created: i64,
    language: Language,
}

/// One reader's stream of pieces.
pub(crate) struct CompletionChunks {
    completion: Completion,
    /// Whether the last piece is to say what was spent.
    tells_usage: bool,
    /// Whether there was text before.
    has_text: bool,
    ended: bool,
}

impl Completion {
    pub(crate) fn of(task: &TaskDocument, model: String) -> Self {
        Self {
            task_id: task.task_id,
            model,
            created: task.created_at.as_second(),
            language: task.language,
        }
    }

    /// The whole answer.
    pub(crate) fn whole(&self, result: &TaskResult) -> Value {
        let message = json!({
            "role": "assistant", "content": markdown::reading(result), "refusal": null,
        });
        let choice = json!({
            "index": 0, "message": message, "logprobs": null, "finish_reason": "stop",
        });
        let mut answer = self.head("chat.completion");
        answer["choices"] = json!([choice]);
        answer["usage"] = usage(result.usage);
        answer
    }

    fn head(&self, object: &str) -> Value {
        json!({
            "id": format!("chatcmpl-{}", self.task_id), "object": object,
            "created": self.created, "model": self.model,
        })
    }
}

impl CompletionChunks {
    pub(crate) fn new(completion: Completion, tells_usage: bool) -> Self {
        Self {
            completion,
            tells_usage,
            has_text: false,
            ended: false,
        }
    }

    pub(crate) fn opening(&self) -> Vec<Value> {
        let delta = json!({ "role": "assistant", "content": "", "refusal": null });
        vec![self.chunk(&delta, None)]
    }

    pub(crate) fn frame(&mut self, frame: &Frame) -> Vec<Value> {
        let Some(Told::Kept(event)) = Told::of(frame) else {
            return Vec::new();
        };
        match event {
            Event::Notice {
                kind,
                code,
                message,
            } => {
                let notice = Notice {
                    kind,
                    code,
                    message,
                };
                let text = markdown::notice(&notice);
                text.map(|text| self.text(&text)).into_iter().collect()
            }
            Event::Lot { lot, .. } => {
                vec![self.text(&markdown::lot(&lot, self.completion.language))]
            }
            Event::SectionCompleted { title, text, .. } => {
                vec![self.text(&markdown::section(&title, &text))]
            }
            Event::Complete { result } => self.complete(&result),
            Event::Error { code, message, .. } => {
                self.ended = true;
                vec![error(&code, &message)]
            }
            Event::Cancelled {} => {
                self.ended = true;
                vec![error("task_cancelled", "the reading was cancelled")]
            }
            Event::Status { .. } | Event::Sources { .. } | Event::SectionReset { .. } => Vec::new(),
        }
    }

    /// What is said when nothing follows.
    pub(crate) fn ending(&self) -> Vec<Value> {
        if self.ended {
            return Vec::new();
        }
        let task_id = self.completion.task_id;
        let message = format!("the answer broke off, and task {task_id} goes on");
        vec![error("interrupted", &message)]
    }

    fn complete(&mut self, result: &TaskResult) -> Vec<Value> {
        let last_words = self.text(&markdown::ending(&result.disclaimer));
        self.ended = true;
        let mut chunks = vec![last_words, self.chunk(&json!({}), Some("stop"))];
        if self.tells_usage {
            let mut spent = self.completion.head("chat.completion.chunk");
            spent["choices"] = json!([]);
            spent["usage"] = usage(result.usage);
            chunks.push(spent);
        }
        chunks
    }

    fn text(&mut self, piece: &str) -> Value {
        let gap = if self.has_text { GAP } else { "" };
        self.has_text = true;
        self.chunk(&json!({ "content": format!("{gap}{piece}") }), None)
    }

    fn chunk(&self, delta: &Value, finish_reason: Option<&str>) -> Value {
        let mut chunk = self.completion.head("chat.completion.chunk");
        chunk["choices"] = json!([{
            "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason,
        }]);
        if self.tells_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    }
}

fn usage(spent: Usage) -> Value {
    json!({
        "prompt_tokens": spent.input_tokens, "completion_tokens": spent.output_tokens,
        "total_tokens": spent.input_tokens + spent.output_tokens,
    })
}

/// An error in the middle of a stream.
fn error(code: &str, message: &str) -> Value {
    json!({ "error": { "message": message, "type": "server_error", "param": null, "code": code } })
}
