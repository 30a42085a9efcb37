//! For operators: is it alive, does it take questions, what does it offer.

use std::sync::LazyLock;

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

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

pub(super) async fn openapi() -> Json<&'static Value> {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
    Json(&DOCUMENT)
}
