//! For operators: is it alive, does it take questions, what does it offer.

use std::sync::LazyLock;

use axum::{Json, body::Bytes, extract::State, http::header, response::IntoResponse};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{App, openapi::document, problem::Problem};

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

pub(super) async fn healthz() -> Json<Health> {
    OK
}

pub(super) async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    if app.draining.is_cancelled() {
        return Err(Problem::Draining);
    }
    app.tasks.check().await?;
    Ok(OK)
}

/// Written once: anybody may ask for it, as often as they like.
pub(super) async fn openapi() -> impl IntoResponse {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document().to_string()));
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, DOCUMENT.clone())
}
