//! The same problems in the shape that clients of OpenAI's API read.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kaucim_tasks::TaskId;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Code, Problem, Row};

/// Longer waits are nothing that a client should sit out.
const PATIENCE_SECONDS: u64 = 60;

/// A problem as a client of OpenAI's API reads it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OpenAiError {
    error: OpenAiErrorBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<TaskId>,
}

#[derive(Serialize, JsonSchema)]
struct OpenAiErrorBody {
    message: String,
    r#type: &'static str,
    /// What of the request is wrong, where that is known.
    param: Option<&'static str>,
    /// Stable; made for machines.
    code: &'static str,
}

impl Problem {
    /// Status and code are those of the table. The clients of OpenAI ask again by themselves after
    /// 409, 429 and 5xx, unless a header tells them that it would be no use, or cost another
    /// reading.
    pub(crate) fn into_openai(self) -> Response {
        let Row {
            status,
            code,
            detail,
            retry_after,
            task_id,
            ..
        } = self.row();
        let kind = match status {
            StatusCode::UNAUTHORIZED => "authentication_error",
            StatusCode::FORBIDDEN => "permission_error",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        };
        let param = matches!(code, "unknown_deity" | "unknown_deck").then_some("model");
        let error = OpenAiErrorBody {
            message: detail,
            r#type: kind,
            param,
            code,
        };
        let body = OpenAiError { error, task_id };
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(Code(code));
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let is_worth_it = retry_after.is_some_and(|seconds| seconds <= PATIENCE_SECONDS);
        if !is_worth_it || task_id.is_some() {
            let should_retry = HeaderName::from_static("x-should-retry");
            headers.insert(should_retry, HeaderValue::from_static("false"));
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"kaucim\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
