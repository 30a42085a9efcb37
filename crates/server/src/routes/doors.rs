//! The part of the table that other people's clients know by heart.

use axum::routing;

use super::{
    ASK, Auth, IDEMPOTENCY, Parameter, READ, RESET_STEP, Route, chat, completions, empty, json,
    other, task,
};

const CHAT: &[Parameter] = &[RESET_STEP];

/// Routes whose shape is decided elsewhere: by the AI SDK, and by OpenAI.
pub(super) fn doors() -> Vec<Route> {
    let mut doors = of_ai_sdk();
    doors.extend(of_openai());
    doors
}

fn of_ai_sdk() -> Vec<Route> {
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

fn of_openai() -> Vec<Route> {
    vec![
        Route::new(
            ("post", "/v1/chat/completions"),
            Auth::Key("ask"),
            "Ask as a client of OpenAI's API does; streamed where `stream` is true",
            routing::post(completions::complete),
        )
        .takes::<completions::CompletionRequest>()
        .with(IDEMPOTENCY)
        .answers([
            other(200, "application/json", "A chat completion"),
            other(200, "text/event-stream", "Its pieces"),
        ])
        .refuses_as_openai(),
        Route::new(
            ("get", "/v1/models"),
            Auth::Key("ask"),
            "Who may be asked, as models of OpenAI's API",
            routing::get(completions::models),
        )
        .answers([json::<completions::Models>(200, "All models")])
        .refuses_as_openai(),
        Route::new(
            ("get", "/v1/models/{model}"),
            Auth::Key("ask"),
            "One of them",
            routing::get(completions::model),
        )
        .answers([json::<completions::Model>(200, "The model")])
        .refuses_as_openai(),
    ]
}
