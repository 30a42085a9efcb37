//! For operators: is it alive, does it take questions, how many are there, what does it offer.

use std::{fmt::Write, sync::LazyLock};

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use kaucim_tasks::Spent;
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
         kaucim_streams {}\n\
         # HELP kaucim_connections Open connections.\n# TYPE kaucim_connections gauge\n\
         kaucim_connections {}\n\
         # HELP kaucim_problems_total Answers that told a problem, by its code.\n\
         # TYPE kaucim_problems_total counter\n",
        app.streams.count(),
        app.connections.open()
    );
    for (code, count) in app.refusals.all() {
        let _ = writeln!(text, "kaucim_problems_total{{code=\"{code}\"}} {count}");
    }
    spending(&mut text, &app.tasks.spent().await?);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// What was spent today of the budgets that many share, and what may be.
fn spending(text: &mut String, spent: &[Spent]) {
    let mut figures = |name: &str, about: &str, rows: Vec<(&str, &str, Option<u64>)>| {
        let _ = write!(text, "# HELP {name} {about}\n# TYPE {name} gauge\n");
        for (whose, unit, figure) in rows {
            if let Some(figure) = figure {
                let _ = writeln!(
                    text,
                    "{name}{{budget=\"{whose}\",unit=\"{unit}\"}} {figure}"
                );
            }
        }
    };
    let rows = |of: fn(&Spent) -> [Option<u64>; 2]| {
        let both = spent.iter().flat_map(|spent| {
            let whose = spent.whose.name();
            let [readings, tokens] = of(spent);
            [(whose, "readings", readings), (whose, "tokens", tokens)]
        });
        both.collect::<Vec<_>>()
    };
    figures(
        "kaucim_spent_today",
        "Spent of the daily budgets (UTC).",
        rows(|spent| [Some(spent.readings), Some(spent.tokens)]),
    );
    figures(
        "kaucim_budget_today",
        "What may be spent in a day, where there is a limit.",
        rows(|spent| [spent.most_readings, spent.most_tokens]),
    );
}

pub(super) async fn openapi() -> Json<&'static Value> {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
    Json(&DOCUMENT)
}
