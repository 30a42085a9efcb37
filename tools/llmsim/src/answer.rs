//! Answers a chat request: refuses it, streams, or waits and sends the whole.

use std::{io, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    calls::{Call, Calls, Ended, Ongoing},
    listener::Peer,
    plan::{self, Course, Ending},
    play::{Pace, Stage, play},
    random::hash,
    request::{Ask, Dialect, SchemaForm},
    script::Script,
    settings::{Fault, FaultKind, SchemaRefusal, Settings},
    wire::{Reason, Whole, Wire},
};

/// What every handler shares.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) settings: Settings,
    pub(crate) calls: Calls,
    pub(crate) stop: CancellationToken,
}

impl Server {
    /// Answers one request, unless the simulator is stopped before its head is sent.
    pub(crate) async fn answer(&self, dialect: Dialect, peer: Peer, body: Bytes) -> Response {
        let answer = Box::pin(self.answer_in_peace(dialect, peer, body));
        self.stop
            .run_until_cancelled(answer)
            .await
            .unwrap_or_else(|| StatusCode::SERVICE_UNAVAILABLE.into_response())
    }

    async fn answer_in_peace(&self, dialect: Dialect, peer: Peer, body: Bytes) -> Response {
        let arrived = Instant::now();
        let request = match serde_json::from_slice(&body) {
            Ok(request) => request,
            Err(error) => return refusal(dialect, 400, &format!("malformed JSON: {error}")),
        };
        let ask = match Ask::read(dialect, &request, &self.settings) {
            Ok(ask) => ask,
            Err(error) => return refusal(dialect, 400, &format!("llmsim: {error}")),
        };
        let faults = self.befalling(&ask);
        let call = self.calls.begin(call(dialect, &ask, &faults, request));
        time::sleep_until(arrived + ask.settings.queue).await;
        for fault in &faults {
            if fault.kind == FaultKind::Hang {
                std::future::pending::<()>().await;
            }
            if let Some(response) = refused_by(fault.kind, dialect, &ask) {
                call.end(Ended::Fault);
                return response;
            }
        }
        let script = Arc::new(Script::write(&ask, &faults));
        call.tells(&script);
        let crlf = faults.iter().any(|fault| fault.kind == FaultKind::Crlf);
        let course = Course::of(&ask, &script, &faults);
        let stage = Stage {
            wire: Wire::new(dialect, &ask, call.id(), crlf),
            pace: Pace {
                start: arrived + ask.settings.queue,
                ttft: ask.settings.ttft,
                rate: ask.settings.rate,
                held: plan::held(&course, &script, &faults),
            },
            ping: ask.settings.ping,
            language: ask.language,
            script,
            call,
            peer,
            stop: self.stop.clone(),
        };
        if ask.stream {
            let acts = plan::acts(&course, &stage.script, &faults, &stage.wire);
            let headers = [
                (header::CONTENT_TYPE, stage.wire.content_type(true)),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, Body::from_stream(play(stage, acts))).into_response()
        } else {
            whole(&stage, &course, &faults).await
        }
    }

    /// The faults that befall this call, which counts as one of their `times`.
    fn befalling(&self, ask: &Ask) -> Vec<Fault> {
        let question = hash(&ask.question);
        let befalls = |fault: &&Fault| {
            ask.settings
                .times
                .is_none_or(|times| self.calls.befall(question, fault.to_string()) < times)
        };
        ask.settings
            .faults
            .iter()
            .filter(befalls)
            .cloned()
            .collect()
    }
}

/// An error as servers say it, with a JSON body.
pub(crate) fn refusal(dialect: Dialect, status: u16, message: &str) -> Response {
    let body = match (dialect, status) {
        (Dialect::Ollama, _) => json!({"error": message}),
        (Dialect::OpenAi, 401) => json!({"detail": message}),
        (Dialect::OpenAi, 429) => {
            json!({"error": {"message": message, "type": "throttling_error", "param": null, "code": "429"}})
        }
        (Dialect::OpenAi, 503) => {
            json!({"error": {"code": 503, "message": message, "type": "unavailable_error"}})
        }
        (Dialect::OpenAi, _) => {
            json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": null}})
        }
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(body)).into_response()
}

fn call(dialect: Dialect, ask: &Ask, faults: &[Fault], request: Value) -> Call {
    Call {
        id: 0,
        path: match dialect {
            Dialect::OpenAi => "/v1/chat/completions".to_owned(),
            Dialect::Ollama => "/api/chat".to_owned(),
        },
        model: ask.model.clone(),
        stream: ask.stream,
        started_ms: 0,
        tokens_sent: 0,
        ended: None,
        ended_us: None,
        faults: faults.iter().map(Fault::to_string).collect(),
        request,
    }
}

/// The answer to a call that this fault keeps from being answered, if it is such a fault.
fn refused_by(kind: FaultKind, dialect: Dialect, ask: &Ask) -> Option<Response> {
    match kind {
        FaultKind::Status(status) => {
            let mut response = match (dialect, status) {
                (Dialect::OpenAi, 500) => {
                    (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
                }
                (_, 401) => refusal(dialect, 401, "Invalid API key"),
                (_, 503) => refusal(dialect, 503, "Loading model"),
                // As servers do whose checks of a request quote what they do not like.
                (_, 422) => {
                    let input = format!("invalid input: {}", ask.question);
                    refusal(dialect, 422, &input)
                }
                _ => refusal(dialect, status, "refused, as the simulator was told to"),
            };
            let seconds = ask.settings.retry_after.map(header::HeaderValue::from);
            let retry_after = seconds.map(|seconds| (header::RETRY_AFTER, seconds));
            response.headers_mut().extend(retry_after);
            Some(response)
        }
        FaultKind::Html => Some(
            (
                [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
                "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n",
            )
                .into_response(),
        ),
        FaultKind::Redirect => Some(
            (
                StatusCode::TEMPORARY_REDIRECT,
                [(header::LOCATION, "/sim/elsewhere")],
            )
                .into_response(),
        ),
        FaultKind::BadSchema(SchemaRefusal::Any(status)) if ask.schema != SchemaForm::None => {
            Some(refusal(dialect, status, "response_format is not supported by this model"))
        }
        FaultKind::BadSchema(SchemaRefusal::Python) if ask.schema == SchemaForm::JsonSchema => {
            Some(refusal(
                dialect,
                500,
                "1 validation error: Input should be 'text' or 'json_object', input: 'json_schema'",
            ))
        }
        _ => None,
    }
}

/// An answer in one piece, sent when its last token would have been.
async fn whole(stage: &Stage, course: &Course, faults: &[Fault]) -> Response {
    time::sleep_until(stage.pace.due(course.thoughts + course.tokens)).await;
    let (reason, broken) = match &course.ending {
        Ending::Finished(reason) => (Some(*reason), None),
        Ending::Fault(FaultKind::Empty) => (Some(Reason::Stop), None),
        Ending::Fault(FaultKind::NoFinish) => (None, None),
        Ending::Fault(FaultKind::Stall | FaultKind::PingStall)
        | Ending::Endless(_)
        | Ending::EndlessThinking => std::future::pending().await,
        Ending::Fault(kind) => (None, Some(*kind)),
    };
    let big = faults.iter().any(|fault| fault.kind == FaultKind::BigLine);
    let filler = "x".repeat(if big { plan::BIG_LINE } else { 0 });
    let thoughts = (0..course.thoughts).map(|index| stage.language.thought(index));
    let mut json = stage.wire.whole(Whole {
        text: &[stage.script.up_to(course.tokens), &filler].concat(),
        thoughts: &thoughts.collect::<String>(),
        reason,
        tokens: course.thoughts + course.tokens,
    });
    if faults.iter().any(|fault| fault.kind == FaultKind::BadChunk) {
        json.pop();
    }
    let complete = matches!(course.ending, Ending::Finished(_));
    let text_tokens = if broken.is_some() { 0 } else { course.tokens };
    (0..text_tokens).for_each(|token| stage.call.sent(&stage.script, token));
    stage.call.end(if complete {
        Ended::Complete
    } else {
        Ended::Fault
    });
    match broken {
        None => body(json.into_bytes(), faults, &stage.wire),
        Some(FaultKind::EmptyBody) => body(Vec::new(), faults, &stage.wire),
        Some(FaultKind::Error200) => {
            let error = stage.wire.error_object("the simulated model broke");
            body(error.to_string().into_bytes(), faults, &stage.wire)
        }
        Some(kind) => {
            if kind == FaultKind::Reset {
                stage.peer.reset_on_close();
            }
            let sent = if kind == FaultKind::Crash {
                0
            } else {
                json.len() / 2
            };
            half(json.into_bytes(), sent, &stage.wire)
        }
    }
}

/// A whole body, in two writes if characters are to be split.
fn body(bytes: Vec<u8>, faults: &[Fault], wire: &Wire) -> Response {
    let content_type = [(header::CONTENT_TYPE, wire.content_type(false))];
    let split = faults
        .iter()
        .any(|fault| fault.kind == FaultKind::SplitUtf8);
    match bytes.iter().position(|byte| !byte.is_ascii()) {
        Some(at) if split => {
            let mut first = Bytes::from(bytes);
            let second = first.split_off(at + 1);
            let parts = stream::iter([first, second]).then(async |part| {
                tokio::task::yield_now().await;
                Ok::<_, io::Error>(part)
            });
            (content_type, Body::from_stream(parts)).into_response()
        }
        _ => (content_type, bytes).into_response(),
    }
}

/// So many bytes of a body, then the connection is closed.
fn half(bytes: Vec<u8>, sent: usize, wire: &Wire) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, wire.content_type(false).to_owned()),
        (header::CONTENT_LENGTH, bytes.len().to_string()),
    ];
    let first = Bytes::from(bytes).slice(..sent);
    let cut = stream::once(async {
        time::sleep(std::time::Duration::from_millis(2)).await;
        Err(io::Error::other("the simulated server cuts the connection"))
    });
    let first = stream::iter((!first.is_empty()).then_some(Ok(first)));
    (headers, Body::from_stream(first.chain(cut))).into_response()
}

/// A call that needs no script: it is noted and over.
pub(crate) fn noted(calls: &Calls, path: &str) {
    let ongoing: Ongoing = calls.begin(Call {
        id: 0,
        path: path.to_owned(),
        model: String::new(),
        stream: false,
        started_ms: 0,
        tokens_sent: 0,
        ended: None,
        ended_us: None,
        faults: Vec::new(),
        request: Value::Null,
    });
    ongoing.end(Ended::Complete);
}
