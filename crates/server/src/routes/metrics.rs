//! The figures for Prometheus: the same that the operator's page shows. `docs/admin.md` says what
//! each means.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use kaucim_tasks::{Commits, Counts, Histogram, ModelHealth, ModelState, Overview, Spent};

use crate::{App, auth::MayAdminister, problem::Problem};

/// The text that Prometheus reads.
#[derive(Default)]
struct Figures {
    text: String,
}

pub(super) async fn metrics(State(app): State<App>, _: MayAdminister) -> Result<Response, Problem> {
    let overview = app.tasks.overview().await?;
    let mut figures = Figures::default();
    figures.of_server(&app, &overview);
    figures.of_tasks(&overview);
    figures.of_readings(&overview.since_start);
    figures.of_commits(overview.since_start.commits);
    figures.of_models(&overview.models);
    figures.of_spending(&overview.spent_today);
    let content_type = "text/plain; version=0.0.4";
    Ok(([(header::CONTENT_TYPE, content_type)], figures.text).into_response())
}

/// A figure of a model.
type OfModel = fn(&ModelHealth) -> u64;

impl Figures {
    fn of_server(&mut self, app: &App, overview: &Overview) {
        let version = env!("CARGO_PKG_VERSION");
        self.head(
            "kaucim_build_info",
            "gauge",
            "The version that runs; always 1.",
        );
        self.line("kaucim_build_info", &[("version", version)], 1);
        let started = overview.started_at.as_second();
        self.head(
            "kaucim_start_time_seconds",
            "gauge",
            "When the process began, since 1970.",
        );
        self.line("kaucim_start_time_seconds", &[], started);
        let draining = u64::from(app.draining.is_cancelled());
        self.one("kaucim_draining", "Whether the server is ending.", draining);
        let readers = app.streams.count() as u64;
        self.one("kaucim_streams", "Open event streams.", readers);
        let open = app.connections.open() as u64;
        self.one("kaucim_connections", "Open connections.", open);
        let most = app.connections.most() as u64;
        self.one(
            "kaucim_connections_most",
            "Connections that there may be.",
            most,
        );
        self.head(
            "kaucim_problems_total",
            "counter",
            "Answers that told a problem, by its code.",
        );
        for (code, count) in app.refusals.all() {
            self.line("kaucim_problems_total", &[("code", code)], count);
        }
        for (name, about, bytes) in [
            (
                "kaucim_database_bytes",
                "Size of the database, without its log.",
                overview.storage.database_bytes,
            ),
            (
                "kaucim_database_log_bytes",
                "Size of the database's write-ahead log.",
                overview.storage.log_bytes,
            ),
            (
                "kaucim_disk_free_bytes",
                "What is left on the disk of the database.",
                overview.storage.free_bytes,
            ),
        ] {
            if let Some(bytes) = bytes {
                self.one(name, about, bytes);
            }
        }
    }

    fn of_tasks(&mut self, overview: &Overview) {
        self.by(
            ("kaucim_tasks", "gauge", "Tasks in the store, by status."),
            "status",
            &overview.tasks,
        );
        let workers = overview.workers as u64;
        self.one(
            "kaucim_workers",
            "Readings that may be made at once.",
            workers,
        );
        let running = overview.running;
        self.one(
            "kaucim_workers_busy",
            "Readings that are being made.",
            running,
        );
        let queued = overview.queued;
        self.one(
            "kaucim_queue_length",
            "Questions that wait for a worker.",
            queued,
        );
        self.head(
            "kaucim_queue_oldest_seconds",
            "gauge",
            "How long the question has waited that waits longest; 0 when none does.",
        );
        let longest = seconds(overview.longest_wait_ms.unwrap_or_default());
        self.line("kaucim_queue_oldest_seconds", &[], longest);
    }

    fn of_readings(&mut self, counts: &Counts) {
        self.head(
            "kaucim_accepted_total",
            "counter",
            "Questions that were accepted.",
        );
        self.line("kaucim_accepted_total", &[], counts.accepted);
        self.head(
            "kaucim_pieces_total",
            "counter",
            "Pieces of text that models wrote and readers got.",
        );
        self.line("kaucim_pieces_total", &[], counts.pieces);
        for (name, label, about, by) in [
            (
                "kaucim_ended_total",
                "status",
                "Tasks that ended, by status.",
                &counts.ended,
            ),
            (
                "kaucim_failures_total",
                "code",
                "Tasks that failed, by the code of the error.",
                &counts.failures,
            ),
            (
                "kaucim_readings_total",
                "origin",
                "Readings that were finished, by who wrote them.",
                &counts.origins,
            ),
            (
                "kaucim_resets_total",
                "reason",
                "Texts that were dropped, by reason.",
                &counts.resets,
            ),
            (
                "kaucim_failed_checks_total",
                "check",
                "Checks that sections have failed, each time that they did.",
                &counts.failed_checks,
            ),
            (
                "kaucim_fallbacks_total",
                "code",
                "Readings in which another model or the deck had to go on.",
                &counts.fallbacks,
            ),
            (
                "kaucim_repairs_total",
                "code",
                "Readings in which sections were written again or stayed wrong.",
                &counts.repairs,
            ),
        ] {
            self.by((name, "counter", about), label, by);
        }
        let about = "From a question to the first text of a model.";
        self.head("kaucim_first_token_seconds", "histogram", about);
        self.histogram("kaucim_first_token_seconds", None, &counts.first_token);
        let about = "From a question to its whole reading.";
        self.head("kaucim_reading_seconds", "histogram", about);
        self.histogram("kaucim_reading_seconds", None, &counts.total);
    }

    fn of_commits(&mut self, commits: Commits) {
        let name = "kaucim_commit_seconds";
        let about = "From handing a boundary of a reading to the storage to its being stored.";
        self.head(name, "summary", about);
        self.line(&format!("{name}_sum"), &[], commits.took.as_secs_f64());
        self.line(&format!("{name}_count"), &[], commits.count);
        let name = "kaucim_failed_commits_total";
        let about = "Tries to store a boundary of a reading that failed.";
        self.head(name, "counter", about);
        self.line(name, &[], commits.failed);
    }

    fn of_models(&mut self, models: &[ModelHealth]) {
        let about = "1 when the last call to the model ended well, 0 when it failed.";
        self.head("kaucim_model_up", "gauge", about);
        for model in models {
            let up = match model.state {
                ModelState::Unasked => continue,
                ModelState::Working => 1,
                ModelState::Failing => 0,
            };
            self.line("kaucim_model_up", &[("model", model.model.as_str())], up);
        }
        let figures: [(&str, &str, &str, OfModel); 5] = [
            (
                "kaucim_model_open_calls",
                "gauge",
                "Calls that are being answered.",
                |m| m.open_calls,
            ),
            (
                "kaucim_model_calls_total",
                "counter",
                "Calls that were made.",
                |m| m.calls,
            ),
            (
                "kaucim_model_retries_total",
                "counter",
                "Calls that were made again, as they had failed before any text.",
                |m| m.retries,
            ),
            (
                "kaucim_model_broken_off_total",
                "counter",
                "Calls that were broken off: cancelled, out of time, or stopped with the server.",
                |m| m.broken_off,
            ),
            (
                "kaucim_model_tokens_total",
                "counter",
                "Tokens that it wrote.",
                |m| m.tokens,
            ),
        ];
        for (name, kind, about, figure) in figures {
            self.head(name, kind, about);
            for model in models {
                self.line(name, &[("model", model.model.as_str())], figure(model));
            }
        }
        self.of_calls(models);
    }

    /// How calls went and how long they took.
    fn of_calls(&mut self, models: &[ModelHealth]) {
        let about = "Calls that failed for good, by kind.";
        self.head("kaucim_model_failures_total", "counter", about);
        for model in models {
            for (kind, count) in &model.failures {
                let labels = [("model", model.model.as_str()), ("kind", kind.as_str())];
                self.line("kaucim_model_failures_total", &labels, count);
            }
        }
        let about = "From a call to its first text, where it ended well.";
        self.head("kaucim_model_first_token_seconds", "histogram", about);
        for model in models {
            let name = "kaucim_model_first_token_seconds";
            self.histogram(name, Some(&model.model), &model.first_token_all);
        }
        let about = "From a call to its end, where it ended well.";
        self.head("kaucim_model_call_seconds", "histogram", about);
        for model in models {
            self.histogram(
                "kaucim_model_call_seconds",
                Some(&model.model),
                &model.whole_all,
            );
        }
    }

    /// What was spent today of the budgets that many share, and what may be.
    fn of_spending(&mut self, spent: &[Spent]) {
        let name = "kaucim_spent_today";
        self.head(name, "gauge", "Spent of the daily budgets (UTC).");
        for one in spent {
            let budget = ("budget", one.whose.name());
            self.line(name, &[budget, ("unit", "readings")], one.readings);
            self.line(name, &[budget, ("unit", "tokens")], one.tokens);
        }
        let name = "kaucim_budget_today";
        self.head(
            name,
            "gauge",
            "What may be spent in a day, where there is a limit.",
        );
        for one in spent {
            let budget = ("budget", one.whose.name());
            for (unit, most) in [("readings", one.most_readings), ("tokens", one.most_tokens)] {
                if let Some(most) = most {
                    self.line(name, &[budget, ("unit", unit)], most);
                }
            }
        }
    }

    fn head(&mut self, name: &str, kind: &str, about: &str) {
        // Writing into a string cannot fail.
        let _ = write!(self.text, "# HELP {name} {about}\n# TYPE {name} {kind}\n");
    }

    /// A gauge without labels.
    fn one(&mut self, name: &str, about: &str, value: u64) {
        self.head(name, "gauge", about);
        self.line(name, &[], value);
    }

    fn by(
        &mut self,
        (name, kind, about): (&str, &str, &str),
        label: &str,
        counts: &BTreeMap<String, u64>,
    ) {
        self.head(name, kind, about);
        for (value, count) in counts {
            self.line(name, &[(label, value.as_str())], count);
        }
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.text.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            let begin = if place == 0 { "{" } else { "," };
            let _ = write!(self.text, "{begin}{label}=\"{}\"", escaped(text));
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{end} {value}");
    }

    fn histogram(&mut self, name: &str, model: Option<&str>, histogram: &Histogram) {
        let model: Vec<_> = model.map(|model| ("model", model)).into_iter().collect();
        let bucket = format!("{name}_bucket");
        let (count, sum_ms) = histogram.all();
        for (bound_ms, so_far) in histogram.cumulative() {
            let bound = seconds(bound_ms).to_string();
            let labels = [model.as_slice(), &[("le", bound.as_str())]].concat();
            self.line(&bucket, &labels, so_far);
        }
        let labels = [model.as_slice(), &[("le", "+Inf")]].concat();
        self.line(&bucket, &labels, count);
        self.line(&format!("{name}_sum"), &model, seconds(sum_ms));
        self.line(&format!("{name}_count"), &model, count);
    }
}

/// A model is called what the operator calls it, which may be anything.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
