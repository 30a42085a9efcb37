//! The one table from what went wrong to what a client is told (RFC 9457).

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kaucim_tasks::{TaskId, Whose};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::openai::OpenAiError;

mod openai;
mod reasons;

/// Everything that a request can be answered with instead of what it asked for.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The body is not JSON.
    BadJson(String),
    Unauthenticated,
    /// A key stands where logs keep it.
    CredentialInAddress,
    ScopeMissing(&'static str),
    /// A cookie came from another site's page, or by another name than this server's.
    CrossSite(&'static str),
    RouteNotFound,
    MethodNotAllowed,
    UnknownDeity(String),
    UnknownDeck(String),
    UnknownLot(String),
    DrawNotFound,
    DrawNotRevealed,
    DrawAsked,
    DeckChanged,
    TooManyDraws,
    TaskNotFound,
    /// Too many unfinished readings; this is one of them.
    TaskRunning(TaskId),
    TaskCancelled(TaskId),
    /// It was cancelled or failed, so that nothing follows it.
    NoReading(TaskId),
    /// The question that follows a reading, of which there is one.
    FollowUpAsked(TaskId),
    /// Over so many KiB.
    BodyTooLarge(usize),
    BodyTooSlow,
    UnsupportedMediaType,
    /// The request is JSON and not what the route takes.
    Invalid(String),
    IdempotencyMismatch,
    RateLimited(Duration),
    QueueFull,
    /// Whose daily budget, and how many seconds are left of the day.
    BudgetSpent(Whose, u64),
    TooManyStreams,
    Internal,
    ReadingFailed {
        task_id: TaskId,
        detail: String,
    },
    StorageUnavailable,
    /// The server ended before the reading that was waited for.
    Interrupted(TaskId),
    /// The storage went away after it had taken this question.
    StorageLost(TaskId),
    Draining,
}

/// Where the status, the stable code and the words are decided.
struct Row {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    retry_after: Option<u64>,
    task_id: Option<TaskId>,
}

/// The code of a problem, beside the answer that tells it, for those who count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code(pub &'static str);

/// A problem as a client reads it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ProblemDocument {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// Stable; made for machines.
    code: String,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<TaskId>,
}

impl Problem {
    #[expect(clippy::too_many_lines, reason = "a table, one arm a code")]
    fn row(self) -> Row {
        let row = |status, code, title, detail: String| Row {
            status,
            code,
            title,
            detail,
            retry_after: None,
            task_id: None,
        };
        match self {
            Self::BadJson(detail) => row(
                StatusCode::BAD_REQUEST,
                "bad_json",
                "The body is not JSON",
                detail,
            ),
            Self::Unauthenticated => row(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Who is asking?",
                "send `Authorization: Bearer KEY`, or open a guest session".to_owned(),
            ),
            Self::CredentialInAddress => row(
                StatusCode::UNAUTHORIZED,
                "credential_in_url",
                "No credential belongs into an address",
                "addresses stand in logs: send the key as `Authorization: Bearer KEY`, and replace \
                 this one with `kaucim key rotate`"
                    .to_owned(),
            ),
            Self::ScopeMissing(scope) => row(
                StatusCode::FORBIDDEN,
                "scope_missing",
                "The key may not do this",
                format!("the scope `{scope}` is needed"),
            ),
            Self::CrossSite(detail) => row(
                StatusCode::FORBIDDEN,
                "cross_site",
                "Refused from another site",
                detail.to_owned(),
            ),
            Self::RouteNotFound => row(
                StatusCode::NOT_FOUND,
                "not_found",
                "No such address",
                "see /openapi.json for what there is".to_owned(),
            ),
            Self::MethodNotAllowed => row(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Not with this method",
                "see /openapi.json for what there is".to_owned(),
            ),
            Self::UnknownDeity(detail) => row(
                StatusCode::NOT_FOUND,
                "unknown_deity",
                "No such deity",
                detail,
            ),
            Self::UnknownDeck(detail) => row(
                StatusCode::NOT_FOUND,
                "unknown_deck",
                "No such deck",
                detail,
            ),
            Self::UnknownLot(detail) => {
                row(StatusCode::NOT_FOUND, "unknown_lot", "No such lot", detail)
            }
            Self::DrawNotFound => row(
                StatusCode::NOT_FOUND,
                "draw_not_found",
                "No such draw",
                "there is no draw with this `draw_id`, it has expired, or it is not yours"
                    .to_owned(),
            ),
            Self::DrawNotRevealed => row(
                StatusCode::CONFLICT,
                "draw_not_revealed",
                "The draw is still open",
                "reveal it with a nonce first".to_owned(),
            ),
            Self::DrawAsked => row(
                StatusCode::CONFLICT,
                "draw_asked",
                "The draw was asked with",
                "a draw is asked with once; draw again, or ask by the lot's number".to_owned(),
            ),
            Self::DeckChanged => row(
                StatusCode::CONFLICT,
                "deck_changed",
                "The deck has changed",
                "the lot was drawn from another version of the deck; draw again".to_owned(),
            ),
            Self::TooManyDraws => Row {
                retry_after: Some(3600),
                ..row(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_many_draws",
                    "Too many draws",
                    "reveal and use those there are, or let the server draw with the question"
                        .to_owned(),
                )
            },
            Self::TaskNotFound => row(
                StatusCode::NOT_FOUND,
                "task_not_found",
                "No such task",
                "there is no task with this id, or it is not yours".to_owned(),
            ),
            Self::TaskRunning(task_id) => Row {
                task_id: Some(task_id),
                ..row(
                    StatusCode::CONFLICT,
                    "task_running",
                    "A reading is unfinished",
                    "wait for it, or cancel it".to_owned(),
                )
            },
            Self::TaskCancelled(task_id) => Row {
                task_id: Some(task_id),
                ..row(
                    StatusCode::CONFLICT,
                    "task_cancelled",
                    "The reading was cancelled",
                    "it was cancelled while this request waited for it".to_owned(),
                )
            },
            Self::NoReading(task_id) => Row {
                task_id: Some(task_id),
                ..row(
                    StatusCode::CONFLICT,
                    "no_reading",
                    "There is no reading to ask about",
                    "it was cancelled or has failed; ask the question anew".to_owned(),
                )
            },
            Self::FollowUpAsked(task_id) => Row {
                task_id: Some(task_id),
                ..row(
                    StatusCode::CONFLICT,
                    "follow_up_asked",
                    "One more question was asked already",
                    format!(
                        "of a reading one more question is asked, and it was: task {task_id}; for \
                         another matter, ask anew"
                    ),
                )
            },
            Self::BodyTooLarge(most_kib) => row(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "The body is too large",
                format!("{most_kib} KiB at most"),
            ),
            Self::BodyTooSlow => row(
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                "The body took too long",
                "send it in one go".to_owned(),
            ),
            Self::UnsupportedMediaType => row(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Not this content type",
                "send `Content-Type: application/json`".to_owned(),
            ),
            Self::Invalid(detail) => row(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_request",
                "The request cannot be served",
                detail,
            ),
            Self::IdempotencyMismatch => row(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_mismatch",
                "The key stands for another request",
                "use a new Idempotency-Key for a new question".to_owned(),
            ),
            Self::RateLimited(wait) => Row {
                retry_after: Some(wait.as_secs() + 1),
                ..row(
                    StatusCode::TOO_MANY_REQUESTS,
                    "rate_limited",
                    "Too many requests",
                    "wait a moment".to_owned(),
                )
            },
            Self::QueueFull => Row {
                retry_after: Some(30),
                ..row(
                    StatusCode::TOO_MANY_REQUESTS,
                    "queue_full",
                    "Too many people are waiting",
                    "nothing was accepted; try again later".to_owned(),
                )
            },
            Self::BudgetSpent(whose, seconds_left) => Row {
                retry_after: Some(seconds_left),
                ..row(
                    StatusCode::TOO_MANY_REQUESTS,
                    "budget_spent",
                    "Enough for today",
                    match whose {
                        Whose::Key => "what this key may have read in a day is spent",
                        Whose::Guest => "what a guest may have read in a day is spent",
                        Whose::Guests => "what all guests may have read in a day is spent",
                        Whose::EmbeddedGuests => {
                            "what guests of embedded pages may have read in a day is spent"
                        }
                        Whose::Service => "what this service may read in a day is spent",
                    }
                    .to_owned(),
                )
            },
            Self::TooManyStreams => Row {
                retry_after: Some(5),
                ..row(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_many_streams",
                    "Too many open streams",
                    "close one first".to_owned(),
                )
            },
            Self::Internal => row(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "A fault of this server",
                "the operator finds it in the log".to_owned(),
            ),
            Self::ReadingFailed { task_id, detail } => Row {
                task_id: Some(task_id),
                ..row(
                    StatusCode::BAD_GATEWAY,
                    "reading_failed",
                    "The reading failed",
                    detail,
                )
            },
            Self::StorageUnavailable => Row {
                retry_after: Some(2),
                ..row(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "storage_unavailable",
                    "The storage does not answer",
                    "try again; with an `Idempotency-Key` nothing is asked twice".to_owned(),
                )
            },
            Self::StorageLost(task_id) => Row {
                task_id: Some(task_id),
                retry_after: Some(2),
                ..row(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "storage_unavailable",
                    "The storage does not answer",
                    "the question was accepted before; ask for its task later".to_owned(),
                )
            },
            Self::Interrupted(task_id) => Row {
                task_id: Some(task_id),
                retry_after: Some(5),
                ..row(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "interrupted",
                    "The server is ending",
                    format!("the question was accepted before; ask for task {task_id} later"),
                )
            },
            Self::Draining => Row {
                retry_after: Some(5),
                ..row(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "draining",
                    "The server is ending",
                    "try again; another one takes over".to_owned(),
                )
            },
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Row {
            status,
            code,
            title,
            detail,
            retry_after,
            task_id,
        } = self.row();
        let document = ProblemDocument {
            r#type: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            retry_after,
            task_id,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(Code(code));
        let headers = response.headers_mut();
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem);
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"kaucim\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
