//! The part of the table that other people's clients know by heart.

use axum::routing;

use super::{ASK, Parameter, READ, RESET_STEP, Route, chat, empty, json, other, task};

const CHAT: &[Parameter] = &[RESET_STEP];

/// Routes whose shape is decided elsewhere: by the AI SDK.
pub(super) fn doors() -> Vec<Route> {
    vec![
        Route::new(
            ("post", "/api/v1/chat"),
            ASK,
            "Ask with the last message of a chat of the AI SDK; its answer is the reading",
            routing::post(chat::send),
        )
        .takes::<chat::ChatRequest>()
        .with(CHAT)
        .answers([other(200, "text/event-stream", "A UI message stream")]),
        Route::new(
            ("get", "/api/v1/chat/{chat_id}/stream"),
            READ,
            "Resume a chat of the AI SDK: its newest reading from the start",
            routing::get(chat::resume),
        )
        .with(CHAT)
        .answers([
            other(200, "text/event-stream", "A UI message stream"),
            empty(204, "The chat has no reading"),
        ]),
        Route::new(
            ("post", "/api/v1/chat/{chat_id}/stop"),
            ASK,
            "Cancel the newest reading of a chat of the AI SDK",
            routing::post(chat::stop),
        )
        .answers([json::<task::Cancelled>(
            200,
            "The status that the task has for good",
        )]),
    ]
}
