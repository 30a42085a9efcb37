//! The table of routes: what each address does, who may use it, and which handler answers.
//!
//! The router and the OpenAPI document are both made from it, so neither can forget a route.

use axum::{
    Router,
    routing::{self, MethodRouter},
};

pub(crate) use self::route::{Answer, AnswerBody, Auth, Parameter, Route};
use self::route::{Form, empty, header, json, other, query};
use crate::{App, page, problem::Problem};

mod account;
mod admin;
mod ask;
mod chat;
mod completions;
mod deities;
mod doors;
mod draw;
mod follow_up;
mod metrics;
mod operations;
mod report;
mod route;
mod session;
mod stream;
mod task;

/// All routes of the public API.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = readings();
    routes.extend(draws());
    routes.extend(of_a_task());
    routes.extend(lookups());
    routes.extend(doors::doors());
    routes.extend(sessions());
    routes.extend(administration());
    routes.extend(operations());
    routes
}

/// The router of the API and the page.
pub(crate) fn router() -> Router<App> {
    let mut router = Router::new();
    for route in routes() {
        router = router.route(route.path, route.handler);
    }
    router
        .merge(page::router())
        .fallback(|| async { Problem::RouteNotFound })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
}

const ASK: Auth = Auth::KeyOrGuest("ask");
const READ: Auth = Auth::KeyOrGuest("read");
const IDEMPOTENCY: &[Parameter] = &[header(
    "Idempotency-Key",
    "the same key returns the first answer for 24 hours",
)
.holds(Form::Visible(255))];
const PAGE: &[Parameter] = &[
    query("cursor", "`next` of the page before").holds(Form::Identifier),
    query("limit", "1 to 100; 20").holds(Form::Number(100)),
];
const AUDIT: &[Parameter] = &[
    query("cursor", "`next` of the page before").holds(Form::Integer),
    query("limit", "1 to 200; 50").holds(Form::Number(200)),
];
const DECK: &[Parameter] = &[query("deck_id", "absent: the deity's first deck")];
const FIND: &[Parameter] = &[
    query(
        "q",
        "a number in any script, a stem and branch, a title, or words of the verse",
    )
    .required()
    .holds(Form::Words(200)),
    query("deck_id", "absent: the deity's first deck"),
];
const SEARCH: &[Parameter] = &[
    query("q", "what to look for")
        .required()
        .holds(Form::Words(200)),
    query("deity_id", "absent: the decks of all deities"),
];
const SESSION: &[Parameter] = &[query(
    "embedded",
    "`true` on a page that another site embeds: a cookie for that site alone",
)];
const HANDOFF: &[Parameter] = &[query(
    "task_id",
    "the reading that the link opens; absent: the journal",
)];
const RESET_STEP: Parameter = query(
    "reset_step",
    "`on`: text that does not count any more is taken back by a chunk that the AI SDK knows since 7.0",
)
.holds(Form::Word(&["on", "off"]));
const STREAM: &[Parameter] = &[
    header("Last-Event-ID", "the cursor to go on from"),
    query("last_event_id", "the same, where no header can be sent"),
    query(
        "ticket",
        "stands for the caller, for one connection: see the task's `ticket`",
    ),
    query(
        "partial_text",
        "`off`: without the whole answer so far in each event",
    ),
    query(
        "format",
        "`events`; or `ai-sdk`, a message of the AI SDK, from its start",
    )
    .holds(Form::Word(&["events", "ai-sdk"])),
    RESET_STEP,
];

fn readings() -> Vec<Route> {
    vec![
        Route::new(
            ("post", "/api/v1/async-chat/ask-question"),
            ASK,
            "Ask a deity; the reading is written in the background",
            routing::post(ask::ask_question),
        )
        .takes::<ask::AskQuestion>()
        .with(IDEMPOTENCY)
        .answers([json::<ask::AskAccepted>(
            202,
            "Accepted, and never lost from here on",
        )]),
        Route::new(
            ("post", "/api/v1/fortune/interpret"),
            ASK,
            "Ask a deity and wait for the whole reading",
            routing::post(ask::interpret),
        )
        .takes::<ask::AskQuestion>()
        .with(IDEMPOTENCY)
        .answers([
            json::<kaucim_tasks::TaskResult>(200, "The reading"),
            json::<kaucim_tasks::TaskDocument>(202, "It takes longer; follow the task"),
        ]),
        Route::new(
            ("post", "/api/v1/async-chat/task/{task_id}/follow-up"),
            ASK,
            "Ask one more question about a completed reading, on the same lot",
            routing::post(follow_up::follow_up),
        )
        .takes::<follow_up::AskFollowUp>()
        .with(IDEMPOTENCY)
        .answers([json::<ask::AskAccepted>(
            202,
            "Accepted, as a task of its own that knows the first",
        )]),
        Route::new(
            ("get", "/api/v1/async-chat/history"),
            READ,
            "The caller's tasks, newest first",
            routing::get(task::history),
        )
        .with(PAGE)
        .answers([json::<task::History>(200, "A page of tasks")]),
    ]
}

fn of_a_task() -> Vec<Route> {
    let stream = |path, summary| {
        Route::new(("get", path), READ, summary, routing::get(stream::stream))
            .with(STREAM)
            .answers([
                other(200, "text/event-stream", "The events, from the cursor on"),
                empty(204, "The reader has read it to its end"),
            ])
    };
    vec![
        Route::new(
            ("post", "/api/v1/async-chat/task/{task_id}/ticket"),
            READ,
            "Get a ticket: for one stream of this task, from another origin, within a minute",
            routing::post(task::ticket),
        )
        .answers([json::<task::Ticket>(201, "The ticket, shown this once")]),
        stream(
            "/api/v1/async-chat/stream/{task_id}",
            "Follow a task as server-sent events",
        ),
        stream(
            "/api/v1/async-chat/sse/{task_id}",
            "The same stream under its older name",
        ),
        Route::new(
            ("get", "/api/v1/async-chat/task/{task_id}"),
            READ,
            "A task as one document",
            routing::get(task::task).delete(task::erase),
        )
        .answers([json::<kaucim_tasks::TaskDocument>(
            200,
            "The task as it stands",
        )]),
        Route::new(
            ("delete", "/api/v1/async-chat/task/{task_id}"),
            ASK,
            "Erase a finished task and the question that follows it, their text and their traces",
            MethodRouter::new(),
        )
        .answers([empty(204, "Erased")]),
        Route::new(
            ("post", "/api/v1/async-chat/task/{task_id}/cancel"),
            ASK,
            "Cancel a task; the first terminal event wins",
            routing::post(task::cancel),
        )
        .answers([json::<task::Cancelled>(
            200,
            "The status that the task has for good",
        )]),
        Route::new(
            ("post", "/api/v1/async-chat/task/{task_id}/report"),
            ASK,
            "Tell the operator that a finished reading is bad, or change what was told",
            routing::post(report::report),
        )
        .takes::<report::ReportReading>()
        .answers([json::<kaucim_tasks::Report>(
            200,
            "The report as it is kept, until the reading is erased",
        )]),
    ]
}

fn draws() -> Vec<Route> {
    vec![
        Route::new(
            ("post", "/api/v1/deities/{id}/draw"),
            ASK,
            "Bind the server to a draw before the asker's nonce is known",
            routing::post(draw::draw),
        )
        .takes::<draw::DrawLot>()
        .answers([
            json::<draw::DrawPromised>(201, "A new draw, and what the server is bound to"),
            json::<draw::DrawPromised>(200, "The draw that the matter has, or its lot"),
        ]),
        Route::new(
            ("post", "/api/v1/draws/{draw_id}/reveal"),
            ASK,
            "Send a nonce, and see the number, the lot and the secret; the first nonce counts",
            routing::post(draw::reveal),
        )
        .takes::<draw::Reveal>()
        .answers([json::<draw::DrawRevealed>(
            200,
            "The draw, with all that is needed to check it",
        )]),
    ]
}

fn lookups() -> Vec<Route> {
    vec![
        Route::new(
            ("get", "/api/v1/deities"),
            Auth::Open,
            "Who may be asked, and with which decks",
            routing::get(deities::deities),
        )
        .answers([json::<deities::Deities>(200, "All deities")]),
        Route::new(
            ("get", "/api/v1/deities/{id}"),
            Auth::Open,
            "One deity",
            routing::get(deities::deity),
        )
        .answers([json::<deities::Deity>(200, "The deity")]),
        Route::new(
            ("get", "/api/v1/deities/{id}/lots/{n}"),
            Auth::Open,
            "One lot",
            routing::get(deities::lot),
        )
        .with(DECK)
        .answers([json::<kaucim_fortune::Lot>(200, "The lot")]),
        Route::new(
            ("get", "/api/v1/deities/{id}/find"),
            Auth::Open,
            "The lots that somebody may hold who types this",
            routing::get(deities::find),
        )
        .with(FIND)
        .answers([json::<deities::Entries>(
            200,
            "Candidates, the likeliest first",
        )]),
        Route::new(
            ("get", "/api/v1/search"),
            READ,
            "Search the decks",
            routing::get(deities::search),
        )
        .with(SEARCH)
        .answers([json::<deities::Found>(200, "Passages, best first")]),
    ]
}

fn sessions() -> Vec<Route> {
    vec![
        Route::new(
            ("post", "/api/v1/session"),
            Auth::Open,
            "Open a guest session, or keep the one there is",
            routing::post(session::open).delete(session::end),
        )
        .with(SESSION)
        .answers([json::<session::Session>(200, "The session, as a cookie")]),
        Route::new(
            ("delete", "/api/v1/session"),
            Auth::Guest,
            "End the guest session and erase everything it holds",
            MethodRouter::new(),
        )
        .answers([empty(204, "Erased")]),
        Route::new(
            ("post", "/api/v1/session/handoff"),
            Auth::Guest,
            "Get a link that takes the guest to a second device, once, within five minutes",
            routing::post(session::hand_off),
        )
        .with(HANDOFF)
        .answers([json::<session::Handoff>(
            201,
            "The link; opening it does not use it",
        )]),
        Route::new(
            ("post", "/api/v1/session/handoff/redeem"),
            Auth::Open,
            "Use such a link on the second device, which gets a cookie of its own",
            routing::post(session::redeem),
        )
        .takes::<session::Redeem>()
        .answers([json::<session::Session>(200, "The session, as a cookie")]),
        Route::new(
            ("get", "/api/v1/account/export"),
            ASK,
            "All that is kept about the caller",
            routing::get(account::export),
        )
        .answers([json::<account::Export>(200, "The account and its readings")]),
        Route::new(
            ("delete", "/api/v1/account"),
            ASK,
            "Erase the caller's account with its keys, readings and draws",
            routing::delete(account::erase),
        )
        .answers([empty(204, "Erased")]),
    ]
}

fn administration() -> Vec<Route> {
    vec![
        Route::new(
            ("get", "/api/v1/admin/overview"),
            Auth::Key("admin"),
            "How the service does: tasks, readers, models, failures, budgets",
            routing::get(admin::overview),
        )
        .answers([json::<admin::AdminOverview>(200, "Counts and times")]),
        Route::new(
            ("get", "/api/v1/admin/audit"),
            Auth::Key("admin"),
            "What was done in the operator's name, newest first",
            routing::get(admin::audit),
        )
        .with(AUDIT)
        .answers([json::<admin::Audit>(200, "A page of acts")]),
        Route::new(
            ("get", "/api/v1/admin/reports"),
            Auth::Key("admin"),
            "Readings that were reported as bad, newest first",
            routing::get(report::reports),
        )
        .with(AUDIT)
        .answers([json::<report::Reports>(200, "A page of reports")]),
        Route::new(
            ("get", "/api/v1/admin/history"),
            Auth::Key("admin"),
            "How busy the server was in the last hour, every ten seconds",
            routing::get(admin::history),
        )
        .answers([json::<crate::history::LastHour>(
            200,
            "A list for each figure",
        )]),
        Route::new(
            ("get", "/api/v1/admin/tasks"),
            Auth::Key("admin"),
            "What is being written, what waits and what failed lately, without a word of it",
            routing::get(admin::tasks),
        )
        .answers([json::<kaucim_tasks::TasksNow>(200, "The tasks of now")]),
        Route::new(
            ("post", "/api/v1/admin/tasks/{task_id}/cancel"),
            Auth::Key("admin"),
            "Cancel anybody's task; it is recorded",
            routing::post(admin::cancel),
        )
        .answers([json::<task::Cancelled>(
            200,
            "The status that the task has for good",
        )]),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        Route::new(
            ("get", "/healthz"),
            Auth::Open,
            "Whether the process lives",
            routing::get(operations::healthz),
        )
        .answers([json::<operations::Health>(200, "It does")]),
        Route::new(
            ("get", "/readyz"),
            Auth::Open,
            "Whether questions are taken",
            routing::get(operations::readyz),
        )
        .answers([json::<operations::Health>(200, "They are")]),
        Route::new(
            ("get", "/metrics"),
            Auth::Key("admin"),
            "Figures for Prometheus",
            routing::get(metrics::metrics),
        )
        .answers([other(200, "text/plain; version=0.0.4", "The figures")]),
        Route::new(
            ("get", "/openapi.json"),
            Auth::Open,
            "This document",
            routing::get(operations::openapi),
        )
        .answers([other(200, "application/json", "OpenAPI 3.1")]),
    ]
}
