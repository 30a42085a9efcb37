//! For operators: is it alive, does it take questions, how many are there, what does it offer.

use std::{fmt::Write, sync::LazyLock};

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{App, auth::MayAdminister, openapi::document, problem::Problem};

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

pub(super) async fn metrics(State(app): State<App>, _: MayAdminister) -> Result<Response, Problem> {
    let mut text = String::from(
        "# HELP kaucim_tasks Tasks in the store, by status.\n# TYPE kaucim_tasks gauge\n",
    );
    for (status, count) in app.tasks.counts().await? {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "kaucim_tasks{{status=\"{}\"}} {count}", status.name());
    }
    let _ = write!(
        text,
        "# HELP kaucim_streams Open event streams.\n# TYPE kaucim_streams gauge\n\
         kaucim_streams {}\n",
        app.streams.count()
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

pub(super) async fn openapi() -> Json<&'static Value> {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
    Json(&DOCUMENT)
}
